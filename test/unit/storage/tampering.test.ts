import { GetItemCommand, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { as, type EpochSeconds, type MountId } from "../../../src/std/brand.ts";
import { Sensitive } from "../../../src/std/sensitive.ts";
import { type Address, cubbyholeAddress, type View } from "../../../src/storage/index.ts";
import { createTestStore, createTestTable, type TestStore, type TestTable } from "../../support/storage.ts";

type Item = NonNullable<Awaited<ReturnType<typeof rawItem>>>;

const key = ({ pk, sk }: Pick<Address, "pk" | "sk">) => ({ pk: { S: pk }, sk: { S: sk } });
const rawItem = async (table: TestTable, address: Pick<Address, "pk" | "sk">) => {
  const command = new GetItemCommand({ TableName: table.tableName, Key: key(address), ConsistentRead: true });
  return (await table.client.send(command)).Item;
};

let test: TestStore;
let view: View;
let other: View;

const raw = async (address: Pick<Address, "pk" | "sk">): Promise<Item> => (await rawItem(test.table, address)) ?? {};
const forge = async (address: Pick<Address, "pk" | "sk">, item: Item): Promise<void> => {
  const command = new PutItemCommand({ TableName: test.table.tableName, Item: { ...item, ...key(address) } });
  await test.table.client.send(command);
};

const TOKEN: Address = { pk: "token#a", sk: "t", domain: "token" };
const LEASE: Address = { pk: "lease#a", sk: "l", domain: "lease" };

beforeEach(async () => {
  test = await createTestStore();
  view = await test.store.view(as<MountId>("kv:1"));
  other = await test.store.view(as<MountId>("kv:2"));
  await test.store.write([
    { op: "put", address: TOKEN, body: { policies: ["default"] }, when: "any" },
    { op: "put", address: LEASE, body: { revoke: "DROP ROLE a" }, when: "any" },
    { op: "put", address: view.at("role/a"), body: "a", when: "any" },
    { op: "put", address: view.at("role/b"), body: "b", when: "any" },
    { op: "put", address: view.record("x", "v#1"), body: "one", when: "any" },
    { op: "put", address: view.record("x", "v#2"), body: "two", when: "any" },
    { op: "put", address: other.at("role/a"), body: "other a", when: "any" },
  ]);
});

const refused = async (work: Promise<unknown>): Promise<void> => {
  await expect(work).rejects.toMatchObject({ code: "internal", wire: undefined });
};

describe("an attacker with write access to the table (A2)", () => {
  it("cannot keep the rest of the expiry index from being read with an item that names no shard", async () => {
    const exp = as<EpochSeconds>(1000);
    const clear = { exp, bucket: "202611222100", shard: 7 };
    await test.store.write([{ op: "put", address: LEASE, body: {}, clear, when: "any" }]);
    const item = await raw(LEASE);
    for (const bucket of ["202611222100", "202611222100#", "202611222100#x"])
      await forge({ pk: `lease#${bucket}`, sk: "l" }, { ...item, bucket: { S: bucket } });

    expect(await test.store.allDue(100)).toEqual([{ address: LEASE, exp, shard: 7 }]);
  });

  it("cannot move any item to the place of any other (C01)", async () => {
    const places = [
      TOKEN,
      LEASE,
      view.at("role/a"),
      view.at("role/b"),
      view.record("x", "v#1"),
      view.record("x", "v#2"),
      other.at("role/a"),
    ];
    const items = await Promise.all(places.map(raw));
    for (const [to, place] of places.entries()) {
      for (const [from, item] of items.entries()) {
        if (from === to) continue;
        await forge(place, item);
        await refused(test.store.get([place]));
      }
      await forge(place, items[to] ?? {});
      expect((await test.store.get([place]))[0]).toBeDefined();
    }
  });

  it("cannot make an entry pass in another table under the same keys (C01)", async () => {
    const twin = await createTestTable(test.clock, "zeroth-twin");
    for (const pk of ["key#token"]) {
      for (const sk of ["index", "0000000001"]) {
        const item = await raw({ pk, sk });
        await twin.client.send(new PutItemCommand({ TableName: "zeroth-twin", Item: item }));
      }
    }
    await twin.client.send(new PutItemCommand({ TableName: "zeroth-twin", Item: await raw(TOKEN) }));

    await refused(test.another({ dynamodb: twin.dynamodb, tableName: "zeroth-twin" }).get([TOKEN]));
  });

  it("cannot bring a mount back under a new id (C04)", async () => {
    const old = await raw(view.at("role/a"));
    const reborn = await test.store.view(as<MountId>("kv:3"));
    await forge(reborn.at("role/a"), old);
    await refused(reborn.get(reborn.at("role/a")));
  });

  it("cannot make a shredded mount readable by restoring its items (C16)", async () => {
    await test.store.shred(as<MountId>("kv:1"));
    await refused(view.get(view.at("role/a")));
  });

  it("cannot swap, drop or mix the parts of a spread entry (C01)", async () => {
    const one = { ...TOKEN, sk: "one" };
    const two = { ...TOKEN, sk: "two" };
    await test.store.write([{ op: "put", address: one, body: "1".repeat(500_000), when: "any" }]);
    await test.store.write([{ op: "put", address: two, body: "2".repeat(500_000), when: "any" }]);
    const partOf = async (address: Address) => ({
      pk: TOKEN.pk,
      sk: `~${Number((await raw(address))["n"]?.N).toString(36)}#1`,
    });
    const part = await partOf(one);
    const original = await raw(part);

    await forge(part, await raw(await partOf(two)));
    await refused(test.store.get([one]));

    await forge(part, { v: { B: (original["v"]?.B ?? new Uint8Array()).slice(0, -1) } });
    await refused(test.store.get([one]));

    await forge(part, original);
    expect((await test.store.get([one]))[0]?.body).toBe("1".repeat(500_000));
  });

  it("cannot pass an item that lacks what every item has", async () => {
    for (const attribute of ["n", "v"]) {
      const { [attribute]: _, ...rest } = await raw(TOKEN);
      await forge(TOKEN, rest);
      await refused(test.store.get([TOKEN]));
    }
  });

  it("cannot put a forged item into a listing or a range", async () => {
    await forge(view.at("role/c"), await raw(view.at("role/b")));
    await refused(view.list("role/"));
    await refused(test.store.query("data#kv:1", as<MountId>("kv:1")));
  });

  it("cannot have a forged item taken", async () => {
    await forge(TOKEN, await raw(LEASE));
    await refused(test.store.take(TOKEN));
  });

  it("is noticed: every refusal is told of (C31)", async () => {
    await forge(TOKEN, await raw(LEASE));
    await refused(test.store.get([TOKEN]));
    expect(test.events).toEqual([{ kind: "refused", reason: expect.stringContaining("not committed") }]);
  });

  it("learns nothing from the error but that there was one (C31)", async () => {
    await forge(TOKEN, await raw(LEASE));
    const moved = await test.store.get([TOKEN]).catch((error: unknown) => error);
    const { v, ...rest } = await raw(LEASE);
    await forge(TOKEN, { ...rest, v: { B: (v?.B ?? new Uint8Array()).slice(0, 20) } });
    const cut = await test.store.get([TOKEN]).catch((error: unknown) => error);

    expect(moved).toMatchObject({ code: "internal", wire: undefined });
    expect(cut).toMatchObject({ code: "internal", wire: undefined });
  });
});

describe("an attacker with read access to the table (A1)", () => {
  it("finds no name and no value", async () => {
    const token = new Sensitive("hvs.CANARY-token");
    const names = await test.store.names("token");
    await test.store.write([
      { op: "put", address: view.at("role/CANARY-role"), body: { sql: "CANARY-sql" }, when: "any" },
      { op: "put", address: view.listing("CANARY-path/CANARY-leaf"), body: null, when: "any" },
      { op: "put", address: cubbyholeAddress(names, token, "CANARY-cubby"), body: "CANARY-value", when: "any" },
    ]);

    const { Items = [] } = await test.table.client.send(new ScanCommand({ TableName: test.table.tableName }));
    const dump = Items.map((item) => {
      const bytes = Object.values(item).map(({ B }) => (B === undefined ? "" : Buffer.from(B).toString("latin1")));
      return JSON.stringify(item) + bytes.join("");
    }).join("\n");

    expect(Items.length).toBeGreaterThan(10);
    expect(dump).not.toContain("CANARY");
  });
});

describe("a cubbyhole", () => {
  it("opens for its token and for nobody else, whatever keys they hold (C28)", async () => {
    const names = await test.store.names("token");
    const mine = cubbyholeAddress(names, new Sensitive("hvs.mine"), "a");
    await test.store.write([{ op: "put", address: mine, body: "mine", when: "any" }]);
    const { holder: _, ...withoutHolder } = mine;

    expect((await test.store.get([mine]))[0]?.body).toBe("mine");
    await refused(test.store.get([withoutHolder]));
    await refused(test.store.get([{ ...mine, holder: new Sensitive("hvs.other") }]));
  });
});
