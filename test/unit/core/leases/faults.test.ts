import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { consumeRemovals, removalBatchOf } from "../../../../src/core/leases/removals.ts";
import { inVaultsFormat } from "../../../support/audit-log.ts";
import { Killed } from "../../../support/crash.ts";
import { patience, runs } from "../../../support/runs.ts";
import { type Stage, setStage } from "./support.ts";

/** F28, F34, F38, F42, F57: what a target, the table's stream or a dying process do to leases. */

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
  await stage.sweep();
});
afterEach(() => stage.server.dynamo.close());

const TABLE = "zeroth-test";
type Fields = Record<string, unknown>;

const removals = async (): Promise<readonly Fields[]> => {
  const records: Fields[] = [];
  const stop = stage.server.dynamo.subscribe(TABLE, async (batch) => {
    for (const record of batch) records.push({ ...record });
  });
  await stage.server.dynamo.expire();
  stop();
  return records;
};

const imageOf = (record: Fields): Fields => (record["dynamodb"] as { OldImage: Fields }).OldImage;
const numberOf = (record: Fields): string => (record["dynamodb"] as { SequenceNumber: string }).SequenceNumber;
const numbered = (record: Fields, number: string, image: Fields): Fields => ({
  ...record,
  dynamodb: { ...(record["dynamodb"] as Fields), SequenceNumber: number, OldImage: image },
});

describe("F28: a record of the stream that cannot be used", () => {
  it("is left out or brought again by itself, and every other record of its batch is done", async () => {
    for (let made = 0; made < 3; made++) await stage.issue();
    stage.wait(3600 + 86_401);
    const good = (await removals()).filter((record) => "l" === (imageOf(record)["sk"] as { S: string }).S);
    const [first = {}] = good;
    const image = imageOf(first);
    const { v: _, ...bodiless } = image;
    const bytes = Buffer.from((image["v"] as { B: Uint8Array }).B);
    const flipped = Buffer.from(bytes);
    flipped[40] = (flipped[40] ?? 0) ^ 1;
    const poison = [
      numbered(first, "p1", { ...image, v: { B: flipped } }),
      numbered(first, "p2", bodiless),
      numbered(first, "p3", { ...image, n: { S: "no number" } }),
      numbered(first, "p4", { ...image, v: { B: Buffer.concat([Buffer.from([255]), bytes.subarray(1)]) } }),
      numbered(first, "p5", { ...image, v: { B: Buffer.alloc(400 * 1024, 7) } }),
      { ...first, dynamodb: { SequenceNumber: "p6" }, eventName: 7 },
    ];
    const batch = removalBatchOf({ Records: [...poison.slice(0, 3), ...good, ...poison.slice(3)] });
    const open = batch
      ? await consumeRemovals(stage.server.core, batch, {
          tableName: TABLE,
          deadlineMs: stage.server.clock.now() + 60_000,
        })
      : [];

    expect(good).toHaveLength(3);
    expect(open.filter((number) => good.map(numberOf).includes(number))).toEqual([]);
    expect(open).toContain("p6");
    expect(open.filter((number) => !/^p\d$/.test(number))).toEqual([]);
    expect(stage.world.alive.size).toBe(0);
  });
});

describe("F34: a process that dies between the token and the audit line of the answer", () => {
  it("has told nobody the token, and the sweeper ends it with its time", async () => {
    const { server, killer } = stage;
    await server.call("POST", "sys/auth/userpass", { body: { type: "userpass" } });
    await server.call("POST", "auth/userpass/users/ann", { body: { password: "pw", token_ttl: "10m" } });
    server.table.before = () => {
      if (killer.isDead) throw new Killed("dead");
    };
    killer.strike("login.token", "after", 1);
    const before = (await server.core.tokens.accessors()).length;
    const answer = await server.call("POST", "auth/userpass/login/ann", { token: null, body: { password: "pw" } });
    killer.revive();
    const made = (await server.core.tokens.accessors()).length - before;
    stage.wait(601);
    await stage.sweep();

    expect([answer.status, made]).toEqual([500, 1]);
    expect(answer.text).not.toContain("hvs.");
    expect(
      inVaultsFormat(server.auditLines).filter(
        (line) => line.includes('"type":"response"') && line.includes('"accessor":"hmac'),
      ),
    ).not.toContainEqual(expect.stringContaining("auth/userpass/login/ann"));
    expect((await server.core.tokens.accessors()).length).toBe(before);
    expect(await server.core.leases.list("auth/userpass/login/")).toEqual([]);
  });
});

