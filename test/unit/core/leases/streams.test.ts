import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { consumeRemovals, removalBatchOf } from "../../../../src/core/leases/removals.ts";
import { type Stage, setStage } from "./support.ts";

/** F26, F27, F31: records of removals that come several times, in any order, or for a backend that fails. */

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.server.dynamo.close());

type Fields = Readonly<Record<string, unknown>>;

const removals = async (): Promise<readonly Fields[]> => {
  const records: Fields[] = [];
  const stop = stage.server.dynamo.subscribe("zeroth-test", async (batch) => {
    for (const record of batch) records.push({ ...record });
  });
  await stage.server.dynamo.expire();
  stop();
  return records;
};

const consume = async (Records: readonly Fields[]): Promise<readonly string[]> => {
  const batch = removalBatchOf({ Records });
  const deadlineMs = stage.server.clock.now() + 60_000;
  return batch ? consumeRemovals(stage.server.core, batch, { tableName: "zeroth-test", deadlineMs }) : [];
};

/** A token with children, each with leases; all of it past its end. */
const family = async (): Promise<void> => {
  const parent = await stage.child({ ttl: "20m", policies: ["creds", "default"] });
  const { server } = stage;
  const made = await server.call("POST", "auth/token/create", {
    token: parent,
    body: { policies: ["creds"], ttl: "15m" },
  });
  const child = (made.body["auth"] as { client_token: string }).client_token;
  for (const token of [parent, child, child]) await stage.issue(token);
  stage.wait(3600 + 86_401);
};

describe("F26: records that come several times", () => {
  it.each([2, 10])("%d times each: nothing more ends than once, and nothing fails", async (times) => {
    await family();
    const records = await removals();
    expect(await consume(records)).toEqual([]);
    const other = await stage.issue();
    for (let left = times; left > 1; left -= 1) expect(await consume(records)).toEqual([]);

    expect([...stage.world.alive]).toEqual([other.name]);
    expect(stage.world.revocations.has(other.name)).toBe(false);
    expect(await stage.server.core.leases.list("db/creds/app/")).toHaveLength(1);
  });

  it("all in one batch", async () => {
    await family();
    const records = await removals();
    expect(await consume([...records, ...records, ...records])).toEqual([]);
    expect(stage.world.alive.size).toBe(0);
  });
});

describe("F27: records out of order", () => {
  it.each(["backwards", "children first", "one at a time, backwards"])("%s end in one state", async (how) => {
    await family();
    const records = [...(await removals())];
    expect(records.length).toBeGreaterThan(3);
    const size = (record: Fields) => JSON.stringify(record).length;
    if (how.endsWith("backwards")) records.reverse();
    if (how === "children first") records.sort((a, b) => size(a) - size(b));
    const batches = how.startsWith("one") ? records.map((record) => [record]) : [records];
    for (const batch of batches) expect(await consume(batch)).toEqual([]);

    expect(stage.world.alive.size).toBe(0);
    expect(await stage.server.core.leases.list("db/")).toEqual([]);
    expect((await removals()).length).toBe(0);
  });
});

describe("F31: a backend that always fails", () => {
  it("holds no lease of another one back", async () => {
    await stage.server.call("POST", "sys/mounts/db2", { body: { type: "leased" } });
    const failing = new Set<string>();
    for (let index = 0; index < 5; index += 1) {
      failing.add((await stage.issue(undefined, "db")).name);
      await stage.issue(undefined, "db2");
    }
    const { alive } = stage.world;
    const remove = alive.delete.bind(alive);
    alive.delete = (name) => {
      if (failing.has(name)) throw new TypeError("the engine's own fault");
      return remove(name);
    };
    stage.wait(3601);
    await stage.sweep();

    expect([...alive].sort()).toEqual([...failing].sort());
    expect(await stage.server.core.leases.list("db2/")).toEqual([]);
    alive.delete = remove;
    for (let round = 0; round < 5; round += 1) {
      stage.wait(3600);
      await stage.sweep();
    }
    expect(alive.size).toBe(0);
  });
});
