import { Unreadable } from "./errors.ts";
import { TAGS } from "./tags.ts";

/**
 * Whether bytes are DER, before a reader that takes all of BER sees them: one element and nothing after it, lengths
 * written in the one shortest way, booleans and integers too. What has one encoding is read in one way by everybody.
 * Bounded: it looks at each byte of a header once, and neither deep nor crowded input passes.
 *
 * Source: ITU-T X.690, sections 8.1 and 10 to 11.
 */

const MOST_DEEP = 24;
const MOST_ELEMENTS = 4000;

const CONSTRUCTED = 0x20;

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** For readers to catch, who say what they could not read. */
export class NotDer extends Unreadable {
  constructor() {
    super("not DER");
  }
}

const refuse = (): never => {
  throw new NotDer();
};

/** The length that follows the tag at `at`, and how many bytes it takes. */
const lengthAt = (bytes: Uint8Array, at: number): { readonly length: number; readonly size: number } => {
  const first = bytes[at] ?? refuse();
  if (first < 0x80) return { length: first, size: 1 };
  const count = first & 0x7f;
  // 0: an unknown length, which DER does not have. More than 4: more bytes than there are.
  if (count === 0 || count > 4 || at + count >= bytes.length) return refuse();
  const length = bytes.subarray(at + 1, at + 1 + count).reduce((sum, byte) => sum * 0x100 + byte, 0);
  const isShortest = length >= 0x80 && length >= 0x100 ** (count - 1);
  return isShortest ? { length, size: 1 + count } : refuse();
};

const elementAt = (bytes: Uint8Array, at: number, limit: number): Element => {
  const tag = bytes[at] ?? refuse();
  // Tags of more than a byte are in nothing that is read here.
  if ((tag & 0x1f) === 0x1f || tag === 0) return refuse();
  const { length, size } = lengthAt(bytes, at + 1);
  const start = at + 1 + size;
  return start + length <= limit ? { tag, start, end: start + length } : refuse();
};

/** Content that DER writes in one way only, by tag. */
const CONTENT: Readonly<Record<number, (content: Uint8Array) => boolean>> = {
  [TAGS.boolean]: (content) => content.length === 1 && (content[0] === 0 || content[0] === 0xff),
  [TAGS.integer]: (content) => {
    const [first, second = 0] = content;
    if (first === undefined) return false;
    return content.length === 1 || !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  },
  [TAGS.bits]: (content) => content.length > 0 && (content[0] ?? 8) < 8 && (content.length > 1 || content[0] === 0),
  [TAGS.null]: (content) => content.length === 0,
  [TAGS.oid]: (content) => content.length > 0 && ((content.at(-1) ?? 0x80) & 0x80) === 0,
};

/** Strings and numbers are never in pieces; sequences and sets always hold elements. */
const isUniversal = (tag: number): boolean => tag < 0x40;
const isSequenceOrSet = (tag: number): boolean => (tag & 0x1f) === 0x10 || (tag & 0x1f) === 0x11;

/** Throws `NotDer` for anything but one element of DER, and for more elements in it than `most`. */
export const requireDer = (bytes: Uint8Array, most = MOST_ELEMENTS): void => {
  let count = 0;
  const visit = (at: number, limit: number, depth: number): number => {
    count += 1;
    if (count > most || depth > MOST_DEEP) return refuse();
    const { tag, start, end } = elementAt(bytes, at, limit);
    const isConstructed = (tag & CONSTRUCTED) !== 0;
    if (isUniversal(tag) && isConstructed !== isSequenceOrSet(tag)) return refuse();
    if (!isConstructed && CONTENT[tag]?.(bytes.subarray(start, end)) === false) return refuse();
    for (let next = start; isConstructed && next < end; ) next = visit(next, end, depth + 1);
    return end;
  };
  if (visit(0, bytes.length, 0) !== bytes.length) refuse();
};

export interface Member {
  readonly tag: number;
  /** Tag, length and content. */
  readonly der: Uint8Array;
  readonly content: Uint8Array;
}

/** The one element that bytes are. For bytes that `requireDer` let pass. */
export const elementOf = (der: Uint8Array): Member => {
  const { tag, start, end } = elementAt(der, 0, der.length);
  return { tag, der: der.subarray(0, end), content: der.subarray(start, end) };
};

/** What a sequence, a set or another constructed element holds, in order. For bytes that `requireDer` let pass. */
export const membersOf = (der: Uint8Array): readonly Member[] => {
  const outer = elementAt(der, 0, der.length);
  if ((outer.tag & CONSTRUCTED) === 0) return refuse();
  const members: Member[] = [];
  for (let at = outer.start; at < outer.end; ) {
    const { tag, start, end } = elementAt(der, at, outer.end);
    members.push({ tag, der: der.subarray(at, end), content: der.subarray(start, end) });
    at = end;
  }
  return members;
};

/** The same for an element of this tag. Throws `NotDer` for another. */
export const membersUnder = (tag: number, der: Uint8Array | undefined): readonly Member[] =>
  der?.[0] === tag ? membersOf(der) : refuse();

/** The content of a bit string of whole bytes. Throws `NotDer` for another. */
export const wholeBits = (member: Member | undefined): Uint8Array =>
  member?.tag === TAGS.bits && member.content[0] === 0 ? member.content.subarray(1) : refuse();

/** An object identifier as numbers with dots. Throws `NotDer` for another member. */
export const oidOf = (member: Member | undefined): string => {
  if (member?.tag !== TAGS.oid || member.content.length === 0) return refuse();
  const numbers: bigint[] = [];
  let value = 0n;
  for (const byte of member.content) {
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (byte >= 0x80) continue;
    numbers.push(value);
    value = 0n;
  }
  const [head = 0n, ...rest] = numbers;
  const first = head >= 80n ? 2n : head / 40n;
  return [first, head - 40n * first, ...rest].join(".");
};

export interface ReadExtension {
  readonly type: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** What a sequence of extensions holds, in order. A FALSE that need not be there is passed over, as in Go. */
export const extensionsOf = (list: Uint8Array | undefined): readonly ReadExtension[] =>
  membersUnder(TAGS.sequence, list).map(({ der }) => {
    const [type, ...more] = membersUnder(TAGS.sequence, der);
    const critical = more.length > 1 ? more[0] : undefined;
    const value = more[critical ? 1 : 0];
    if (value?.tag !== TAGS.octets || more.length > 2 || (critical && critical.tag !== TAGS.boolean)) return refuse();
    return { type: oidOf(type), critical: critical?.content[0] === 0xff, value: value.content };
  });
