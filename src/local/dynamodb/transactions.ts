import type { LevelChange } from "dynalite/db/index.js";
import { defined } from "../../std/defined.ts";
import { type Body, choice, constraint, isBody, list, optionalText, structure, validatedItem } from "./bodies.ts";
import { type Checked, check } from "./dynalite.ts";
import { codeOf, DynamoError, invalid, refused, unreadable } from "./errors.ts";
import type { Idempotency } from "./idempotency.ts";
import type { Reader } from "./item-reads.ts";
import { capacity, readWrite } from "./item-writes.ts";
import type { KeyLocks } from "./key-locks.ts";
import { itemBytes } from "./sizes.ts";
import type { Drafted, Write, Writer } from "./writes.ts";

/**
 * TransactWriteItems and TransactGetItems. Transactions that share items wait for each other, so none is ever cancelled
 * with `TransactionConflict`. Source: Developer Guide, "Amazon DynamoDB Transactions: How it works"; the reasons are
 * those of the API Reference under TransactionCanceledException.
 */

const LIMIT = 100;
const MAX_BYTES = 4 * 1024 * 1024;

const KINDS = { Put: "putItem", Update: "updateItem", Delete: "deleteItem", ConditionCheck: "check" } as const;
const SHOWS = ["ALL_OLD", "NONE"] as const;

/** Members of a transaction do not take the legacy parameters of single writes. */
const MEMBERS = [
  "TableName",
  "Item",
  "Key",
  "UpdateExpression",
  "ConditionExpression",
  "ExpressionAttributeNames",
  "ExpressionAttributeValues",
] as const;

const members = (body: Body): readonly Body[] => {
  const items = list(body, "TransactItems");
  if (items.length < 1 || items.length > LIMIT)
    throw constraint(
      `'[${items.length} items]'`,
      "transactItems",
      items.length < 1
        ? "Member must have length greater than or equal to 1"
        : `Member must have length less than or equal to ${LIMIT}`,
    );
  return items.map((item) => {
    if (!isBody(item)) throw unreadable();
    return item;
  });
};

const readMember = (member: Body, index: number, consumed: string): Write => {
  const given = Object.entries(KINDS).filter(([name]) => member[name] !== undefined && member[name] !== null);
  const [only] = given;
  if (only === undefined || given.length > 1)
    throw invalid("TransactItems can only contain one of Check, Put, Update or Delete");
  const [name, kind] = only;
  const body = structure(member, name);
  const where = `transactItems.${index + 1}.member.${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  const need = (field: "UpdateExpression" | "ConditionExpression", path: string): void => {
    if (optionalText(body, field) === undefined)
      throw constraint("null", `${where}.${path}`, "Member must not be null");
  };
  if (kind === "updateItem") need("UpdateExpression", "updateExpression");
  if (kind === "check") need("ConditionExpression", "conditionExpression");
  const plain = Object.fromEntries(MEMBERS.flatMap((field) => (field in body ? [[field, body[field]]] : [])));
  const write = readWrite(kind === "check" ? "deleteItem" : kind, { ...plain, ReturnConsumedCapacity: consumed });
  const showsItem = choice(body, "ReturnValuesOnConditionCheckFailure", SHOWS, "NONE") === "ALL_OLD";
  return { ...write, kind, showsItem };
};

const refuseSharedItems = (keys: readonly string[]): void => {
  if (new Set(keys).size < keys.length)
    throw invalid("Transaction request cannot include multiple operations on one item");
};

/** The reason a refusal gives its transaction. Other errors than these fail the request as a whole. */
const reason = (outcome: unknown): Checked => {
  if (!(outcome instanceof DynamoError)) return { Code: "None" };
  const code = codeOf(outcome);
  if (code === "ConditionalCheckFailedException") {
    return defined({ Code: "ConditionalCheckFailed", Message: outcome.message, Item: outcome.body["Item"] });
  }
  if (code === "ValidationException") return { Code: "ValidationError", Message: outcome.message };
  throw outcome;
};

const cancel = (outcomes: readonly unknown[]): void => {
  if (!outcomes.some((outcome) => outcome instanceof DynamoError)) return;
  const reasons = outcomes.map(reason);
  const codes = reasons.map(({ Code }) => String(Code)).join(", ");
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  throw refused("TransactionCanceledException", message, { Message: message, CancellationReasons: reasons });
};

const refuseOversize = (outcomes: readonly (Drafted | DynamoError)[]): void => {
  const bytes = outcomes.reduce((sum, one) => {
    if (one instanceof DynamoError) return sum;
    return sum + itemBytes(one.after ?? one.before ?? {});
  }, 0);
  if (bytes > MAX_BYTES) throw invalid("Transaction size cannot exceed 4 MB");
};

/** Keys of all members; a key that does not fit its table becomes that member's reason. */
const locateAll = (writes: readonly Write[], writer: Writer): readonly string[] => {
  const located = writes.map((write): string | DynamoError => {
    try {
      return writer.keyOf(write);
    } catch (error) {
      if (error instanceof DynamoError) return error;
      throw error;
    }
  });
  cancel(located);
  const keys = located.filter((place) => typeof place === "string");
  refuseSharedItems(keys);
  return keys;
};

export const transactWrite = async (writer: Writer, idempotency: Idempotency, body: Body): Promise<Checked> => {
  const consumed = choice(body, "ReturnConsumedCapacity", ["INDEXES", "TOTAL", "NONE"], "NONE");
  const token = idempotency.begin(body);
  if (token === "replayed") return {};
  try {
    const writes = members(body).map((member, index) => readMember(member, index, consumed));
    const keys = locateAll(writes, writer);
    const drafts = await writer.all(writes, keys, (outcomes): readonly LevelChange[] => {
      cancel(outcomes);
      refuseOversize(outcomes);
      return token?.record() ?? [];
    });
    token?.succeed();
    return capacity(
      drafts.map(({ answer }) => answer["ConsumedCapacity"]),
      2,
    );
  } finally {
    token?.end();
  }
};

export const transactGet = async (writer: Writer, reader: Reader, locks: KeyLocks, body: Body): Promise<Checked> => {
  const consumed = choice(body, "ReturnConsumedCapacity", ["INDEXES", "TOTAL", "NONE"], "NONE");
  const gets = members(body).map((member) => {
    const data = check("getItem", { ...structure(member, "Get"), AttributesToGet: undefined, ConsistentRead: true });
    const subject = validatedItem(data, "Key");
    const write: Write = { kind: "check", table: String(data["TableName"]), subject, data, showsItem: false };
    return { write, data: { ...data, ReturnConsumedCapacity: consumed } };
  });
  const keys = locateAll(
    gets.map(({ write }) => write),
    writer,
  );
  const answers = await locks.hold(keys, () => Promise.all(gets.map(({ data }) => reader.checked("getItem", data))));
  const bytes = answers.reduce(
    (sum, { Item }) => sum + (isBody(Item) ? itemBytes(validatedItem({ Item }, "Item")) : 0),
    0,
  );
  if (bytes > MAX_BYTES) throw invalid("Transaction size cannot exceed 4 MB");
  return {
    Responses: answers.map(({ Item }) => (Item === undefined ? {} : { Item })),
    ...capacity(
      answers.map((answer) => answer["ConsumedCapacity"]),
      2,
    ),
  };
};
