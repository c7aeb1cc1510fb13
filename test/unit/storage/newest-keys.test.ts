import { DeleteItemCommand, GetItemCommand, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { as, type MountId } from "../../../src/std/brand.ts";
import { isJsonObject, parseJson } from "../../../src/std/json.ts";
import type { Address, Domain } from "../../../src/storage/index.ts";
import { createTestStore, type TestStore } from "../../support/storage.ts";

/** The newest keys of many domains, kept together: when they are written, and what happens without them. */

const KV = as<MountId>("kv:0f3c");
const mountIds = (count: number): readonly MountId[] =>
  Array.from({ length: count }, (_, at) => as<MountId>(`kv:${String(at).padStart(4, "0")}`));

let test: TestStore;
beforeEach(async () => {
  test = await createTestStore({ domainsAllowed: ["token", "config", "kv:*"] });
});

const keyOf = (pk: string) => ({ pk: { S: pk }, sk: { S: "!newest" } });

const itemAt = async (pk: string) => {
  const command = new GetItemCommand({ TableName: test.table.tableName, Key: keyOf(pk), ConsistentRead: true });
  return (await test.table.client.send(command)).Item;
};

const kept = async (pk: string): Promise<Readonly<Record<string, unknown>>> => {
  const value = parseJson(Buffer.from((await itemAt(pk))?.["v"]?.B ?? Buffer.from("{}")).toString());
  return isJsonObject(value) ? value : {};
};

const versionIn = async (pk: string, domain: string): Promise<number> => {
  const one = (await kept(pk))[domain];
  return Number(typeof one === "object" && one !== null && "version" in one ? one.version : 0);
};

const at = (domain: Domain): Address => ({ pk: `x#${domain}`, sk: "t", domain });
const callsOf = async (work: () => Promise<unknown>) => {
  test.table.calls.length = 0;
  test.kms.calls.length = 0;
  await work();
  return { table: test.table.calls.map(({ operation }) => operation), kms: test.kms.calls.length };
};

describe("newest keys, kept together", () => {
  it("are read in one call, for all domains of a process", async () => {
    for (const domain of ["token", "config", KV] as const)
      await test.store.write([{ op: "put", address: at(domain), body: 1, when: "any" }]);
    const store = test.another();

    const calls = await callsOf(() => store.get([at("token"), at("config"), at(KV)]));

    expect(calls).toEqual({ table: ["BatchGetItem", "BatchGetItem"], kms: 3 });
  });

  it("are of the process's own domains alone", async () => {
    await test.another({ domainsAllowed: ["config"] }).get([at("config")]);
    const asked = JSON.stringify(test.table.calls.map(({ input }) => input));

    expect(asked).toContain("key#config");
    expect(asked).not.toMatch(/key#(?:token|kv)/);
  });

  it("change with every rotation, in the same transaction", async () => {
    await test.store.makeKeys("token");
    await test.store.makeKeys(KV);

    for (const version of [2, 3]) {
      const { table } = await callsOf(() => test.store.rotate(KV));
      expect(table.filter((operation) => operation !== "Query" && operation !== "BatchGetItem")).toEqual([
        "TransactWriteItems",
      ]);
      expect(await versionIn("key#kv:", KV)).toBe(version);
    }
    await test.store.rotate("token");
    expect(await versionIn("key#token", "token")).toBe(2);
  });

  it("lose a mount with its keys, and nobody else", async () => {
    const [one = KV, two = KV] = mountIds(2);
    for (const mount of [one, two]) await test.store.makeKeys(mount);

    await test.store.shred(one);

    expect(Object.keys(await kept("key#kv:"))).toEqual([two]);
    await expect(test.another().names(one)).rejects.toThrow("is empty");
  });

  it("leave an item without a body when the last mount of a type goes, and take in the next one", async () => {
    const [one = KV, two = KV] = mountIds(2);
    await test.store.makeKeys(one);

    await test.store.shred(one);

    expect(await itemAt("key#kv:")).toEqual({ ...keyOf("key#kv:"), n: { N: expect.any(String) } });
    await test.store.makeKeys(two);
    expect(Object.keys(await kept("key#kv:"))).toEqual([two]);
  });

  it("lose with the next key the mounts whose keys a release emptied that did not keep any together", async () => {
    const [one = KV, two = KV, three = KV] = mountIds(3);
    for (const mount of [one, two]) await test.store.makeKeys(mount);
    const former = await itemAt("key#kv:");
    await test.store.shred(one);
    await test.table.client.send(new PutItemCommand({ TableName: test.table.tableName, Item: former }));

    await test.store.makeKeys(three);

    expect(Object.keys(await kept("key#kv:"))).toEqual([two, three]);
  });

  it("hold all of many mounts that are made at once", async () => {
    const mounts = mountIds(12);

    await Promise.all(mounts.map((mount) => test.another().makeKeys(mount)));

    expect(Object.keys(await kept("key#kv:")).sort()).toEqual(mounts);
  });

  it("are given up on, with the rows they go with, where others never stop to write them", async () => {
    const [one = KV, two = KV] = mountIds(2);
    await test.store.makeKeys(one);
    let others = 0;
    test.table.before = async ({ operation }) => {
      if (operation !== "TransactWriteItems" && operation !== "PutItem") return;
      others += 1;
      const item = { ...(await itemAt("key#kv:")), n: { N: String(others) } };
      await test.table.client.send(new PutItemCommand({ TableName: test.table.tableName, Item: item }));
    };

    for (const work of [() => test.store.makeKeys(two), () => test.store.shred(one)]) {
      others = 0;
      await expect(work()).rejects.toMatchObject({ code: "storage_unavailable" });
      expect(others).toBe(64);
    }
    test.table.before = () => undefined;
    expect(Object.keys(await kept("key#kv:"))).toEqual([one]);
    await test.another().names(one);
    const { Items = [] } = await test.table.client.send(new ScanCommand({ TableName: test.table.tableName }));
    expect(Items.map(({ pk }) => pk?.S)).not.toContain(`key#${two}`);
  });

  it("hold 64 mounts of a type; more of them are found by their rows, and rotated", async () => {
    for (const mount of mountIds(66)) await test.store.makeKeys(mount);
    const last = mountIds(66).at(-1) ?? KV;

    expect(Object.keys(await kept("key#kv:"))).toHaveLength(64);
    expect((await test.another().names(last)).tag("a")).toBe((await test.store.names(last)).tag("a"));
    expect(await test.store.rotate(last)).toBe(2);
  });

  it("are made by a rotation in the table of a release that had none", async () => {
    await test.store.write([{ op: "put", address: at("token"), body: "old", when: "any" }]);
    await test.table.client.send(new DeleteItemCommand({ TableName: test.table.tableName, Key: keyOf("key#token") }));

    const [entry] = await test.another().get([at("token")]);
    expect(entry?.body).toBe("old");
    await test.store.rotate("token");

    expect(await versionIn("key#token", "token")).toBe(2);
  });

  it.each([
    ["no JSON", Buffer.from("{")],
    ["a list", Buffer.from("[]")],
    ["half a domain", Buffer.from('{"token":{"version":1,"index":"AAAA"}}')],
    ["another version", Buffer.from('{"token":{"version":"x","index":"AAAA","data":"AAAA"}}')],
    ["another domain's", Buffer.from('{"config":{"version":1,"index":"AAAA","data":"AAAA"}}')],
  ])("are not believed where they are %s: the rows decide", async (_, body) => {
    await test.store.write([{ op: "put", address: at("token"), body: 1, when: "any" }]);
    const item = { ...keyOf("key#token"), v: { B: body } };
    await test.table.client.send(new PutItemCommand({ TableName: test.table.tableName, Item: item }));

    expect((await test.another().get([at("token")]))[0]?.body).toBe(1);
    expect(await test.store.rotate("token")).toBe(2);
  });

  it("refuse a wrapped key of another place, as rows do, and are read again after that", async () => {
    await test.store.write([{ op: "put", address: at("token"), body: 1, when: "any" }]);
    await test.store.makeKeys(KV);
    const stolen = (await kept("key#kv:"))[KV];
    const item = { ...keyOf("key#token"), v: { B: Buffer.from(JSON.stringify({ token: stolen })) } };
    await test.table.client.send(new PutItemCommand({ TableName: test.table.tableName, Item: item }));
    const store = test.another();

    await expect(store.get([at("token")])).rejects.toThrow("InvalidCiphertextException");
    expect(test.events.filter(({ kind }) => kind === "refused")).toHaveLength(1);
    expect((await store.get([at("token")]))[0]?.body).toBe(1);
  });

  it("are asked for once more after they could not be read", async () => {
    await test.store.write([{ op: "put", address: at("token"), body: 1, when: "any" }]);
    const store = test.another();
    let failures = 1;
    test.table.before = ({ input }) => {
      if (JSON.stringify(input).includes("!newest") && failures-- > 0)
        throw Object.assign(new Error("no"), { name: "AccessDeniedException" });
    };

    await expect(store.get([at("token")])).rejects.toThrow("AccessDeniedException");
    expect((await store.get([at("token")]))[0]?.body).toBe(1);
  });

  it("hold nothing but what the rows hold", async () => {
    for (const domain of ["token", KV] as const) await test.store.makeKeys(domain);
    await test.store.rotate(KV);
    const { Items = [] } = await test.table.client.send(new ScanCommand({ TableName: test.table.tableName }));
    const rows = new Set(
      Items.filter(({ sk }) => sk?.S !== "!newest").map(({ v }) => Buffer.from(v?.B ?? []).toString("base64")),
    );
    const copies = [...Object.values(await kept("key#kv:")), ...Object.values(await kept("key#token"))];

    expect(copies).toHaveLength(2);
    for (const copy of copies)
      for (const name of ["index", "data"]) expect(rows.has(String(isJsonObject(copy) ? copy[name] : ""))).toBe(true);
  });
});
