import { diffLines, type Line } from "./diff-lines.ts";

/** Two versions of a field, as lines to draw. */

export interface DiffRow {
  readonly name: string;
  /** Absent: there was none. */
  readonly before?: string | undefined;
  /** Absent: there is none any more. */
  readonly after?: string | undefined;
}

export type Change = Line["change"] | "changed";

export const changeOf = ({ before, after }: DiffRow): Change => {
  if (before === undefined) return "added";
  if (after === undefined) return "removed";
  return before === after ? "same" : "changed";
};

/** The rows to draw, whichever side is there. */
export const linesOf = ({ before, after }: Pick<DiffRow, "before" | "after">): readonly Line[] => {
  if (before === undefined) return (after ?? "").split("\n").map((text) => ({ change: "added", text }));
  if (after === undefined) return before.split("\n").map((text) => ({ change: "removed", text }));
  return diffLines(before, after);
};
