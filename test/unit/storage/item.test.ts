import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { createDataKey } from "../../../src/crypto/envelope.ts";
import { OpenRefused } from "../../../src/crypto/index.ts";
import { as, type EpochSeconds } from "../../../src/std/brand.ts";
import { type JsonValue, writeJson } from "../../../src/std/json.ts";
import { systemRandom } from "../../../src/std/random.ts";
import type { Address, Clear, Image } from "../../../src/storage/index.ts";
import { bytesOf, headOf, openEntry, sealEntry } from "../../../src/storage/item.ts";

interface Sample {
  readonly name: string;
  readonly address: Address;
  readonly clear: Clear;
  readonly n: number;
  readonly bodyText: string;
  readonly item: Image;
}

// The file is our own; a wrong shape fails the tests below.
const frozen = JSON.parse(readFileSync(new URL("../../vectors/entry-1.json", import.meta.url), "utf8")) as {
  table: string;
  dataKey: string;
  samples: readonly Sample[];
};
const KEY = createDataKey(1, Buffer.from(frozen.dataKey, "hex"));

type Item = ReturnType<typeof sealEntry>["items"][0];

const itemOf = (image: Image): Item =>
  Object.fromEntries(
    Object.entries(image).map(([name, { S, N, B }]): [string, Item[string]] => {
      if (S !== undefined) return [name, { S }];
      if (N !== undefined) return [name, { N }];
      return [name, { B: Buffer.from(String(B), "base64") }];
    }),
  );

const openItem = (item: Item, address: Address) =>
  openEntry({ table: frozen.table, key: KEY, address, head: headOf(item), sealed: bytesOf(item) });

describe("items, as released", () => {
  it.each(frozen.samples)("opens $name", ({ item, address, bodyText, n, clear }) => {
    const entry = openItem(itemOf(item), address);

    expect(writeJson(entry.body)).toBe(bodyText);
    expect({ address: entry.address, n: entry.n, clear: entry.clear }).toEqual({ address, n, clear });
  });
});

const ADDRESS: Address = { pk: "lease#a", sk: "l", domain: "lease" };
const CLEAR: Clear = { exp: as<EpochSeconds>(1000), ttl: as<EpochSeconds>(2000), bucket: "202611222100", shard: 7 };

const sealed = (body: JsonValue = { a: 1 }, clear: Clear = CLEAR, address: Address = ADDRESS) =>
  sealEntry({ table: frozen.table, key: KEY, random: systemRandom, address, body, clear, n: 77 });

describe("items", () => {
  it.each<[string, Item]>([
    ["the write number", { n: { N: "78" } }],
    ["the end", { exp: { N: "1001" } }],
    ["the time to live", { ttl: { N: "9999" } }],
    ["the bucket", { bucket: { S: "202611222101#7" } }],
    ["the shard", { bucket: { S: "202611222100#8" } }],
    ["a number of parts", { parts: { N: "2" } }],
  ])("do not open when an attacker changes %s (C03, A2)", (_, change) => {
    expect(() => openItem({ ...sealed().items[0], ...change }, ADDRESS)).toThrow(OpenRefused);
  });

  it.each(["n", "exp", "ttl", "bucket", "v"])("do not open when an attacker removes %s (C03, A2)", (name) => {
    const { [name]: _, ...rest } = sealed().items[0];
    expect(() => openItem(rest, ADDRESS)).toThrow(OpenRefused);
  });

  it.each<[string, Item]>([
    ["text for a number", { n: { S: "77" } }],
    ["a fraction", { exp: { N: "1000.5" } }],
    ["a negative number", { ttl: { N: "-1" } }],
    ["a bucket without a shard", { bucket: { S: "202611222100" } }],
    ["a thousand parts", { parts: { N: "1000" } }],
    ["text for the body", { v: { S: "x" } }],
  ])("are refused before opening for %s", (_, change) => {
    expect(() => openItem({ ...sealed().items[0], ...change }, ADDRESS)).toThrow(OpenRefused);
  });

  it("carry the true name inside the seal and not outside (A1)", () => {
    const item = sealed({ secret: "swordfish" }, {}, { ...ADDRESS, name: "team/payroll" }).items[0];

    const dump = `${JSON.stringify(item)}${Buffer.from(bytesOf(item)).toString("latin1")}`;

    expect(dump).not.toMatch(/payroll|swordfish/);
    expect(openItem(item, ADDRESS).address.name).toBe("team/payroll");
  });

  it("do not open under another name than their own", () => {
    const item = sealed({}, {}, { ...ADDRESS, name: "a" }).items[0];
    expect(() => openItem(item, { ...ADDRESS, name: "b" })).toThrow("another name");
  });

  it.each<[string, Clear]>([
    ["a bucket without a shard", { bucket: "1", exp: as<EpochSeconds>(1) }],
    ["a bucket without an end", { bucket: "1", shard: 1 }],
    ["a fraction of a second", { exp: as<EpochSeconds>(1.5) }],
  ])("are not sealed with %s", (_, clear) => {
    expect(() => sealed({}, clear)).toThrow();
  });
});
