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

/** Cells in columns; those of `right` end together. */
export const aligned = (lines: readonly (readonly string[])[], right: (column: number) => boolean): string => {
  const columns = Math.max(...lines.map((line) => line.length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...lines.map((line) => (line[at] ?? "").length)));
  const cell = (text: string, at: number) => {
    const width = widths[at] ?? 0;
    return right(at) ? text.padStart(width) : text.padEnd(width);
  };
  return lines.map((line) => line.map(cell).join("  ").trimEnd()).join("\n");
};

/** The figures as aligned lines, a heading first. */
export const printFigures = (figures: readonly Figure[]): string => {
  const rows = figures.map(({ name, value, unit, budget, ok }) => [
    name,
    shown(value),
    unit,
    budget === null ? "" : shown(budget),
    budget === null ? "" : ok ? "yes" : "NO",
  ]);
  return aligned([["", "value", "unit", "budget", "ok"], ...rows], (column) => column === 1 || column === 3);
};
