import type { Item, Table } from "dynalite/db/index.js";
import type { Clock } from "../../std/time.ts";
import { type Body, constraint, optionalFlag, structure, text } from "./bodies.ts";
import { type Catalog, itemPrefix, type TableRecord } from "./catalog.ts";
import type { Checked } from "./dynalite.ts";
import { invalid, tableMissing } from "./errors.ts";
import type { Bytes } from "./level.ts";
import { TTL_SERVICE } from "./streams.ts";
import type { Writer } from "./writes.ts";

/**
 * Time to live: the setting, and the removal of what is due. AWS removes within days; here removal happens exactly when
 * `expire` is called and at no other time, so a test decides when. Source: Developer Guide, "Using time to live (TTL)".
 */

const HOUR_MS = 60 * 60 * 1000;
const FIVE_YEARS_MS = 5 * 365 * 24 * HOUR_MS;

/** An item is due when its attribute is a number of epoch seconds in the past, but by less than five years. */
export const isDue = (item: Item, attribute: string, nowMs: number): boolean => {
  const value = item[attribute]?.N;
  if (value === undefined) return false;
  const age = nowMs - Number(value) * 1000;
  return age > 0 && age < FIVE_YEARS_MS;
};

const setting = (record: TableRecord): string | undefined => record.ttl?.attribute;

export class TimeToLive {
  readonly #bytes: Bytes;
  readonly #catalog: Catalog;
  readonly #writer: Writer;
  readonly #clock: Clock;

  constructor(bytes: Bytes, catalog: Catalog, writer: Writer, clock: Clock) {
    this.#bytes = bytes;
    this.#catalog = catalog;
    this.#writer = writer;
    this.#clock = clock;
  }

  describe(body: Body): Checked {
    const attribute = setting(this.#find(text(body, "TableName")));
    return {
      TimeToLiveDescription:
        attribute === undefined
          ? { TimeToLiveStatus: "DISABLED" }
          : { TimeToLiveStatus: "ENABLED", AttributeName: attribute },
    };
  }

  async update(body: Body): Promise<Checked> {
    const record = this.#find(text(body, "TableName"));
    const wanted = structure(body, "TimeToLiveSpecification");
    const attribute = text(wanted, "AttributeName", "timeToLiveSpecification.attributeName");
    const enabled = optionalFlag(wanted, "Enabled");
    if (enabled === undefined) throw constraint("null", "timeToLiveSpecification.enabled", "Member must not be null");
    if (attribute.length < 1 || attribute.length > 255)
      throw constraint(
        `'${attribute}'`,
        "timeToLiveSpecification.attributeName",
        attribute.length < 1
          ? "Member must have length greater than or equal to 1"
          : "Member must have length less than or equal to 255",
      );
    const now = this.#clock.now();
    const current = setting(record);
    if (record.ttl !== undefined && now - record.ttl.changedAt < HOUR_MS)
      throw invalid("Time to live has been modified multiple times within a fixed interval");
    if (current === undefined && !enabled) throw invalid("TimeToLive is already disabled");
    if (current !== undefined && current !== attribute)
      throw invalid(`TimeToLive is active on a different AttributeName: current AttributeName is ${current}`);
    if (current !== undefined && enabled) throw invalid("TimeToLive is already enabled");
    await this.#catalog.save({ ...record, ttl: enabled ? { attribute, changedAt: now } : { changedAt: now } });
    return { TimeToLiveSpecification: { AttributeName: attribute, Enabled: enabled } };
  }

  /** Removes everything due now from every table of the account. Answers how many items went. */
  async expire(): Promise<number> {
    let removed = 0;
    for (const record of this.#catalog.all()) {
      const attribute = setting(record);
      if (attribute !== undefined) removed += await this.#sweep(record.table, attribute);
    }
    return removed;
  }

  async #sweep(table: Table, attribute: string): Promise<number> {
    const due = (item: Item): boolean => isDue(item, attribute, this.#clock.now());
    const prefix = itemPrefix(table.TableName);
    const keys: string[] = [];
    for await (const [key, value] of this.#bytes.entries(prefix)) {
      // An item prefix contains only items.
      if (due(value as Item)) keys.push(prefix + key);
    }
    const outcomes = await Promise.all(keys.map((key) => this.#writer.remove(table, key, due, TTL_SERVICE)));
    return outcomes.filter(Boolean).length;
  }

  #find(name: string): TableRecord {
    const record = this.#catalog.find(name);
    if (record === undefined) throw tableMissing(name);
    return record;
  }
}
