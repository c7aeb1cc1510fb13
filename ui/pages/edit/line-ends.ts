/**
 * A `<textarea>` shows every line end as a line feed. Here what was typed is put back into the value with the line ends
 * it had, so that nothing but the change is changed.
 */

const END = /\r\n|\r|\n/g;

/** The value as a `<textarea>` gives it back. */
export const shownText = (value: string): string => value.replace(/\r\n?/g, "\n");

/** The line end that a value has most often; a line feed where it has none. */
const usualEnd = (value: string): string => {
  const counts = new Map<string, number>();
  for (const [end] of value.matchAll(END)) counts.set(end, (counts.get(end) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "\n";
};

/** How many characters the two have in common, read from the start or from the end. */
const common = (a: string, b: string, most: number, fromEnd: boolean): number => {
  let count = 0;
  while (count < most) {
    const same = fromEnd ? a[a.length - 1 - count] === b[b.length - 1 - count] : a[count] === b[count];
    if (!same) break;
    count += 1;
  }
  return count;
};

/** Where in the value the first `shown` characters of its text end. */
const placeOf = (value: string, shown: number): number => {
  let at = 0;
  for (let count = 0; count < shown; count++) at += value.startsWith("\r\n", at) ? 2 : 1;
  return at;
};

/** One after the other. Where a carriage return would meet a line feed, two line ends would become one: it gets its own. */
const joined = (left: string, right: string): string =>
  left.endsWith("\r") && right.startsWith("\n") ? `${left}\n${right}` : left + right;

/** The value after the text shown for it was changed to `typed`. */
export const withTyped = (value: string, typed: string): string => {
  if (!value.includes("\r")) return typed;
  const old = shownText(value);
  const most = Math.min(old.length, typed.length);
  const start = common(old, typed, most, false);
  const end = common(old, typed, most - start, true);
  const between = typed.slice(start, typed.length - end).replaceAll("\n", usualEnd(value));
  const after = value.slice(placeOf(value, old.length - end));
  return joined(joined(value.slice(0, placeOf(value, start)), between), after);
};
