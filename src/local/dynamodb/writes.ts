import db, { type Item, type LevelChange, type Table } from "dynalite/db/index.js";
import { type Catalog, itemPrefix, keyOf } from "./catalog.ts";
import { holds } from "./conditions.ts";
import { type Checked, MAX_ITEM_BYTES, parsed, run, translated } from "./dynalite.ts";
import { codeOf, conditionFailed, DynamoError, invalid } from "./errors.ts";
import type { KeyLocks } from "./key-locks.ts";
import type { Bytes } from "./level.ts";
import { itemBytes, keyBytes } from "./sizes.ts";
import type { Streams, TTL_SERVICE } from "./streams.ts";
import { prepared, refuseUnstorable } from "./updates.ts";
import { Draft, draftView, tableOf } from "./views.ts";

/**
 * The one way an item changes. Every write, alone or in a transaction, locks its items, drafts each change on what is
 * stored, and commits all drafts with their index rows as one batch. It trusts that its input passed validation; it
 * must never commit a draft while another in the same call was refused.
 */

/** One validated write of one item. */
export interface Write {
  readonly kind: "putItem" | "updateItem" | "deleteItem" | "check";
  readonly table: string;
  /** The item of a put, the key of all others. */
  readonly subject: Item;
  readonly data: Checked;
  /** `ReturnValuesOnConditionCheckFailure: ALL_OLD`. */
  readonly showsItem: boolean;
}

export interface Drafted {
  readonly answer: Checked;
  readonly table: Table;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly changes: readonly LevelChange[];
}

/** The address of a write's item. Throws `DynamoError` if table or key do not match. */
const locate = (catalog: Catalog, { kind, table: name, subject }: Write): { table: Table; key: string } => {
  const table = tableOf(catalog, name);
  const problem = kind === "putItem" ? db.validateItem(subject, table) : db.validateKey(subject, table);
  if (problem) throw translated(problem);
  table.KeySchema.forEach(({ AttributeName, KeyType }) => {
    const value = subject[AttributeName];
    const bytes = value === undefined ? 0 : keyBytes(value);
    if (KeyType === "HASH" && bytes > 2048)
      throw invalid(
        "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes",
      );
    if (KeyType === "RANGE" && bytes > 1024)
      throw invalid(
        "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
      );
  });
  return { table, key: itemPrefix(name) + db.createKey(subject, table) };
};

export class Writer {
  readonly #bytes: Bytes;
  readonly #catalog: Catalog;
  readonly #locks: KeyLocks;
  readonly #streams: Streams;

  constructor(bytes: Bytes, catalog: Catalog, locks: KeyLocks, streams: Streams) {
    this.#bytes = bytes;
    this.#catalog = catalog;
    this.#locks = locks;
    this.#streams = streams;
  }

  /** The storage key of the item a write is about. Throws `DynamoError` when table or key do not fit. */
  keyOf(write: Write): string {
    return locate(this.#catalog, write).key;
  }

  /** A single write. Answers what the operation answers; throws `DynamoError`. */
  async one(write: Write): Promise<Checked> {
    return this.#locks.hold([this.keyOf(write)], async () => {
      const drafted = await this.#draft(write);
      await this.#commit([drafted]);
      return drafted.answer;
    });
  }

  /**
   * All writes or none. `judge` sees the outcome of each, drafts and refusals, and throws when any refusal is among
   * them; what it returns is committed with them.
   */
  async all(
    writes: readonly Write[],
    keys: readonly string[],
    judge: (outcomes: readonly (Drafted | DynamoError)[]) => readonly LevelChange[],
  ): Promise<readonly Drafted[]> {
    return this.#locks.hold(keys, async () => {
      const outcomes: (Drafted | DynamoError)[] = [];
      for (const write of writes) outcomes.push(await this.#attempt(write));
      const extra = judge(outcomes);
      const drafts = outcomes.flatMap((outcome) => (outcome instanceof DynamoError ? [] : [outcome]));
      await this.#commit(drafts, extra);
      return drafts;
    });
  }

  /** Deletes one item in the service's own name if it still is as `due` wants it. Answers whether it did. */
  async remove(table: Table, key: string, due: (item: Item) => boolean, by: typeof TTL_SERVICE): Promise<boolean> {
    return this.#locks.hold([key], async () => {
      // Written by a draft; nobody else writes under an item prefix.
      const before = this.#bytes.get(key) as Item | undefined;
      if (before === undefined || !due(before) || this.#catalog.find(table.TableName) === undefined) return false;
      const subject = keyOf(before, table);
      const data = { TableName: table.TableName, Key: subject };
      const write: Write = { kind: "deleteItem", table: table.TableName, subject, data, showsItem: false };
      await this.#commit([await this.#draft(write)], [], by);
      return true;
    });
  }

  async #attempt(write: Write): Promise<Drafted | DynamoError> {
    try {
      return await this.#draft(write);
    } catch (error) {
      if (error instanceof DynamoError) return error;
      throw error;
    }
  }

  async #draft(write: Write): Promise<Drafted> {
    const { table, key } = locate(this.#catalog, write);
    const before = this.#bytes.get(key) as Item | undefined;
    const draft = new Draft(before);
    try {
      const answer = await this.#evaluate(write, before, draft);
      if (draft.after !== undefined && draft.changes.length > 0) refuseUnstorable(draft.after, table);
      if (draft.after !== undefined && draft.changes.length > 0 && itemBytes(draft.after) > MAX_ITEM_BYTES)
        throw invalid(
          write.kind === "putItem"
            ? "Item size has exceeded the maximum allowed size"
            : "Item size to update has exceeded the maximum allowed size",
        );
      return { answer, table, before, after: draft.after, changes: draft.changes };
    } catch (error) {
      if (write.showsItem && error instanceof DynamoError && codeOf(error) === "ConditionalCheckFailedException")
        throw conditionFailed(before);
      throw error;
    }
  }

  async #evaluate(write: Write, before: Item | undefined, draft: Draft): Promise<Checked> {
    const { condition, update, rest } = parsed(write.data);
    if (condition !== undefined && !holds(condition, before ?? {})) throw conditionFailed(undefined);
    if (write.kind === "check") return {};
    const view = draftView(this.#catalog, before, draft);
    if (update === undefined) return run(write.kind, view, rest);
    const sections = prepared(update.sections, before ?? write.subject);
    return run(write.kind, view, { ...rest, _updates: { ...update, sections } });
  }

  async #commit(
    drafts: readonly Drafted[],
    extra: readonly LevelChange[] = [],
    by?: typeof TTL_SERVICE,
  ): Promise<void> {
    await this.#bytes.commit([...drafts.flatMap(({ changes }) => changes), ...extra]);
    this.#streams.publish(
      drafts.filter(({ changes }) => changes.length > 0),
      by,
    );
  }
}
