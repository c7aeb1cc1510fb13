import type { Key } from "../../../go-template/index.ts";

/** The order of keys in YAML: numbers by size, digits within names by their value, letters behind other signs. */

const isLetter = (char: string | undefined): boolean => char !== undefined && /^\p{L}$/u.test(char);
const isDigit = (char: string | undefined): boolean => char !== undefined && /^\p{Nd}$/u.test(char);

const numberOf = (key: Key): number | undefined => {
  if (typeof key === "boolean") return key ? 1 : 0;
  return typeof key === "bigint" || typeof key === "number" ? Number(key) : undefined;
};

/** Go's numbers of kinds. */
const KINDS: Readonly<Record<string, number>> = { boolean: 1, bigint: 2, number: 14, undefined: 20, string: 24 };
const kindOf = (key: Key): number => KINDS[typeof key] ?? 0;

const digitsFrom = (chars: readonly string[], from: number): readonly [number, number] => {
  let [value, at] = [0, from];
  for (; isDigit(chars[at]); at += 1) value = value * 10 + ((chars[at] ?? "0").charCodeAt(0) - 48);
  return [value, at];
};

/** A zero among the digits of a number belongs to that number. */
const isWithinNumber = (chars: readonly string[], at: number): boolean => {
  for (let before = at - 1; before >= 0 && isDigit(chars[before]); before -= 1) if (chars[before] !== "0") return true;
  return false;
};

const isTextBefore = (left: string, right: string): boolean => {
  const [a, b] = [[...left], [...right]];
  const at = a.findIndex((char, index) => char !== b[index]);
  if (at < 0 || at >= b.length) return a.length < b.length;
  const [one = "", other = ""] = [a[at], b[at]];
  const [letter, otherLetter] = [isLetter(one), isLetter(other)];
  if (letter && otherLetter) return one < other;
  if (letter || otherLetter) return otherLetter;
  const start = (one === "0" || other === "0") && isWithinNumber(a, at) ? 1 : 0;
  const [value, end] = digitsFrom(a, at);
  const [otherValue, otherEnd] = digitsFrom(b, at);
  const [x, y] = [value + start * 10 ** (end - at), otherValue + start * 10 ** (otherEnd - at)];
  if (x !== y) return x < y;
  return end === otherEnd ? one < other : end < otherEnd;
};

const isBefore = (a: Key, b: Key): boolean => {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) return x === y ? kindOf(a) < kindOf(b) : x < y;
  return typeof a === "string" && typeof b === "string" ? isTextBefore(a, b) : kindOf(a) < kindOf(b);
};

export const compareYamlKeys = (a: Key, b: Key): number => (isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0);
