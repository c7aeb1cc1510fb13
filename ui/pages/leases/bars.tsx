import { leases } from "../../texts/leases.ts";
import type { DayCount } from "./days.ts";

/** How many leases end on which day: a table whose middle column is a bar. */

const Bar = ({ count, most }: { readonly count: number; readonly most: number }) => (
  <svg class="leases-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect width={(count / most) * 100} height={8} />
  </svg>
);

export const DayBars = ({ days }: { readonly days: readonly DayCount[] }) => {
  const most = Math.max(1, ...days.map(({ count }) => count));
  return (
    <table class="leases-days">
      <caption>{leases.byDay}</caption>
      <thead class="unseen-text">
        <tr>
          <th scope="col">{leases.day}</th>
          <th scope="col">{leases.count}</th>
        </tr>
      </thead>
      <tbody>
        {days.map(({ label, count }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td>
              <span class="leases-cell">
                <Bar count={count} most={most} />
                {count}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
