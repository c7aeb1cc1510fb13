import type { AttributeValue } from "aws-lambda";
import type { Item } from "dynalite/db/index.js";

/**
 * Item sizes as the DynamoDB Developer Guide counts them ("DynamoDB item sizes and formats"): names and text in UTF-8
 * bytes, binary in raw bytes, numbers one byte per two significant digits plus one, three bytes and one per element
 * for documents. Dynalite counts UTF-16 units, which lets multi-byte text slip past the 400 KB limit.
 */

const textBytes = (text: string): number => Buffer.byteLength(text, "utf8");
const binaryBytes = (base64: string): number => Buffer.byteLength(base64, "base64");

const numberBytes = (text: string): number => {
  const digits = text
    .replace(/[eE].*$/, "")
    .replace(/[-+.]/g, "")
    .replace(/^0+|0+$/g, "").length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith("-") ? 1 : 0);
};

const sum = <T>(values: readonly T[], bytes: (value: T) => number): number =>
  values.reduce((total, value) => total + bytes(value), 0);

const valueBytes = (value: AttributeValue): number => {
  if (value.S !== undefined) return textBytes(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return binaryBytes(value.B);
  if (value.SS !== undefined) return sum(value.SS, textBytes);
  if (value.NS !== undefined) return sum(value.NS, numberBytes);
  if (value.BS !== undefined) return sum(value.BS, binaryBytes);
  if (value.L !== undefined) return 3 + sum(value.L, (member) => 1 + valueBytes(member));
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
};

/** Bytes of an item, attribute names included. */
export const itemBytes = (item: Item): number =>
  sum(Object.entries(item), ([name, value]) => textBytes(name) + valueBytes(value));

/** Bytes of one key attribute's value. */
export const keyBytes = (value: AttributeValue): number => valueBytes(value);
