import { Table } from "../../kit/index.ts";
import { kit } from "../../texts/kit.ts";
import { leases } from "../../texts/leases.ts";
import type { DayCount } from "./days.ts";

/** How many leases end on which day, as bars and as a table. */

const BAR = { width: 40, gap: 16, height: 96, top: 20, label: 24 };

export const DayBars = ({ days }: { readonly days: readonly DayCount[] }) => {
  const most = Math.max(1, ...days.map(({ count }) => count));
  const step = BAR.width + BAR.gap;
  const floor = BAR.top + BAR.height;
  const width = days.length * step;
  return (
    <figure class="plot leases-bars">
      <figcaption>{leases.byDay}</figcaption>
      <svg viewBox={`0 0 ${width} ${floor + BAR.label}`} role="img" aria-label={leases.byDay}>
        <line class="plot-zero" x1={0} x2={width} y1={floor} y2={floor} />
        {days.map(({ label, count }, index) => {
          const x = index * step + BAR.gap / 2;
          const height = (count / most) * BAR.height;
          return (
            <g key={label}>
              {count > 0 && (
                <rect class="leases-bar" x={x} y={floor - height} width={BAR.width} height={height} rx={2} />
              )}
              {count > 0 && (
                <text class="leases-count" x={x + BAR.width / 2} y={floor - height - 6}>
                  {count}
                </text>
              )}
              <text class="plot-axis leases-day" x={x + BAR.width / 2} y={floor + 16}>
                {label}
              </text>
            </g>
          );
        })}
      </svg>
      <details>
        <summary>{kit.table}</summary>
        <Table head={[leases.day, leases.count]} rows={days.map(({ label, count }) => [label, String(count)])} />
      </details>
    </figure>
  );
};
