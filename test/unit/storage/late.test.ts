import { describe, expect, it } from "@jest/globals";
import type { Address } from "../../../src/storage/store.ts";
import { makeServer } from "../../support/make-server.ts";
import { createTestStore } from "../../support/storage.ts";

/** F02, F04, F10, F18: answers of table and key service that come late, or not at all. */

const late = () => Object.assign(new Error("no answer"), { name: "TimeoutError" });

describe("F02: reads that hang", () => {
  it("one in five, end within the budget and with what is stored", async () => {
    const test = await createTestStore();
    const address: Address = { pk: "token#a", sk: "t", domain: "token" };
    await test.store.write([{ op: "put", address, body: 1, when: "any" }]);
    let reads = 0;
    test.table.before = ({ operation }) => {
      if (operation !== "BatchGetItem") return;
      reads += 1;
      if (reads % 5 !== 0) return;
      // What a client waits before it gives up.
      test.clock.advance(2000);
      throw late();
    };
    for (let index = 0; index < 100; index += 1) {
      const from = test.clock.now();
      expect((await test.store.get([address]))[0]?.body).toBe(1);
      expect(test.clock.now() - from).toBeLessThan(5000);
    }
    expect(reads).toBeGreaterThan(100);
  });

  it("all of them, are a 503 and never an absent entry", async () => {
    const test = await createTestStore();
    const address: Address = { pk: "token#a", sk: "t", domain: "token" };
    await test.store.write([{ op: "put", address, body: 1, when: "any" }]);
    test.table.before = ({ operation }) => {
      if (operation !== "BatchGetItem") return;
      test.clock.advance(2000);
      throw late();
    };
    const from = test.clock.now();
    await expect(test.store.get([address])).rejects.toMatchObject({ code: "storage_unavailable" });
    expect(test.clock.now() - from).toBeLessThan(15_000);
  });
});

describe("F04: a write whose time ran out before it took effect", () => {
  it("is tried again and makes one version", async () => {
    const server = await makeServer();
    await server.call("POST", "sys/mounts/kv", { body: { type: "kv", options: { version: "2" } } });
    await server.call("POST", "kv/data/a", { body: { data: { n: 1 } } });
    let left = 1;
    server.table.before = ({ operation }) => {
      if (!/^(?:PutItem|UpdateItem|TransactWriteItems)$/.test(operation) || left === 0) return;
      left -= 1;
      throw late();
    };
    const written = await server.call("POST", "kv/data/a", { body: { data: { n: 2 }, options: { cas: 1 } } });
    server.table.before = () => undefined;

    expect([left, written.status, written.data["version"]]).toEqual([0, 200, 2]);
    const versions = (await server.call("GET", "kv/metadata/a")).data["versions"];
    expect(Object.keys(Object(versions))).toEqual(["1", "2"]);
    await server.dynamo.close();
  });
});

describe("F10: an accessor used right after its token was made", () => {
  it("is found by a consistent read and by no index, and the token is dead with the answer", async () => {
    const server = await makeServer();
    const made = await server.call("POST", "auth/token/create", { body: { policies: ["default"], ttl: "1h" } });
    const { client_token: token, accessor } = made.body["auth"] as { client_token: string; accessor: string };
    const from = server.table.calls.length;
    const revoked = await server.call("POST", "auth/token/revoke-accessor", { body: { accessor } });
    const looked = await server.call("GET", "auth/token/lookup-self", { token });

    expect([revoked.status, looked.status]).toEqual([204, 403]);
    const reads = server.table.calls.slice(from).filter(({ operation }) => /Get|Query/.test(operation));
    expect(reads.length).toBeGreaterThan(0);
    for (const { input } of reads) {
      expect(input["IndexName"]).toBeUndefined();
      const asked = JSON.stringify(input);
      expect(asked).toContain('"ConsistentRead":true');
    }
    await server.dynamo.close();
  });
});

describe("F18: a key service that takes long", () => {
  it("is asked once for each key, however many wait for it", async () => {
    const test = await createTestStore();
    const address: Address = { pk: "token#a", sk: "t", domain: "token" };
    await test.store.write([{ op: "put", address, body: 1, when: "any" }]);
    const { client } = test.kms;
    const waiting: (() => void)[] = [];
    const slow: typeof client = Object.create(client, {
      send: {
        value: async (command: Parameters<typeof client.send>[0]) => {
          await new Promise<void>((resolve) => waiting.push(resolve));
          return client.send(command);
        },
      },
    });
    test.kms.calls.length = 0;
    const cold = test.another({ kms: slow });
    const asked = Array.from({ length: 50 }, () => cold.get([address]));
    let over = false;
    const all = Promise.all(asked).finally(() => {
      over = true;
    });
    while (!over) {
      await new Promise((next) => setImmediate(next));
      for (const go of waiting.splice(0)) go();
    }
    const answers = await all;

    expect(answers.every(([entry]) => entry?.body === 1)).toBe(true);
    // The index key and the data key of the one domain.
    expect(test.kms.calls.filter(({ operation }) => operation === "Decrypt").length).toBeLessThanOrEqual(4);
  });
});
