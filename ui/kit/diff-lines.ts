/** Two texts line by line, by the longest common subsequence. */

export interface Line {
  readonly change: "same" | "added" | "removed";
  readonly text: string;
}

/** Cells of the table; beyond it, everything is removed and added. */
const MOST_CELLS = 1_000_000;

const all = (texts: readonly string[], change: Line["change"]): Line[] => texts.map((text) => ({ change, text }));

/** How many lines the rests of both from `(i, j)` on have in common, at most. */
type Common = (i: number, j: number) => number;

const commonOf = (before: readonly string[], after: readonly string[]): Common => {
  const width = after.length + 1;
  const table = new Uint32Array((before.length + 1) * width);
  const at: Common = (i, j) => table[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1)
      table[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  return at;
};

/** What becomes of the next line: kept, or the old one goes, or a new one comes. */
const nextOf = (old: string, now: string, goFirst: boolean): Line =>
  old === now
    ? { change: "same", text: old }
    : goFirst
      ? { change: "removed", text: old }
      : { change: "added", text: now };

const inBetween = (before: readonly string[], after: readonly string[]): readonly Line[] => {
  if ((before.length + 1) * (after.length + 1) > MOST_CELLS) return [...all(before, "removed"), ...all(after, "added")];
  const common = commonOf(before, after);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [old, now] = [before[i], after[j]];
    if (old === undefined || now === undefined) break;
    const line = nextOf(old, now, common(i + 1, j) >= common(i, j + 1));
    lines.push(line);
    if (line.change !== "added") i += 1;
    if (line.change !== "removed") j += 1;
  }
  return [...lines, ...all(before.slice(i), "removed"), ...all(after.slice(j), "added")];
};

export const diffLines = (before: string, after: string): readonly Line[] => {
  const [olds, news] = [before.split("\n"), after.split("\n")];
  let head = 0;
  while (head < olds.length && head < news.length && olds[head] === news[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(olds.length, news.length) - head && olds.at(-1 - tail) === news.at(-1 - tail)) tail += 1;
  return [
    ...all(olds.slice(0, head), "same"),
    ...inBetween(olds.slice(head, olds.length - tail), news.slice(head, news.length - tail)),
    ...all(olds.slice(olds.length - tail), "same"),
  ];
};
