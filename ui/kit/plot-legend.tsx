/** What the lines of a narrow plot mean. */

export const Legend = ({ names }: { readonly names: readonly string[] }) => (
  <ul class="plot-legend">
    {names.map((name, index) => (
      <li key={name}>
        <svg class={`plot-${index}`} viewBox="0 0 24 4" aria-hidden="true">
          <polyline points="0,2 24,2" />
        </svg>
        {name}
      </li>
    ))}
  </ul>
);
