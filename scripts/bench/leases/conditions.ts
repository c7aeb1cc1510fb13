import type { Item } from "../../../src/storage/operation.ts";

/** The condition expressions the product writes, and no others: an unknown one is an error, not a yes. */

type Names = Readonly<Record<string, string>>;
type Values = Item;
export type Condition = (item: Item | undefined, values: Values) => boolean;

const numberOf = (value: { readonly N?: string | undefined } | undefined): number => Number(value?.N);

const termOf = (text: string, names: Names): Condition => {
  const [, name = ""] = /#(\w+)/.exec(text) ?? [];
  const attribute = names[`#${name}`];
  if (attribute === undefined) throw new Error(`no attribute in ${text}`);
  if (/^attribute_exists\(#\w+\)$/.test(text)) return (item) => item?.[attribute] !== undefined;
  if (/^attribute_not_exists\(#\w+\)$/.test(text)) return (item) => item?.[attribute] === undefined;
  const [, operator, value = ""] = /^#\w+ (=|>) (:\w+)$/.exec(text) ?? [];
  if (operator === "=")
    return (item, values) => item?.[attribute] !== undefined && numberOf(item[attribute]) === numberOf(values[value]);
  if (operator === ">")
    return (item, values) => item?.[attribute] !== undefined && numberOf(item[attribute]) > numberOf(values[value]);
  throw new Error(`the simulated table does not know the condition ${text}`);
};

const parse = (text: string, names: Names): Condition => {
  const any = text.split(" OR ").map((part) => part.split(" AND ").map((term) => termOf(term, names)));
  return (item, values) => any.some((all) => all.every((term) => term(item, values)));
};

const known = new Map<string, Condition>();

/** Reads an expression; each text once. */
export const conditionOf = (text: string | undefined, names: Names | undefined): Condition => {
  if (text === undefined) return () => true;
  const key = `${text} ${JSON.stringify(names)}`;
  const condition = known.get(key) ?? parse(text, names ?? {});
  known.set(key, condition);
  return condition;
};
