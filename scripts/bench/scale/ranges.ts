import { type Fields, fields, text } from "../leases/inputs.ts";

/** The ranges of sort keys that the product asks a partition for. */

/** Where a walk over the sort keys begins; backwards it begins below. */
const startOf = (bound: string, isPrefix: boolean, backwards: boolean, after: unknown): string => {
  if (typeof after === "string") return backwards ? after : `${after}\u0000`;
  if (backwards) return isPrefix ? `${bound}\uffff` : bound;
  return isPrefix ? bound : "";
};

/** What a query of the product asks for. */
export const rangeOf = (input: Fields) => {
  const values = fields(input["ExpressionAttributeValues"]);
  const bound = text(values[":sk"]);
  const isPrefix = String(input["KeyConditionExpression"]).includes("begins_with");
  const backwards = input["ScanIndexForward"] === false;
  return {
    pk: text(values[":pk"]),
    start: startOf(bound, isPrefix, backwards, fields(fields(input["ExclusiveStartKey"])["sk"])["S"]),
    backwards,
    within: (sk: string) => (isPrefix ? sk.startsWith(bound) : sk < bound),
    limit: Number(input["Limit"] ?? Number.POSITIVE_INFINITY),
  };
};
