import db from "dynalite/db/index.js";
import { type Body, isBody, optionalText, structure, validatedItem } from "./bodies.ts";
import type { Catalog } from "./catalog.ts";
import { type ActionName, type Checked, check, run, translated } from "./dynalite.ts";
import { invalid, unreadable } from "./errors.ts";
import { capacity } from "./item-writes.ts";
import type { Bytes } from "./level.ts";
import { itemBytes } from "./sizes.ts";
import { readView, tableOf } from "./views.ts";

/** GetItem, Query, Scan and BatchGetItem. Every read is strongly consistent, indexes included. */
export class Reader {
  readonly #catalog: Catalog;
  readonly #view: ReturnType<typeof readView>;

  constructor(bytes: Bytes, catalog: Catalog) {
    this.#catalog = catalog;
    this.#view = readView(bytes, catalog);
  }

  one(action: Extract<ActionName, "getItem" | "query" | "scan">, body: Body): Promise<Checked> {
    return this.checked(action, check(action, body));
  }

  checked(action: Extract<ActionName, "getItem" | "query" | "scan">, data: Checked): Promise<Checked> {
    return run(action, this.#view, data);
  }

  /** Up to 100 items and 16 MB; keys beyond that come back as unprocessed. Order is the storage's, not the caller's. */
  async batch(body: Body): Promise<Checked> {
    const data = check("batchGetItem", body);
    const consumed = optionalText(data, "ReturnConsumedCapacity");
    const original = structure(body, "RequestItems");
    const gets = Object.entries(structure(data, "RequestItems")).flatMap(([table, request]) =>
      this.#gets(table, request, consumed),
    );
    const responses: Record<string, unknown[]> = {};
    const unprocessed: Record<string, { Keys: unknown[] }> = {};
    const units: unknown[] = [];
    let bytes = 0;
    for (const { table, key, data: get } of gets) {
      responses[table] ??= [];
      const answer = bytes >= BATCH_BYTES ? undefined : await this.checked("getItem", get);
      const item =
        answer !== undefined && isBody(answer["Item"]) ? validatedItem({ Item: answer["Item"] }, "Item") : undefined;
      if (item !== undefined) bytes += itemBytes(item);
      if (answer === undefined || bytes > BATCH_BYTES) {
        bytes = BATCH_BYTES;
        unprocessed[table] ??= { ...structure(original, table), Keys: [] };
        unprocessed[table].Keys.push(key);
        continue;
      }
      units.push(answer["ConsumedCapacity"]);
      if (item !== undefined) responses[table].push(item);
    }
    return { Responses: responses, UnprocessedKeys: unprocessed, ...capacity(units) };
  }

  #gets(table: string, request: unknown, consumed: string | undefined): { table: string; key: Body; data: Checked }[] {
    if (!isBody(request) || !Array.isArray(request["Keys"])) throw unreadable();
    const description = tableOf(this.#catalog, table);
    const { Keys, ...shared } = request;
    const byPlace = new Map<string, Body>();
    for (const Key of Keys) {
      const key = validatedItem({ Key }, "Key");
      const problem = db.validateKey(key, description);
      if (problem) throw translated(problem);
      const place = db.createKey(key, description);
      if (byPlace.has(place)) throw invalid("Provided list of item keys contains duplicates");
      byPlace.set(place, key);
    }
    return [...byPlace.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, key]) => ({
        table,
        key,
        data: { ...shared, TableName: table, Key: key, ReturnConsumedCapacity: consumed },
      }));
  }
}

const BATCH_BYTES = 16 * 1024 * 1024;
