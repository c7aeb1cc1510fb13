import { DeleteItemCommand, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { z } from "zod";
import { consumeRemovals, removalBatchOf } from "../../../../src/core/leases/removals.ts";
import { isLease } from "../../../../src/storage/index.ts";
import { runs } from "../../../support/runs.ts";
import { type Stage, setStage } from "./support.ts";

/** What ends leases, alone and together, and what DynamoDB's time to live does to them: F29, F30, F32, F46, F47, F63. */

const TABLE = "zeroth-test";
const DAY = 86_400;

let stage: Stage;
/** How often each credential stopped working. */
let effects: Map<string, number>;
beforeEach(async () => {
  stage = await setStage();
  effects = new Map();
  const { alive } = stage.world;
  const remove = alive.delete.bind(alive);
  alive.delete = (name) => {
    const was = remove(name);
    if (was) effects.set(name, (effects.get(name) ?? 0) + 1);
    return was;
  };
});
afterEach(() => stage.server.dynamo.close());

type Fields = Readonly<Record<string, unknown>>;

/** What DynamoDB's time to live removes now, as records of the stream. */
const removals = async (): Promise<readonly Fields[]> => {
  const records: Fields[] = [];
  const stop = stage.server.dynamo.subscribe(TABLE, async (batch) => {
    for (const record of batch) if (record.eventName === "REMOVE" && record.userIdentity) records.push({ ...record });
  });
  await stage.server.dynamo.expire();
  stop();
  return records;
};

const consume = async (Records: readonly Fields[]): Promise<readonly string[]> => {
  const batch = removalBatchOf({ Records });
  const deadlineMs = stage.server.clock.now() + 60_000;
  return batch ? consumeRemovals(stage.server.core, batch, { tableName: TABLE, deadlineMs }) : [];
};

const issueMany = async (count: number): Promise<readonly string[]> => {
  const names: string[] = [];
  for (let index = 0; index < count; index += 1) names.push((await stage.issue()).name);
  return names;
};

const once = (names: readonly string[]) => new Map(names.map((name) => [name, 1]));

/** As if DynamoDB's time to live removed every lease this very second, and no day later. */
const removeNow = async (): Promise<readonly Fields[]> => {
  const { dynamodb } = stage.server;
  const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: TABLE }));
  const leases = Items.filter(({ pk, sk }) => isLease({ pk: pk?.S ?? "", sk: sk?.S ?? "" }));
  for (const { pk = { S: "" }, sk = { S: "" } } of leases) {
    await dynamodb.send(new DeleteItemCommand({ TableName: TABLE, Key: { pk, sk } }));
  }
  return leases.map((OldImage, index) => ({
    eventName: "REMOVE",
    eventSourceARN: `arn:aws:dynamodb:us-east-1:000000000000:table/${TABLE}/stream/1`,
    userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" },
    dynamodb: { SequenceNumber: String(index + 1), OldImage },
  }));
};

describe("every lease ends exactly once in effect", () => {
  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    "the sweeper alone": () => stage.sweep(),
    "the stream alone": async () => consume(await removeNow()),
    "both racing": () => Promise.all([stage.sweep(), removeNow().then(consume)]),
    "both racing, the stream first and each record twice": async () => {
      const records = await removeNow();
      await Promise.all([consume([...records, ...records]), stage.sweep()]);
    },
  };
  const asked = fc.record({
    count: fc.integer({ min: 1, max: 8 }),
    late: fc.integer({ min: 0, max: 100 }),
  });

  it.each(Object.keys(ways))("by %s", async (way) => {
    const property = fc.asyncProperty(asked, async ({ count, late }) => {
      effects.clear();
      stage.world.revocations.clear();
      const names = await issueMany(count);
      stage.wait(3600 - 1);
      await stage.sweptSoFar();
      stage.wait(1 + late);
      await ways[way]?.();
      // What a race left claimed is due again when the claim lapses.
      stage.wait(91);
      await stage.sweep();

      expect(effects).toEqual(once(names));
      expect(stage.world.alive.size).toBe(0);
      expect(await stage.server.core.leases.list("db/")).toEqual([]);
      if (way.endsWith("alone")) expect(stage.world.revocations).toEqual(once(names));
    });
    await fc.assert(property, { numRuns: runs(4, 60) });
  });
});

