import type { Item, LevelChange, Table } from "dynalite/db/index.js";
import type { Bytes } from "./level.ts";

/**
 * The tables of one account: description and settings, kept in memory and written through. A table's rows are under
 * prefixes made here and nowhere else.
 */

/** Whose table, and where. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** Everything known about a table besides its items. */
export interface TableRecord {
  readonly table: Table;
  readonly ttl?: { readonly attribute?: string; readonly changedAt: number };
  readonly recovery?: { readonly days: number; readonly since: number };
  readonly tags?: Readonly<Record<string, string>>;
}

export const itemPrefix = (table: string): string => `item-${table}~`;
export const indexPrefix = (kind: string, table: string, index: string): string =>
  `index-${kind.toLowerCase()}~${table}~${index}~`;

const RECORDS = "table~";
const DELETING = "DELETING";

export class Catalog {
  readonly #bytes: Bytes;
  readonly #records = new Map<string, TableRecord>();

  private constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  static async load(bytes: Bytes): Promise<Catalog> {
    const catalog = new Catalog(bytes);
    for await (const [name, value] of bytes.entries(RECORDS)) {
      // Written by `save` and `clear` below; nobody else writes under this prefix.
      catalog.#records.set(name, value as TableRecord);
    }
    for (const { table } of catalog.all()) {
      if (table.TableStatus !== DELETING) continue;
      catalog.forget(table.TableName);
      await catalog.clear(table);
    }
    return catalog;
  }

  find(name: string): TableRecord | undefined {
    return this.#records.get(name);
  }

  /** Every table, by name. */
  all(): readonly TableRecord[] {
    return [...this.#records.values()].sort((a, b) => (a.table.TableName < b.table.TableName ? -1 : 1));
  }

  /** Seen by readers at once, resolved when on disk. */
  async save(record: TableRecord): Promise<void> {
    const name = record.table.TableName;
    this.#records.set(name, record);
    await this.#bytes.commit([{ type: "put", key: RECORDS + name, value: record }]);
  }

  /** From here on the table is unknown; its rows may still be there until `clear`. */
  forget(name: string): void {
    this.#records.delete(name);
  }

  /** Removes a forgotten table's rows and record; what a crash interrupts here, the next `load` finishes. */
  async clear(table: Table): Promise<void> {
    const name = table.TableName;
    const leaving: TableRecord = { table: { ...table, TableStatus: DELETING } };
    await this.#bytes.commit([{ type: "put", key: RECORDS + name, value: leaving }]);
    await this.#bytes.clear(itemPrefix(name));
    for (const index of table.GlobalSecondaryIndexes ?? [])
      await this.#bytes.clear(indexPrefix("global", name, index.IndexName));
    for (const index of table.LocalSecondaryIndexes ?? [])
      await this.#bytes.clear(indexPrefix("local", name, index.IndexName));
    const gone: LevelChange = { type: "del", key: RECORDS + name };
    await this.#bytes.commit([gone]);
  }
}

/** The table a table's ARN of this account names. */
export const nameInArn = (arn: string, accountId: string): string | undefined =>
  new RegExp(`^arn:aws:dynamodb:[a-z0-9-]+:${accountId}:table/([a-zA-Z0-9_.-]+)$`).exec(arn)?.[1];

/** The key attributes of an item, in the table's order. */
export const keyOf = (item: Item, table: Table): Item =>
  Object.fromEntries(
    table.KeySchema.flatMap(({ AttributeName }) => {
      const value = item[AttributeName];
      return value === undefined ? [] : [[AttributeName, value]];
    }),
  );
