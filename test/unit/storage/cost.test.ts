import { describe, expect, it } from "@jest/globals";
import { as, type MountId } from "../../../src/std/brand.ts";
import type { Address, Write } from "../../../src/storage/index.ts";
import { createTestStore, type TestStore } from "../../support/storage.ts";

const MOUNT = as<MountId>("kv:0f3c");
const at = (sk: string): Address => ({ pk: "token#a", sk, domain: "token" });
const put = (address: Address, body: string | number = 1): Write => ({ op: "put", address, body, when: "any" });

/** What a piece of work asked of the table and of KMS. */
const cost = async (test: TestStore, work: () => Promise<unknown>) => {
  test.table.calls.length = 0;
  test.kms.calls.length = 0;
  await work();
  return { table: test.table.calls.map(({ operation }) => operation), kms: test.kms.calls.length };
};

describe("cost of storage", () => {
  it("reads three entries of three domains warm in one batch and without KMS", async () => {
    const test = await createTestStore();
    const addresses: Address[] = (["token", "config", as<MountId>("kv:1")] as const).map((domain) => ({
      pk: `x#${domain}`,
      sk: "t",
      domain,
    }));
    await test.store.write(addresses.map((address) => put(address)));

    expect(await cost(test, () => test.store.get(addresses))).toEqual({ table: ["BatchGetItem"], kms: 0 });
  });

  it("reads strongly, always (F09)", async () => {
    const test = await createTestStore();
    await test.store.get([at("a")]);
    await test.store.query("token#a", "token");
    for (const { operation, input } of test.table.calls) {
      const batch = JSON.stringify(input["RequestItems"] ?? {});
      const strong = input["ConsistentRead"] === true || batch.includes('"ConsistentRead":true');
      if (operation === "Query" || operation === "BatchGetItem") expect(strong).toBe(true);
    }
    expect(test.table.calls.some(({ operation }) => operation === "BatchGetItem")).toBe(true);
  });

  it("writes one entry in one call, and several in one transaction", async () => {
    const test = await createTestStore();
    await test.store.write([put(at("a"))]);

    expect((await cost(test, () => test.store.write([put(at("a"))]))).table).toEqual(["PutItem"]);
    expect((await cost(test, () => test.store.write([put(at("a")), put(at("b"))]))).table).toEqual([
      "TransactWriteItems",
    ]);
  });

  it("takes an entry in one call", async () => {
    const test = await createTestStore();
    await test.store.write([put(at("a"))]);
    expect(await cost(test, () => test.store.take(at("a")))).toEqual({ table: ["DeleteItem"], kms: 0 });
  });

  it("replaces a spread entry without leaving parts behind", async () => {
    const test = await createTestStore();
    await test.store.write([put(at("a"), "x".repeat(900_000))]);
    await test.store.write([put(at("a"), "x".repeat(500_000))]);
    await test.store.write([put(at("a"), "small")]);

    test.table.calls.length = 0;
    await test.store.wipe("token#a");

    const deleted = test.table.calls.filter(({ operation }) => operation === "DeleteItem");
    expect(deleted).toHaveLength(1);
  });

  it("lists a folder of thousands for a handful of rows", async () => {
    const test = await createTestStore();
    const view = await test.store.view(MOUNT);
    const paths = [...Array.from({ length: 250 }, (_, index) => `big/${index}`), "a", "b", "c/d"];
    for (let from = 0; from < paths.length; from += 100) {
      await view.write(paths.slice(from, from + 100).map((path) => put(view.listing(path))));
    }
    let rows = 0;
    test.table.after = (_, answer) => {
      if (typeof answer === "object" && answer !== null && "Count" in answer) rows += Number(answer.Count);
    };

    expect(await view.list("", "listing")).toEqual(["a", "b", "big/", "c/"]);
    expect(rows).toBeLessThan(70);
  });

  it("lists a flat folder in pages that grow, never in one huge read", async () => {
    const test = await createTestStore();
    const view = await test.store.view(MOUNT);
    for (let from = 0; from < 600; from += 100) {
      await view.write(Array.from({ length: 100 }, (_, index) => put(view.listing(`k${from + index}`))));
    }

    const { table, kms } = await cost(test, () => view.list("", "listing"));

    expect(kms).toBe(0);
    expect(table.length).toBeLessThanOrEqual(6);
    for (const { input } of test.table.calls) expect(Number(input["Limit"])).toBeLessThanOrEqual(512);
  });

  it("lists many folders of many in calls that follow the folders", async () => {
    const test = await createTestStore();
    const view = await test.store.view(MOUNT);
    const folders = 24;
    for (let folder = 0; folder < folders; folder += 1) {
      await view.write(Array.from({ length: 20 }, (_, index) => put(view.listing(`f${folder}/${index}`))));
    }

    const { table } = await cost(test, async () => expect(await view.list("", "listing")).toHaveLength(folders));

    expect(table.length).toBeLessThan(folders + 64);
  });
});
