import type { ComponentChildren } from "preact";

/** Numbers and words in rows and columns. */

interface HeadedProps {
  readonly head: readonly string[];
  /** Its rows. */
  readonly children: ComponentChildren;
}

/** For rows that are more than text. */
export const Headed = ({ head, children }: HeadedProps) => (
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
    <tbody>{children}</tbody>
  </table>
);

export interface TableProps {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const Table = ({ head, rows }: TableProps) => (
  <Headed head={head}>
    {rows.map((row, index) => (
      <tr key={index}>
        {row.map((cell, column) => (
          <td key={column}>{cell}</td>
        ))}
      </tr>
    ))}
  </Headed>
);
