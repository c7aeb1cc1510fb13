import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { consumeRemovals, removalBatchOf } from "../../../../src/core/leases/removals.ts";
import { type Stage, setStage } from "./support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.server.dynamo.close());

const TABLE = "zeroth-test";
type Fields = Readonly<Record<string, unknown>>;

/** What the table's TTL removes now, as its stream shows it. */
const removals = async (): Promise<readonly Fields[]> => {
  const records: Fields[] = [];
  const stop = stage.server.dynamo.subscribe(TABLE, async (batch) => {
    for (const record of batch) records.push({ ...record });
  });
  await stage.server.dynamo.expire();
  stop();
  return records;
};

const consume = async (Records: readonly Fields[], tableName = TABLE): Promise<readonly string[]> => {
  const batch = removalBatchOf({ Records });
  const deadlineMs = stage.server.clock.now() + 60_000;
  return batch ? consumeRemovals(stage.server.core, batch, { tableName, deadlineMs }) : [];
};

const expire = async (): Promise<void> => {
  expect(await consume(await removals())).toEqual([]);
};

const late = () => stage.server.events.filter(({ kind }) => kind === "lease-revoked-late").length;

describe("what the table's TTL removes", () => {
  it("is revoked though no sweeper ran", async () => {
    await stage.issue();
    stage.wait(3600 + 86_401);

    await expire();

    expect(stage.world.alive.size).toBe(0);
    expect(await stage.server.core.leases.list("db/")).toEqual([]);
  });

  it("comes back to be tried again when its backend refuses", async () => {
    await stage.issue();
    stage.world.refuses = "later";
    stage.wait(3600 + 86_401);
    await expire();
    stage.world.refuses = "no";

    stage.wait(60);
    await stage.sweep();

    expect(stage.world.alive.size).toBe(0);
  });

  it("takes a token's leases along", async () => {
    const token = await stage.child({ ttl: "10m" });
    await stage.issue(token);
    stage.wait(600 + 86_401);

    await expire();

    expect(stage.world.alive.size).toBe(0);
  });

  it("is counted as late for each lease, and for nothing next to leases", async () => {
    await stage.issue();
    await stage.server.call("PUT", "sys/leases/revoke-prefix/none", { body: { sync: false } });
    stage.wait(3600 + 2 * 86_401);

    const records = await removals();
    await consume(records);

    expect(JSON.stringify(records)).toContain("lease#jobs");
    expect(late()).toBe(1);
  });

  it("comes twice and is ended once", async () => {
    await stage.issue();
    stage.wait(3600 + 86_401);
    const records = await removals();

    await consume(records);
    await consume(records);

    expect(stage.world.alive.size).toBe(0);
    expect(await stage.server.core.leases.list("db/")).toEqual([]);
  });

  it.each<[string, Fields]>([
    ["a caller removed", { userIdentity: undefined }],
    ["somebody of another kind removed", { userIdentity: { type: "User", principalId: "dynamodb.amazonaws.com" } }],
    ["was changed and not removed", { eventName: "MODIFY" }],
  ])("leaves alone what %s", async (_, change) => {
    await stage.issue();
    stage.wait(3600 + 86_401);
    const records = await removals();

    expect(await consume(records.map((record) => ({ ...record, ...change })))).toEqual([]);

    expect(stage.world.alive.size).toBe(1);
    expect(late()).toBe(0);
  });

  it("is brought again when it is another table's, or comes after the deadline", async () => {
    await stage.issue();
    stage.wait(3600 + 86_401);
    const records = await removals();
    const batch = removalBatchOf({ Records: records });

    const foreign = await consume(records, "other");
    const after =
      batch &&
      (await consumeRemovals(stage.server.core, batch, { tableName: TABLE, deadlineMs: stage.server.clock.now() }));

    expect(foreign).toHaveLength(records.length);
    expect(after).toHaveLength(records.length);
    expect(stage.world.alive.size).toBe(1);
  });

  it("opens nothing but leases and tokens, whatever else the stream brings", async () => {
    await stage.issue();
    stage.wait(3600 + 86_401);
    const records = await removals();
    const [first] = records;
    const image = { pk: { S: "rec#other" }, sk: { S: "login" }, v: { B: "bm90IHNlYWxlZA==" }, n: { S: "1" } };
    const strange = { ...first, dynamodb: { SequenceNumber: "17", OldImage: image } };

    expect(await consume([strange, ...records])).toEqual([]);
    expect(stage.world.alive.size).toBe(0);
  });

  it("is taken record by record: one that cannot be read holds no other back", async () => {
    await stage.issue();
    stage.wait(3600 + 86_401);
    const broken = { dynamodb: { SequenceNumber: "17" } };

    expect(await consume([broken, ...(await removals())])).toEqual(["17"]);

    expect(stage.world.alive.size).toBe(0);
  });
});
