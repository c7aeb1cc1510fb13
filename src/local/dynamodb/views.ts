import type { Callback, Item, LevelChange, Store, SubDb, Table } from "dynalite/db/index.js";
import { type Catalog, indexPrefix, itemPrefix } from "./catalog.ts";
import { tableMissing } from "./errors.ts";
import type { Bytes } from "./level.ts";

/**
 * Storage as dynalite's operations see it. The read view reads what is committed. The draft view shows one item and
 * collects what the operation would write, so that several drafts can be committed together or dropped.
 */

type View = Omit<Store, "options">;

const free: SubDb["lock"] = (_key, run) => run((done) => done);

const refuse = (done: Callback): void => done(new Error("this view is for reading"));

const readOnly = (bytes: Bytes, prefix: string): SubDb => ({
  get: (key, done) => done(null, bytes.get(prefix + key)),
  put: (_key, _value, done) => refuse(done),
  del: (_key, done) => refuse(done),
  lock: free,
  createValueStream: (range) => bytes.values(prefix, range),
});

const finder =
  (catalog: Catalog): View["getTable"] =>
  (name, checkStatus, done) => {
    const answer = typeof checkStatus === "function" ? checkStatus : done;
    const record = catalog.find(name);
    // The table is dynalite's to change while it works, ours to keep: it gets a shallow copy.
    if (record === undefined) answer?.(tableMissing());
    else answer?.(null, { ...record.table });
  };

/** For GetItem, Query and Scan. */
export const readView = (bytes: Bytes, catalog: Catalog): View => ({
  tableDb: readOnly(bytes, "none~"),
  getTable: finder(catalog),
  getItemDb: (table) => readOnly(bytes, itemPrefix(table)),
  getIndexDb: (kind, table, index) => readOnly(bytes, indexPrefix(kind, table, index)),
});

/** What an operation on one item would write. */
export class Draft {
  readonly changes: LevelChange[] = [];
  /** The item afterwards; absent when it is deleted. */
  after: Item | undefined;

  constructor(before: Item | undefined) {
    this.after = before;
  }
}

/** For one PutItem, UpdateItem or DeleteItem on `before`. */
export const draftView = (catalog: Catalog, before: Item | undefined, draft: Draft): View => {
  const collect = (prefix: string, kept: (item: Item | undefined) => void): SubDb => ({
    get: (_key, done) => done(null, before),
    put: (key, value, done) => {
      // dynalite puts items here and nothing else.
      kept(value as Item);
      draft.changes.push({ type: "put", key: prefix + key, value });
      done(null);
    },
    del: (key, done) => {
      kept(undefined);
      draft.changes.push({ type: "del", key: prefix + key });
      done(null);
    },
    lock: free,
  });
  return {
    tableDb: collect("none~", () => {}),
    getTable: finder(catalog),
    getItemDb: (table) =>
      collect(itemPrefix(table), (item) => {
        draft.after = item;
      }),
    getIndexDb: (kind, table, index) => collect(indexPrefix(kind, table, index), () => {}),
  };
};

export const tableOf = (catalog: Catalog, name: string): Table => {
  const record = catalog.find(name);
  if (record === undefined) throw tableMissing();
  return record.table;
};
