import { type Body, choice, isBody, optionalText, structure, text, validatedItem } from "./bodies.ts";
import { type Checked, check } from "./dynalite.ts";
import { DynamoError, invalid, unreadable } from "./errors.ts";
import type { Write, Writer } from "./writes.ts";

/** PutItem, UpdateItem, DeleteItem and BatchWriteItem: from request body to `Write`. */

const SHOWS = ["ALL_OLD", "NONE"] as const;

const FLAG = "ReturnValuesOnConditionCheckFailure";

/** A validated write of one item. Throws `DynamoError`. */
export const readWrite = (kind: Exclude<Write["kind"], "check">, body: Body): Write => {
  const showsItem = choice(body, FLAG, SHOWS, "NONE") === "ALL_OLD";
  const data = check(kind, body);
  const subject = validatedItem(data, kind === "putItem" ? "Item" : "Key");
  return { kind, table: text(data, "TableName"), subject, data, showsItem };
};

const batchMember = (table: string, member: unknown): Write => {
  if (!isBody(member)) throw unreadable();
  const put = member["PutRequest"];
  if (isBody(put) && isBody(member["DeleteRequest"]))
    throw invalid(
      "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    );
  if (isBody(put)) {
    const subject = validatedItem(put, "Item");
    return { kind: "putItem", table, subject, data: { TableName: table, Item: subject }, showsItem: false };
  }
  const subject = validatedItem(structure(member, "DeleteRequest"), "Key");
  return { kind: "deleteItem", table, subject, data: { TableName: table, Key: subject }, showsItem: false };
};

/** BatchWriteItem: up to 25 writes, each whole in itself, not together. Throws before the first when any is invalid. */
export const batchWrite = async (writer: Writer, body: Body): Promise<Checked> => {
  const data = check("batchWriteItem", body);
  const consumed = optionalText(data, "ReturnConsumedCapacity");
  const writes = Object.entries(structure(data, "RequestItems")).flatMap(([table, members]) => {
    if (!Array.isArray(members)) throw unreadable();
    return members.map((member: unknown) => batchMember(table, member));
  });
  const keys = writes.map((write) => batchKey(writer, write));
  if (new Set(keys).size < keys.length) throw invalid("Provided list of item keys contains duplicates");
  const answers = await Promise.all(
    writes.map((write) => writer.one({ ...write, data: { ...write.data, ReturnConsumedCapacity: consumed } })),
  );
  return { UnprocessedItems: {}, ...capacity(answers.map((answer) => answer["ConsumedCapacity"])) };
};

const batchKey = (writer: Writer, write: Write): string => {
  try {
    return writer.keyOf(write);
  } catch (error) {
    if (error instanceof DynamoError && /Missing the key|Type mismatch for key/.test(error.message))
      throw invalid("The provided key element does not match the schema");
    throw error;
  }
};

/** Adds up consumed capacity per table; nothing when the caller did not ask. `factor` 2 is a transaction's price. */
export const capacity = (units: readonly unknown[], factor = 1): Checked => {
  const tables = new Map<string, number>();
  for (const unit of units) {
    if (!isBody(unit)) continue;
    const name = text(unit, "TableName");
    tables.set(name, (tables.get(name) ?? 0) + factor * Number(unit["CapacityUnits"]));
  }
  if (tables.size === 0) return {};
  return { ConsumedCapacity: [...tables].map(([TableName, CapacityUnits]) => ({ TableName, CapacityUnits })) };
};
