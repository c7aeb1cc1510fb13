import type { AttributeValue } from "aws-lambda";
import db, { type Item, type Operand, type Table, type UpdateSection } from "dynalite/db/index.js";
import { invalid } from "./errors.ts";

/**
 * Where dynalite's UpdateItem departs from the Developer Guide, put right around it: every operand means the item
 * before the update, several list elements can be removed at once, sums keep to 38 digits, index keys are not empty.
 */

/** The sections of a parsed update expression, so that dynalite applies them to `before` as documented. */
export const prepared = (sections: readonly UpdateSection[], before: Item): UpdateSection[] => {
  const removals = sections.filter(({ type }) => type === "remove");
  return [
    ...sections.filter(({ type }) => type !== "remove").map((section) => frozen(section, before)),
    // From the end of a list, so that no removal moves what another one names.
    ...removals.sort((a, b) => lastIndex(b) - lastIndex(a)),
  ];
};

const lastIndex = ({ path }: UpdateSection): number => {
  const last = path.at(-1);
  return typeof last === "number" ? last : -1;
};

const frozen = (section: UpdateSection, before: Item): UpdateSection =>
  section.type === "set" && section.val !== undefined ? { ...section, val: literal(section.val, before) } : section;

/** Replaces paths by copies of what they lead to; a path that leads nowhere stays, for dynalite to refuse. */
const literal = (operand: Operand, before: Item): Operand => {
  if (Array.isArray(operand)) {
    const value = db.mapPath(operand, before);
    return value === undefined || value === null ? operand : copied(value);
  }
  if (!("type" in operand)) return operand;
  const [first, second] = operand.args;
  if (operand.name === "if_not_exists" && first !== undefined && second !== undefined) {
    const value = literal(first, before);
    return Array.isArray(value) ? literal(second, before) : value;
  }
  return { ...operand, args: operand.args.map((arg) => literal(arg, before)) };
};

const copied = (value: AttributeValue): AttributeValue => structuredClone(value);

const SIGNIFICANT = 38;

const significantDigits = (number: string): number =>
  number
    .replace(/[eE].*$/, "")
    .replace(/[-+.]/g, "")
    .replace(/^0+|0+$/g, "").length;

const refuseLongNumbers = (value: AttributeValue): void => {
  if (value.N !== undefined && significantDigits(value.N) > SIGNIFICANT)
    throw invalid("Attempting to store more than 38 significant digits in a Number");
  value.L?.forEach(refuseLongNumbers);
  if (value.M !== undefined) Object.values(value.M).forEach(refuseLongNumbers);
};

/** What holds for every item that is written, however it came about. Throws `ValidationException`. */
export const refuseUnstorable = (item: Item, table: Table): void => {
  Object.values(item).forEach(refuseLongNumbers);
  for (const { IndexName, KeySchema } of [
    ...(table.GlobalSecondaryIndexes ?? []),
    ...(table.LocalSecondaryIndexes ?? []),
  ]) {
    for (const { AttributeName } of KeySchema) {
      const value = item[AttributeName];
      if (value?.S !== "" && value?.B !== "") continue;
      throw invalid(
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. " +
          `The AttributeValue for a key attribute cannot contain an empty ${value.S === "" ? "string" : "binary"} value. ` +
          `IndexName: ${IndexName}, IndexKey: ${AttributeName}`,
      );
    }
  }
};
