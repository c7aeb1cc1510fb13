import { type AttributeValue, BatchWriteItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "@jest/globals";
import { ATTRIBUTES } from "../../../../src/contract/table.ts";
import { once } from "../../../../src/std/once.ts";
import { createKiller } from "../../../support/crash.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { patience, runs } from "../../../support/runs.ts";

/** C15 and F60: data keys are rotated while secrets are written and read, and the rotation is killed at every key. */

const WRITERS = 6;
const ROUNDS = runs(4, 100);

const items = async (server: TestServer): Promise<readonly Record<string, AttributeValue>[]> =>
  (await server.dynamodb.send(new ScanCommand({ TableName: "zeroth-test" }))).Items ?? [];

/** Key versions that seal the items below a partition key, by the head of their sealed bytes. */
const versions = async (server: TestServer, partition: string): Promise<readonly number[]> =>
  (await items(server))
    .filter((item) => item["pk"]?.S?.includes(partition) && !item["pk"].S.startsWith("key#"))
    .flatMap((item) => {
      const body = item[ATTRIBUTES.body]?.B;
      return body ? [Buffer.from(body).readUInt32BE(1)] : [];
    });

const newest = async (server: TestServer, domain: string): Promise<number> =>
  Math.max(
    ...(await items(server))
      .filter((item) => item["pk"]?.S === `key#${domain}`)
      .map((item) => Number(item["sk"]?.S) || 0),
  );

const domainOf = async (server: TestServer, at: string): Promise<string> => {
  const snapshot = await server.core.config.snapshot();
  const found = [...snapshot.mounts.values()].find(({ info }) => info.path === `${at}/`);
  return String(found?.info.id);
};

describe("C15, F60: a rotation of the data keys", () => {
  it(
    "under load: whatever was acknowledged is read back, at any time",
    async () => {
      const server = await makeServer();
      await server.call("POST", "sys/mounts/kv", { body: { type: "kv" } });
      const acknowledged = new Map<string, string>();
      let rotating = true;
      const wrong: string[] = [];
      const client = async (id: number) => {
        for (let n = 0; rotating; n += 1) {
          // Lets timers run: a rotation may wait before it tries again.
          await new Promise((next) => setImmediate(next));
          const [path, value] = [`kv/${id}-${n % 5}`, `${id}.${n}`];
          const written = await server.call("POST", path, { body: { value } });
          if (written.status === 204) acknowledged.set(path, value);
          else wrong.push(`${path}: ${written.status}`);
          const read = await server.call("GET", path);
          if (read.data["value"] !== value) wrong.push(`${path}: wanted ${value}, got ${read.status} ${read.text}`);
        }
      };
      const clients = Array.from({ length: WRITERS }, (_, id) => client(id));
      const rotations: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) rotations.push((await server.call("POST", "sys/rotate")).status);
      rotating = false;
      await Promise.all(clients);

      expect(rotations.filter((status) => status !== 204)).toEqual([]);
      expect(wrong).toEqual([]);
      expect(acknowledged.size).toBeGreaterThan(0);
      for (const [path, value] of acknowledged) expect((await server.call("GET", path)).data["value"]).toBe(value);
      expect(await newest(server, await domainOf(server, "kv"))).toBe(ROUNDS + 1);
      await server.dynamo.close();
    },
    patience,
  );

  it("seals with the new key from then on, and opens what the old ones sealed", async () => {
    const server = await makeServer();
    await server.call("POST", "sys/mounts/kv", { body: { type: "kv" } });
    const domain = await domainOf(server, "kv");
    await server.call("POST", "kv/old", { body: { value: "old" } });
    await server.call("POST", "sys/rotate");
    await server.call("POST", "kv/new", { body: { value: "new" } });

    expect(new Set(await versions(server, domain))).toEqual(new Set([1, 2]));
    for (const value of ["old", "new"]) expect((await server.call("GET", `kv/${value}`)).data["value"]).toBe(value);
    await server.dynamo.close();
  });

  it("goes on where a mount is disabled meanwhile", async () => {
    let disabled = async (): Promise<unknown> => undefined;
    const server = await makeServer({
      crash: async (name, run) => {
        if (name === "keys.rotate") await disabled();
        return run();
      },
    });
    await server.call("POST", "sys/mounts/kv", { body: { type: "kv" } });
    const domain = await domainOf(server, "kv");
    disabled = once(() => server.call("DELETE", "sys/mounts/kv"));

    expect((await server.call("POST", "sys/rotate")).status).toBe(204);
    expect([await newest(server, "token"), await newest(server, domain)]).toEqual([2, 1]);
    await server.dynamo.close();
  });

  it.each([
    ["a rotation", "sys/rotate", {}, 2],
    ["a mount", "sys/mounts/kv", { type: "kv" }, 1],
  ])("a table of a release without challenges gets their key with %s", async (_name, path, body, version) => {
    const server = await makeServer();
    const keys = (await items(server)).filter(({ pk }) => pk?.S === "key#challenge");
    const deletions = keys.map(({ pk = { S: "" }, sk = { S: "" } }) => ({ DeleteRequest: { Key: { pk, sk } } }));
    expect(deletions).toHaveLength(3);
    await server.dynamodb.send(new BatchWriteItemCommand({ RequestItems: { "zeroth-test": deletions } }));

    expect((await server.call("POST", path, { body })).status).toBe(204);

    expect(await newest(server, "challenge")).toBe(version);
    await server.dynamo.close();
  });

  it(
    "killed before or after any key, leaves nothing unreadable and is done again",
    async () => {
      const dry = createKiller();
      const trial = await makeServer({ crash: dry.crash });
      await trial.call("POST", "sys/mounts/kv", { body: { type: "kv" } });
      dry.steps.length = 0;
      await trial.call("POST", "sys/rotate");
      const keys = dry.steps.filter((step) => step === "keys.rotate").length;
      await trial.dynamo.close();
      expect(keys).toBeGreaterThan(5);

      for (let at = 0; at < keys; at += runs(keys - 1, 1)) {
        for (const when of ["before", "after"] as const) {
          let left = at;
          const killer = createKiller();
          const server = await makeServer({
            crash: async (name, run) => {
              if (name === "keys.rotate" && left >= 0) {
                if (left === 0) killer.kill(name, when);
                left -= 1;
              }
              return killer.crash(name, run);
            },
          });
          left = -1;
          await server.call("POST", "sys/mounts/kv", { body: { type: "kv" } });
          await server.call("POST", "kv/a", { body: { value: "kept" } });
          left = at;

          const killed = await server.call("POST", "sys/rotate");
          const between = await server.call("GET", "kv/a");
          await server.call("POST", "kv/b", { body: { value: "meanwhile" } });
          left = -1;
          const again = await server.call("POST", "sys/rotate");

          expect([at, when, killed.status, again.status]).toEqual([at, when, 500, 204]);
          expect(between.data["value"]).toBe("kept");
          expect((await server.call("GET", "kv/a")).data["value"]).toBe("kept");
          expect((await server.call("GET", "kv/b")).data["value"]).toBe("meanwhile");
          await server.dynamo.close();
        }
      }
    },
    patience,
  );
});
