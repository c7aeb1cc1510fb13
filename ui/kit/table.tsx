/** Numbers and words in rows and columns. */

export interface TableProps {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const Table = ({ head, rows }: TableProps) => (
  <table>
    <thead>
      <tr>
        {head.map((cell) => (
          <th key={cell} scope="col">
            {cell}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {rows.map((row, index) => (
        <tr key={index}>
          {row.map((cell, column) => (
            <td key={column}>{cell}</td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
);
