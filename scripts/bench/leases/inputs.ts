import type { Item, Key } from "../../../src/storage/operation.ts";
import { conditionOf } from "./conditions.ts";

/** What the product gives to a client, as a table that is a double reads it. */

export type Fields = Readonly<Record<string, unknown>>;
export const fields = (value: unknown): Fields => (typeof value === "object" && value !== null ? { ...value } : {});
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const text = (value: unknown): string => String(fields(value)["S"]);
export const keyOf = (item: Fields): Key => ({ pk: text(item["pk"]), sk: text(item["sk"]) });

export interface Change {
  readonly key: Key;
  /** Absent: it is removed, or only looked at. */
  readonly item: Item | undefined;
  readonly holds: (before: Item | undefined) => boolean;
}

/** A put, a removal or a check. */
export const changeOf = (input: Fields): Change => {
  const { Item: put, Key: removed } = input as { Item?: Item; Key?: Fields };
  const names = input["ExpressionAttributeNames"] as Readonly<Record<string, string>> | undefined;
  const values = (input["ExpressionAttributeValues"] ?? {}) as Item;
  const given = input["ConditionExpression"];
  const condition = conditionOf(typeof given === "string" ? given : undefined, names);
  return { key: keyOf(put ?? removed ?? {}), item: put, holds: (before) => condition(before, values) };
};

/** One of a BatchWriteItem. */
export const requestedChange = (request: unknown): Change => {
  const { DeleteRequest, PutRequest } = fields(request);
  return changeOf(fields(DeleteRequest ?? PutRequest));
};

/** All of a transaction, with what each does. */
export const membersOf = (input: Fields): readonly { readonly kind: string; readonly change: Change }[] =>
  list(input["TransactItems"]).map((member) => {
    const [[kind = "", given] = []] = Object.entries(fields(member));
    return { kind, change: changeOf(fields(given)) };
  });
