/**
 * Go's strings are bytes, and a secret may be no text at all. Here such a string is a JavaScript string in which each
 * byte that is not UTF-8 is a lone surrogate, U+DC80 to U+DCFF (as in Python's `surrogateescape`): text stays text, and
 * no byte is lost. Strings from elsewhere, which must not smuggle such surrogates in, go through `wellFormed`.
 */

const LONE = /[\ud800-\udfff]/u;
const EACH_LONE = /[\ud800-\udfff]/gu;
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text in which lone surrogates are replaced by U+FFFD, as Go's JSON decoder does. */
export const wellFormed = (text: string): string => text.replace(EACH_LONE, "\ufffd");

/** First bytes, how many bytes they begin, and which second bytes may follow. Source: RFC 3629, section 4. */
const SEQUENCES: readonly (readonly [from: number, to: number, length: number, least: number, most: number])[] = [
  [0xc2, 0xdf, 2, 0x80, 0xbf],
  [0xe0, 0xe0, 3, 0xa0, 0xbf],
  [0xe1, 0xec, 3, 0x80, 0xbf],
  [0xed, 0xed, 3, 0x80, 0x9f],
  [0xee, 0xef, 3, 0x80, 0xbf],
  [0xf0, 0xf0, 4, 0x90, 0xbf],
  [0xf1, 0xf3, 4, 0x80, 0xbf],
  [0xf4, 0xf4, 4, 0x80, 0x8f],
];

/** How many bytes the UTF-8 sequence has that begins here; 0: none does. */
const sequence = (bytes: Uint8Array, at: number): number => {
  const [first = 0, second = 0, ...more] = bytes.subarray(at, at + 4);
  if (first < 0x80) return 1;
  const found = SEQUENCES.find(([from, to]) => first >= from && first <= to);
  if (!found) return 0;
  const [, , length, least, most] = found;
  if (second < least || second > most || at + length > bytes.length) return 0;
  return more.slice(0, length - 2).every((byte) => byte >= 0x80 && byte <= 0xbf) ? length : 0;
};

const escaped = (bytes: Uint8Array): string => {
  const parts: string[] = [];
  let plain = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequence(bytes, at);
    if (length === 0) {
      parts.push(strict.decode(bytes.subarray(plain, at)), String.fromCharCode(0xdc00 + (bytes[at] ?? 0)));
      plain = at + 1;
    }
    at += Math.max(1, length);
  }
  return parts.join("") + strict.decode(bytes.subarray(plain));
};

/** A string of these bytes. */
export const textOfBytes = (bytes: Uint8Array): string => {
  try {
    return strict.decode(bytes);
  } catch {
    return escaped(bytes);
  }
};

/** The bytes of a string: what belongs into a file, and what hashes and encodings work on. */
export const bytesOfText = (text: string): Buffer => {
  if (!LONE.test(text)) return Buffer.from(text);
  const parts: Buffer[] = [];
  let plain = 0;
  for (const { index, 0: unit } of text.matchAll(EACH_LONE)) {
    parts.push(Buffer.from(text.slice(plain, index)), Buffer.of(unit.charCodeAt(0) & 0xff));
    plain = index + 1;
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(plain))]);
};

/** The same string; bytes that came from two strings and make a character together become that character. */
export const joined = (text: string): string => (LONE.test(text) ? textOfBytes(bytesOfText(text)) : text);

/** Whether every byte is part of UTF-8 text. */
export const isText = (text: string): boolean => !LONE.test(text);