const shape = z.object({
  dynamodb: z.object({ SequenceNumber: z.string(), OldImage: z.record(z.string(), z.unknown()) }),
});

describe("F29: a batch of the stream with one bad record", () => {
  it("answers that one alone, and ends what the others say", async () => {
    const names = await issueMany(40);
    stage.wait(3600 + DAY + 61);
    const records = await removals();
    const isLeases = (record: Fields) => JSON.stringify(record).includes('"sk":{"S":"l"}');
    const bad = records.findIndex(isLeases);
    const { dynamodb } = shape.parse(records[bad]);
    const OldImage = { ...dynamodb.OldImage, v: { B: Buffer.alloc(200) } };
    const { SequenceNumber } = dynamodb;
    const batch = records.map((record, at) =>
      at === bad ? { ...record, dynamodb: { SequenceNumber, OldImage } } : record,
    );

    expect(await consume(batch)).toEqual([SequenceNumber]);
    expect(await consume(batch)).toEqual([SequenceNumber]);
    expect(effects.size).toBe(names.length - 1);
    expect(Math.max(...effects.values())).toBe(1);
  });
});

describe("F30, F32: the stream's consumer was down, or began at the latest record", () => {
  it("loses nothing: the sweeper had ended all of it in its next run", async () => {
    const names = await issueMany(10);
    stage.wait(3600);
    await stage.sweep();
    expect(effects).toEqual(once(names));

    stage.wait(25 * 3600);
    const lost = await removals();
    expect(lost.filter((record) => JSON.stringify(record).includes("lease#"))).toEqual([]);
    await stage.sweptSoFar();
    await stage.sweep();
    expect(effects).toEqual(once(names));
  });
});

describe("F46: time to live that is late", () => {
  it.each([2, 5])("%d days: what has ended is refused, whatever is still in the table", async (days) => {
    const { server } = stage;
    const token = await stage.child({ ttl: "1h", policies: ["creds", "default"] });
    await server.call("POST", "cubbyhole/a", { token, body: { b: "c" } });
    const { id } = await stage.issue(token);
    const headers = { "x-vault-wrap-ttl": "60" };
    const wrapped = await server.call("POST", "sys/wrapping/wrap", { token, headers, body: { a: 1 } });
    const { token: wrapping } = wrapped.body["wrap_info"] as { token: string };
    stage.wait(days * DAY);

    expect((await server.call("GET", "auth/token/lookup-self", { token })).status).toBe(403);
    expect((await server.call("POST", "auth/token/lookup", { body: { token } })).status).toBe(403);
    expect((await server.call("GET", "cubbyhole/a", { token })).status).toBe(403);
    expect((await server.call("GET", "db/creds/app", { token })).status).toBe(403);
    expect((await server.call("POST", "sys/wrapping/unwrap", { token: wrapping })).status).toBe(400);
    const renewed = await server.call("PUT", "sys/leases/renew", { body: { lease_id: id } });
    expect(renewed.body["errors"]).toEqual(["lease expired"]);
  });
});

describe("F47: time to live that is early by our clock", () => {
  it("ends the lease by the record: it is gone for callers, and so is its credential", async () => {
    const { id, name } = await stage.issue();
    stage.wait(3600 + DAY + 61);
    const records = await removals();
    // By our clock the lease has ten seconds left.
    stage.wait(-(DAY + 61 + 10));

    expect((await stage.lookup(id)).status).toBe(400);
    expect(await consume(records)).toEqual([]);
    expect(effects).toEqual(once([name]));
    expect(await stage.server.core.leases.list("db/")).toEqual([]);
  });
});

describe("F63: a table restored to an hour ago", () => {
  it("has leases whose credentials are gone: they end once more, without effect, and leave nothing", async () => {
    const names = await issueMany(5);
    const { dynamodb } = stage.server;
    const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: TABLE }));
    stage.wait(3600);
    await stage.sweep();
    expect(effects).toEqual(once(names));

    stage.wait(180);
    for (const Item of Items) await dynamodb.send(new PutItemCommand({ TableName: TABLE, Item }));
    expect(await stage.server.core.leases.list("db/creds/app/")).toHaveLength(5);
    await stage.sweep();

    expect(effects).toEqual(once(names));
    expect(await stage.server.core.leases.list("db/")).toEqual([]);
    expect(stage.server.events.filter(({ kind }) => kind.startsWith("lease"))).toEqual([]);
  });
});