describe("F38: a target that is down for an hour", () => {
  it("keeps its leases, tried again and listed with the reason, while the token is dead; then they end", async () => {
    const { server, world } = stage;
    const token = await stage.child({ ttl: "1h" });
    const { id } = await stage.issue(token);
    world.refuses = "later";
    await server.call("POST", "auth/token/revoke", { body: { token } });
    const attempts: number[] = [];
    for (let minute = 0; minute < 60; minute++) {
      stage.wait(60);
      await stage.sweep();
      const { data } = await server.call("POST", "sys/leases/lookup", { body: { lease_id: id } });
      attempts.push(Number(data["revoke_attempts"]));
      expect(data).toMatchObject({ id, ttl: 0, renewable: false, next_revoke_attempt: expect.any(String) });
    }
    const retrying = await server.call("GET", "sys/leases/count?type=retrying");
    const given = await server.call("GET", "sys/leases?type=irrevocable");

    expect((await server.call("GET", "auth/token/lookup-self", { token })).status).toBe(403);
    expect(attempts).toEqual([...attempts].sort((a, b) => a - b));
    expect(attempts.at(-1)).toBe(6);
    expect(retrying.data["lease_count"]).toBe(0);
    expect(given.data["leases"]).toEqual([
      expect.objectContaining({ lease_id: id, attempts: 6, error: expect.stringContaining("the outside is down") }),
    ]);
    expect(world.alive.size).toBe(1);

    world.refuses = "no";
    expect((await server.call("PUT", "sys/leases/revoke", { body: { lease_id: id } })).status).toBe(204);
    expect(world.alive.size).toBe(0);
    expect((await server.call("GET", "sys/leases/count?type=irrevocable")).data["lease_count"]).toBe(0);
  });

  it("shows what keeps a lease to those who may see the list, and no more than before to others", async () => {
    const { server, world } = stage;
    const { id } = await stage.issue();
    world.refuses = "later";
    await server.call("PUT", "sys/leases/revoke", { body: { lease_id: id } });
    await server.call("POST", "sys/policies/acl/looks", {
      body: { policy: 'path "sys/leases/lookup" { capabilities = ["update"] }' },
    });
    await server.call("POST", "sys/policies/acl/operates", {
      body: {
        policy:
          'path "sys/leases/lookup" { capabilities = ["update"] } path "sys/leases" { capabilities = ["read", "sudo"] }',
      },
    });
    const lookup = async (policy: string) =>
      server.call("POST", "sys/leases/lookup", {
        token: await stage.child({ policies: [policy] }),
        body: { lease_id: id },
      });

    expect((await lookup("looks")).body).toEqual({ errors: ["invalid lease"] });
    expect((await lookup("operates")).data).toMatchObject({ state: "retrying", revoke_attempts: 1 });
    expect((await server.call("GET", "sys/leases?type=retrying")).data["lease_count"]).toBe(1);
  });
});

describe("F42: a target that takes long to make a credential", () => {
  it.each([
    { seconds: 30, status: 200, users: 1 },
    { seconds: 121, status: 503, users: 0 },
    { seconds: 600, status: 503, users: 0 },
  ])("$seconds seconds: users that exist are those of leases that live", async ({ seconds, status, users }) => {
    stage.world.meanwhile = async () => {
      stage.wait(seconds);
      await stage.sweep();
    };

    const { answer } = await stage.issue();

    expect(answer.status).toBe(status);
    expect(stage.world.alive.size).toBe(users);
    expect(await stage.server.core.leases.list("db/creds/app/")).toHaveLength(users);
  });
});

describe("F57: a prefix of more leases than a request has time for", () => {
  it(
    "is taken on as a job that shows how far it is, may be asked for again, and ends all",
    async () => {
      const { server, world } = stage;
      const count = runs(60, 100_000);
      for (let made = 0; made < count; made++) await stage.issue();
      const { clock } = server;
      const plain = clock.now;
      clock.now = () => {
        clock.advance(40);
        return plain();
      };
      const first = await server.call("PUT", "sys/leases/revoke-prefix/db");
      const second = await server.call("PUT", "sys/leases/revoke-prefix/db");
      clock.now = plain;
      const jobs = async () => {
        const { data } = await server.call("GET", "sys/leases/jobs");
        return (data["jobs"] as { kind: string; state: string; subject: string; handled: number }[]).filter(
          ({ kind }) => kind === "revoke-prefix",
        );
      };
      const begun = await jobs();
      for (let ticks = 0; world.alive.size > 0 && ticks < count; ticks++) {
        stage.wait(61);
        await stage.tick();
      }
      await stage.tick();
      const done = await jobs();

      expect([first.status, second.status]).toEqual([202, 202]);
      expect(first.data["job_id"]).not.toBe(second.data["job_id"]);
      expect(begun.every(({ state, subject }) => state === "running" && subject === "db/")).toBe(true);
      expect(world.alive.size).toBe(0);
      expect(done.map(({ state }) => state)).toEqual(begun.map(() => "success"));
      expect(done.reduce((sum, { handled }) => sum + handled, 0)).toBeGreaterThan(0);
      expect(await server.core.leases.list("db/")).toEqual([]);
      expect([...world.revocations.values()].every((times) => times === 1)).toBe(true);
    },
    patience,
  );
});
