import type { AttributeValue } from "aws-lambda";
import db, { type Expression, type Item, type Operand } from "dynalite/db/index.js";

/**
 * Whether a parsed condition holds for an item. Comparisons are dynalite's, save where it departs from the Developer
 * Guide: text is ordered by its UTF-8 bytes and binary is compared as bytes, where dynalite looks at UTF-16 units and
 * at binary decoded as text.
 */
export const holds = (expression: Expression, item: Item): boolean => {
  const { type, args } = expression;
  if (type === "and") return args.every((arg) => holds(asExpression(arg), item));
  if (type === "or") return args.some((arg) => holds(asExpression(arg), item));
  if (type === "not") return !args.some((arg) => holds(asExpression(arg), item));
  const [first, ...rest] = args.map((arg) => resolved(arg, item));
  return compared(type === "function" ? (expression.name ?? "") : type, first, rest);
};

const isExpression = (operand: Operand): operand is Expression => !Array.isArray(operand) && "type" in operand;

const asExpression = (operand: Operand): Expression => {
  if (!isExpression(operand)) throw new TypeError("the condition parser gave an operand where a condition belongs");
  return operand;
};

const resolved = (operand: Operand, item: Item): AttributeValue | undefined => {
  if (Array.isArray(operand)) return db.mapPath(operand, item) ?? undefined;
  if (!isExpression(operand)) return operand;
  const [argument] = operand.args;
  const value = argument === undefined ? undefined : resolved(argument, item);
  const size = value === undefined ? undefined : sizeOf(value);
  return size === undefined ? undefined : { N: String(size) };
};

const sizeOf = (value: AttributeValue): number | undefined => {
  if (value.B !== undefined) return Buffer.byteLength(value.B, "base64");
  if (value.M !== undefined) return Object.keys(value.M).length;
  return (value.S ?? value.SS ?? value.NS ?? value.BS ?? value.L)?.length;
};

const bytes = (value: AttributeValue | undefined): Buffer | undefined => {
  if (value?.S !== undefined) return Buffer.from(value.S, "utf8");
  if (value?.B !== undefined) return Buffer.from(value.B, "base64");
  return;
};

const sameKind = (a: AttributeValue | undefined, b: AttributeValue | undefined): boolean =>
  (a?.S !== undefined && b?.S !== undefined) || (a?.B !== undefined && b?.B !== undefined);

type BytesRule = (value: Buffer, others: readonly Buffer[]) => boolean;

const order = (value: Buffer, other: Buffer | undefined): number => Buffer.compare(value, other ?? Buffer.alloc(0));

const BYTES_RULES: Readonly<Record<string, BytesRule>> = {
  "<": (value, [other]) => order(value, other) < 0,
  "<=": (value, [other]) => order(value, other) <= 0,
  ">": (value, [other]) => order(value, other) > 0,
  ">=": (value, [other]) => order(value, other) >= 0,
  between: (value, [low, high]) => order(value, low) >= 0 && order(value, high) <= 0,
  begins_with: (value, [start = Buffer.alloc(0)]) => value.subarray(0, start.length).equals(start),
  contains: (value, [part = Buffer.alloc(0)]) => value.includes(part),
};

const compared = (
  operator: string,
  value: AttributeValue | undefined,
  others: readonly (AttributeValue | undefined)[],
): boolean => {
  const rule = BYTES_RULES[operator];
  const own = bytes(value);
  if (rule !== undefined && own !== undefined && others.every((other) => sameKind(value, other)))
    return rule(
      own,
      others.flatMap((other) => bytes(other) ?? []),
    );
  return db.compare(operator, value, others);
};
