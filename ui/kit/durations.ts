/** Lengths of time in words, and back. */

const PARTS = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
] as const;

/** Seconds as `31 d 23 h`, `41 min`, `1 min 5 s`: the two largest units. */
export const durationText = (seconds: number): string => {
  const names = { d: "d", h: "h", m: "min", s: "s" };
  let left = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [unit, size] of PARTS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${names[unit]}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || `0 ${names.s}`;
};

/** Seconds of `90`, `30m`, `1h30m`, `7d`; `undefined`: not a duration. */
export const parseDuration = (text: string): number | undefined => {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return Number(trimmed);
  if (!/^(\d+(\.\d+)?[smhd])+$/.test(trimmed)) return undefined;
  const sizes = new Map<string, number>(PARTS);
  let total = 0;
  for (const [, count, unit = ""] of trimmed.matchAll(/([\d.]+)([smhd])/g))
    total += Number(count) * (sizes.get(unit) ?? 0);
  return total;
};
