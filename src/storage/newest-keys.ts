import { ATTRIBUTES } from "../contract/table.ts";
import type { NewestKeys } from "../crypto/index.ts";
import { isJsonObject, type JsonValue, readJson, writeJson } from "../std/json.ts";
import type { RandomSource } from "../std/random.ts";
import { familyOf } from "./domains.ts";
import { newWriteNumber } from "./item.ts";
import { indexKey, newestKeysKey } from "./keys.ts";
import { type Guard, type Item, keyItem, keyText, type Operation } from "./operation.ts";
import type { Table } from "./table.ts";

/**
 * The newest wrapped keys of many domains in few items, so that a process that knows none of them reads those of all
 * its domains in one call: `!newest` next to the keys of a core domain, one such item for all mounts of a type. They
 * are copies of rows. A domain that is not among them (its table is older than they are, or its type has more mounts
 * than an item takes) is found by its rows.
 *
 * Security: a copy is believed no more than a row. KMS unwraps it under the domain, use and version it is for, or not
 * at all; somebody who writes to the table can put back what it was before, as with any row.
 */

export interface NewestShelf {
  /** What this process may use, in one read. */
  read(): Promise<ReadonlyMap<string, NewestKeys>>;
  /** What to write with the rows of a domain's new keys, or nothing; lost if somebody else wrote the item meanwhile. */
  put(domain: string, keys: NewestKeys): Promise<readonly Operation[]>;
  /** The same for a domain whose keys go. Where it is not among them, makes sure that it stays so until then. */
  remove(domain: string): Promise<Operation>;
}

/** Some 500 bytes each: an environment reads all of them when it starts. */
const MOST_TOGETHER = 64;

type Stored = ReadonlyMap<string, NewestKeys>;

const bytesIn = (value: JsonValue | undefined): Uint8Array | undefined => {
  const bytes = typeof value === "string" ? Buffer.from(value, "base64") : Buffer.alloc(0);
  return bytes.length === 0 ? undefined : bytes;
};

const keysIn = (value: JsonValue): NewestKeys | undefined => {
  if (!isJsonObject(value)) return undefined;
  const version = Number(value["version"]);
  const index = bytesIn(value["index"]);
  const data = bytesIn(value["data"]);
  if (!Number.isSafeInteger(version) || version < 1 || !index || !data) return undefined;
  return { index: { use: "index", wrapped: index }, data: { use: version, wrapped: data } };
};

/** Whatever is malformed is not there: the rows decide. */
const storedIn = (item: Item | undefined): Stored => {
  const body = item?.[ATTRIBUTES.body]?.B;
  const value = body && readJson(Buffer.from(body).toString("utf8"));
  if (!isJsonObject(value)) return new Map();
  return new Map(
    Object.entries(value).flatMap(([domain, one]) => {
      const keys = keysIn(one);
      return keys ? [[domain, keys] as const] : [];
    }),
  );
};

const bodyOf = (stored: Stored): Uint8Array => {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  const members = [...stored].map(([domain, { index, data }]) => [
    domain,
    { version: data.use, index: base64(index.wrapped), data: base64(data.wrapped) },
  ]);
  return Buffer.from(writeJson(Object.fromEntries(members)));
};

const unchanged = (item: Item | undefined): Guard => {
  const n = item?.[ATTRIBUTES.writeNumber];
  const attributes = [ATTRIBUTES.writeNumber];
  if (n === undefined) return { expression: `attribute_not_exists(#${ATTRIBUTES.writeNumber})`, attributes };
  return { expression: `#${ATTRIBUTES.writeNumber} = :n`, attributes, values: { ":n": n } };
};

export const createNewestShelf = (options: {
  readonly table: Table;
  readonly random: RandomSource;
  /** See `familyOf`. */
  readonly families: readonly string[];
}): NewestShelf => {
  const { table, random, families } = options;

  const itemOf = async (domain: string): Promise<Item | undefined> => {
    const key = newestKeysKey(familyOf(domain));
    return (await table.read([key])).get(keyText(key));
  };

  /** Without those whose rows were emptied by a release that did not know of copies. */
  const living = async (stored: Stored): Promise<Map<string, NewestKeys>> => {
    const rows = await table.read([...stored.keys()].map(indexKey));
    return new Map([...stored].filter(([domain]) => rows.get(keyText(indexKey(domain)))?.[ATTRIBUTES.body]));
  };

  const write = (domain: string, before: Item | undefined, stored: Stored): Operation => ({
    op: "put",
    item: {
      ...keyItem(newestKeysKey(familyOf(domain))),
      // Emptied as a row is, where nothing is left in it.
      ...(stored.size > 0 ? { [ATTRIBUTES.body]: { B: bodyOf(stored) } } : {}),
      [ATTRIBUTES.writeNumber]: { N: String(newWriteNumber(random)) },
    },
    guard: unchanged(before),
  });

  return {
    read: async () => {
      const items = await table.read(families.map(newestKeysKey));
      // An item speaks for its own family alone.
      return new Map(
        families.flatMap((family) =>
          [...storedIn(items.get(keyText(newestKeysKey(family))))].filter(([domain]) => familyOf(domain) === family),
        ),
      );
    },
    put: async (domain, keys) => {
      const item = await itemOf(domain);
      const stored = await living(storedIn(item));
      if (!stored.has(domain) && stored.size >= MOST_TOGETHER) return [];
      return [write(domain, item, stored.set(domain, keys))];
    },
    remove: async (domain) => {
      const item = await itemOf(domain);
      const stored = new Map(storedIn(item));
      if (stored.delete(domain)) return write(domain, item, stored);
      return { op: "check", key: newestKeysKey(familyOf(domain)), guard: unchanged(item) };
    },
  };
};
