/** A measured value next to its budget. `budget` is the most it may be; `null` where it is only shown. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly budget: number | null;
  readonly ok: boolean;
}

export const figure = (name: string, value: number, unit: string, budget: number | null = null): Figure => ({
  name,
  value,
  unit,
  budget,
  ok: budget === null || value <= budget,
});

const shown = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(3));

/** The figures as aligned lines, a heading first. */
export const printFigures = (figures: readonly Figure[]): string => {
  const rows = figures.map(({ name, value, unit, budget, ok }) => [
    name,
    shown(value),
    unit,
    budget === null ? "" : shown(budget),
    budget === null ? "" : ok ? "yes" : "NO",
  ]);
  const lines = [["", "value", "unit", "budget", "ok"], ...rows];
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(...lines.map((line) => (line[at] ?? "").length)));
  const cell = (text: string, at: number) => {
    const width = widths[at] ?? 0;
    return at === 1 || at === 3 ? text.padStart(width) : text.padEnd(width);
  };
  return lines.map((line) => line.map(cell).join("  ").trimEnd()).join("\n");
};
