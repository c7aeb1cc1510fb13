import { TAGS } from "../tags.ts";

/**
 * The frames of signed things: what the schemas encoded, put together byte by byte. A name, a key or a signed body goes
 * in exactly as it is elsewhere, which no parsing and encoding in between could promise. Nothing here reads.
 *
 * Source: ITU-T X.690, sections 8 and 10.
 */

/** Tag and length of `length` bytes of content. */
export const head = (tag: number, length: number): Buffer => {
  if (length < 0x80) return Buffer.from([tag, length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 0x100)) bytes.unshift(rest % 0x100);
  return Buffer.from([tag, 0x80 | bytes.length, ...bytes]);
};

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

/** One element whose content is the parts, one after the other. */
export const element = (tag: number, ...parts: readonly Uint8Array[]): Buffer =>
  Buffer.concat([head(tag, lengthOf(parts)), ...parts]);

export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(TAGS.sequence, ...parts);

const arcs = (number: number): number[] => {
  const bytes = [number % 0x80];
  for (let rest = Math.floor(number / 0x80); rest > 0; rest = Math.floor(rest / 0x80))
    bytes.unshift(0x80 | (rest % 0x80));
  return bytes;
};

/** An object identifier in its text form, of numbers below 2 ** 53. */
export const oid = (text: string): Buffer => {
  const [first = 0, second = 0, ...others] = text.split(".").map(Number);
  return element(TAGS.oid, Buffer.from([first * 40 + second, ...others].flatMap(arcs)));
};

/** Whole octets as a bit string. */
export const bitString = (bytes: Uint8Array): Buffer => element(TAGS.bits, Buffer.of(0), bytes);

/** The positive integer of a magnitude, big endian; zeros in front of it do not count. */
export const unsigned = (magnitude: Uint8Array): Buffer => {
  const first = magnitude.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Buffer.of(0) : magnitude.subarray(first);
  return element(TAGS.integer, ...((digits[0] ?? 0) >= 0x80 ? [Buffer.of(0), digits] : [digits]));
};

/** A small number: at least 0 and a safe integer. */
export const integer = (value: number): Buffer => {
  const hex = value.toString(16);
  return unsigned(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex"));
};

/** Whole seconds in UTC, as `20061231235959Z`. */
const digitsOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace(/\D/g, "")}Z`;

export const generalizedTime = (ms: number): Buffer => element(TAGS.generalizedTime, Buffer.from(digitsOf(ms)));

/**
 * A time of a certificate or a list: with two digits for years from 1950 to 2049, with four for others. Parts of a
 * second are dropped. Source: RFC 5280, section 4.1.2.5.
 */
export const time = (ms: number): Buffer => {
  const digits = digitsOf(ms);
  const isShort = digits >= "1950" && digits < "2050";
  return isShort ? element(TAGS.utcTime, Buffer.from(digits.slice(2))) : generalizedTime(ms);
};

/** The bytes alone, without what else their buffer holds. */
export const bufferOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
