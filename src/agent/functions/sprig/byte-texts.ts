import { bytesOfText, type Room, textOfBytes, unrunnable } from "../../../go-template/index.ts";
import { byteLength, byteSlice } from "../go/text.ts";

/** Texts cut by the numbers of their bytes, as sprig does. */

const outOfRange = (): never => unrunnable("slice bounds out of range");

const between = (text: string, from: number, to: number): string =>
  from < 0 || to < from || to > byteLength(text) ? outOfRange() : byteSlice(text, from, to);

export const substring = (text: string, start: number, end: number): string => {
  const length = byteLength(text);
  if (start < 0) return between(text, 0, end);
  return between(text, start, end < 0 || end > length ? length : end);
};

export const truncate = (text: string, count: number): string => {
  const length = byteLength(text);
  if (count < 0 && length + count > 0) return byteSlice(text, length + count, length);
  return count >= 0 && length > count ? byteSlice(text, 0, count) : text;
};

const DOTS = "...";

/** `width` is at least 4; with an offset to the left at least 7. */
export const abbreviate = (text: string, left: number, width: number): string => {
  const length = byteLength(text);
  if (length <= width) return text;
  const room = width - DOTS.length;
  const capped = Math.min(left, length);
  const offset = length - capped < room ? length - room : capped;
  if (offset <= 4) return byteSlice(text, 0, room) + DOTS;
  if (offset + room < length) return DOTS + abbreviate(byteSlice(text, offset, length), 0, room);
  return DOTS + byteSlice(text, length - room, length);
};

interface Wrapping {
  readonly width: number;
  /** Empty: a line feed. */
  readonly end: string;
  /** Words longer than a line are broken. */
  readonly breaks: boolean;
}

const BLANK = 0x20;

/** Where the line ends that begins here, and where the next one begins. */
const lineEnd = (bytes: Buffer, from: number, width: number, breaks: boolean): readonly [number, number] => {
  const blank = bytes.subarray(from, from + width + 1).lastIndexOf(BLANK);
  if (blank >= 0) return [from + blank, from + blank + 1];
  if (breaks) return [from + width, from + width];
  const next = bytes.indexOf(BLANK, from + width);
  return next < 0 ? [bytes.length, bytes.length] : [next, next + 1];
};

export const wrap = (text: string, { width, end, breaks }: Wrapping, room: Room): string => {
  const bytes = bytesOfText(text);
  const size = Math.max(1, width);
  const between = bytesOfText(end === "" ? "\n" : end);
  const parts: Buffer[] = [];
  let at = 0;
  while (bytes.length - at > size) {
    room.step();
    if (bytes[at] === BLANK) {
      at += 1;
      continue;
    }
    const [stop, next] = lineEnd(bytes, at, size, breaks);
    parts.push(bytes.subarray(at, stop));
    if (stop < bytes.length) parts.push(between);
    at = next;
  }
  parts.push(bytes.subarray(at));
  room.text(parts.reduce((sum, part) => sum + part.length, 0));
  return textOfBytes(Buffer.concat(parts));
};
