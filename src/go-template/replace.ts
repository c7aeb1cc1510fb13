import type { Room } from "./values.ts";

/** Replaces parts of a text, which is measured before. Source: Go documentation, package strings, `ReplaceAll`. */

/** How often the part is in the text; it must not be empty. */
export const occurrences = (text: string, part: string): number => {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count += 1;
  return count;
};

/** An empty `from` is before every character and at the end. */
export const replaceEach = (text: string, from: string, to: string, room: Room): string => {
  if (from !== "") {
    room.text(text.length + occurrences(text, from) * (to.length - from.length));
    return text.replaceAll(from, () => to);
  }
  const chars = [...text];
  room.text(text.length + (chars.length + 1) * to.length);
  return to + chars.map((char) => char + to).join("");
};
