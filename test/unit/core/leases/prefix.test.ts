import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { LEASE_LISTING_SHARDS } from "../../../../src/contract/table.ts";
import { placeOf } from "../../../../src/core/jobs/place.ts";
import { type Stage, setStage } from "./support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.server.dynamo.close());

const revokePrefix = (prefix: string, body: object = {}) =>
  stage.server.call("PUT", `sys/leases/revoke-prefix/${prefix}`, { body });

const jobs = async () => {
  const { data } = await stage.server.call("GET", "sys/leases/jobs");
  return data["jobs"] as { kind: string; state: string; handled: number; subject: string }[];
};

/** From now on every look at the clock takes so long. */
const slowClock = (ms: number): (() => void) => {
  const { clock } = stage.server;
  const plain = clock.now;
  clock.now = () => {
    clock.advance(ms);
    return plain();
  };
  return () => {
    clock.now = plain;
  };
};

describe("revoking below a prefix", () => {
  it("tells how far it came when a lease cannot be revoked, and keeps what was done", async () => {
    for (let i = 0; i < 3; i++) await stage.issue();
    stage.world.refuses = "later";

    const refused = await revokePrefix("db");

    expect(refused.status).toBe(400);
    expect(refused.text).toMatch(/failed to revoke \\"db\/creds\/app\/\w{24}\\" \(1 \/ 3\): failed to revoke entry/);
  });

  it("goes on as a visible job when there are too many for one request", async () => {
    for (let i = 0; i < 20; i++) await stage.issue();
    const restore = slowClock(100);
    const partly = await revokePrefix("db");
    restore();

    const [job] = await jobs();
    await stage.tick();
    await stage.tick();

    expect(partly.status).toBe(202);
    expect(job).toMatchObject({ kind: "revoke-prefix", state: "running", subject: "db/" });
    expect(stage.world.alive.size).toBe(0);
    expect((await jobs())[0]?.state).toBe("success");
  });

  it("leaves everything to the job when no time is left", async () => {
    for (let i = 0; i < 3; i++) await stage.issue();
    const { core, clock } = stage.server;

    const { job } = await core.leases.revokePrefix("db", { sync: true, force: false, deadlineMs: clock.now() });

    expect(job).toMatch(/./);
    expect(stage.world.alive.size).toBe(3);
  });

  it("kills every lease below by the clock when nobody waits", async () => {
    const ids = [];
    for (let i = 0; i < 12; i++) ids.push((await stage.issue()).id);

    const left = await revokePrefix("db", { sync: false });

    expect(left.status).toBe(202);
    for (const id of ids) expect((await stage.lookup(id)).status).toBe(400);
    await stage.sweep();
    expect(stage.world.alive.size).toBe(0);
  });

  it("survives the death of its runner", async () => {
    for (let i = 0; i < 5; i++) await stage.issue();
    stage.killer.kill("job.revoke-prefix", "before");
    await revokePrefix("db", { sync: false });

    stage.wait(121);
    await stage.tick();
    await stage.tick();

    expect(stage.world.alive.size).toBe(0);
  });

  it("needs sudo to see the jobs", async () => {
    await stage.server.call("POST", "sys/policies/acl/reader", {
      body: { policy: 'path "sys/leases/*" { capabilities = ["read"] }' },
    });
    const token = await stage.child({ policies: ["reader"] });

    expect((await stage.server.call("GET", "sys/leases/jobs", { token })).status).toBe(403);
  });
});

describe("a job that walks rows", () => {
  it("goes on behind the row it noted, and from the beginning where it noted none", () => {
    expect(placeOf({ after: { pk: "p", sk: "s", more: 1 } })).toEqual({ pk: "p", sk: "s" });
    for (const input of [{}, { after: "p" }, { after: { pk: "p" } }, { after: { pk: 1, sk: "s" } }]) {
      expect(placeOf(input)).toBeUndefined();
    }
  });
});

describe("listing leases", () => {
  it("costs what the children cost, not what is below them", async () => {
    for (let i = 0; i < 60; i++) await stage.issue();
    stage.server.table.calls.length = 0;

    const keys = await stage.server.core.leases.list("db/");

    expect(keys).toEqual(["creds/"]);
    expect(stage.server.table.calls.length).toBeLessThanOrEqual(LEASE_LISTING_SHARDS);
  });

  it("shows no token without a lease", async () => {
    const keys = await stage.server.core.leases.list("auth/token/");

    expect(keys).toEqual([]);
  });
});

describe("tidying", () => {
  it("removes rows that lead nowhere and ends leases whose token is gone", async () => {
    const token = await stage.child({ ttl: "1h" });
    const { id } = await stage.issue(token);
    const { core } = stage.server;
    const tag = (await core.tokens.tag(token)) ?? "";
    // As after a table was restored in parts: the token's item is gone, its lease is not.
    await core.store.write([{ op: "delete", address: await core.tokens.address(tag), when: "any" }]);

    const tidied = await stage.server.call("POST", "sys/leases/tidy");

    expect(tidied.status).toBe(202);
    await stage.tick();
    expect((await stage.lookup(id)).status).toBe(400);
    expect(await core.leases.list("auth/token/create/")).toEqual([]);
    await stage.sweep();
    expect(stage.world.alive.size).toBe(0);
  });

  it("reads what many rows lead to in few calls", async () => {
    for (let i = 0; i < 120; i++) await stage.issue();
    const { table } = stage.server;
    await stage.server.call("POST", "sys/leases/tidy");
    table.calls.length = 0;
    await stage.tick();

    const reads = table.calls.filter(({ operation }) => operation === "BatchGetItem");
    expect(reads.length).toBeLessThan(40);
    expect(stage.world.alive.size).toBe(120);
    expect((await jobs()).find(({ kind }) => kind === "tidy")?.state).toBe("success");
  });

  it("goes on where it was when its time was over, and misses no row", async () => {
    const { core } = stage.server;
    const token = await stage.child({ ttl: "1h" });
    for (let i = 0; i < 130; i++) await stage.issue(token);
    const tag = (await core.tokens.tag(token)) ?? "";
    await core.store.write([{ op: "delete", address: await core.tokens.address(tag), when: "any" }]);
    await stage.server.call("POST", "sys/leases/tidy");
    const restore = slowClock(20_000);
    await stage.tick();
    restore();
    for (let turn = 0; turn < 20; turn++) await stage.tick();
    await stage.sweep();

    expect(stage.world.alive.size).toBe(0);
    expect((await jobs()).find(({ kind }) => kind === "tidy")?.state).toBe("success");
  });

  it("begins nothing more when its time is over, however many it has read, and does the rest later", async () => {
    const { core, clock } = stage.server;
    const token = await stage.child({ ttl: "1h" });
    for (let i = 0; i < 130; i++) await stage.issue(token);
    const tag = (await core.tokens.tag(token)) ?? "";
    await core.store.write([{ op: "delete", address: await core.tokens.address(tag), when: "any" }]);
    await stage.server.call("POST", "sys/leases/tidy");
    const { table } = stage.server;
    const deadlineMs = clock.now() + 20_000;
    // Ending a lease takes a second.
    table.after = ({ operation }) => {
      if (operation === "PutItem") clock.advance(1000);
    };
    await core.jobs.resume(["tidy"], deadlineMs);
    table.after = () => undefined;
    const late = clock.now() - deadlineMs;
    const states: string[] = [];
    for (let turn = 0; turn < 20; turn++) {
      states.push((await jobs()).find(({ kind }) => kind === "tidy")?.state ?? "");
      await stage.tick();
    }
    await stage.sweep();

    expect(late).toBeLessThan(5000);
    expect([states[0], states.at(-1)]).toEqual(["running", "success"]);
    expect(stage.world.alive.size).toBe(0);
  });
});

describe("the top level of all lease ids", () => {
  it("has every mount that holds a lease, and asks many mounts side by side", async () => {
    const { core } = stage.server;
    for (let at = 0; at < 12; at++)
      await stage.server.call("POST", `sys/mounts/team/kv-${at}`, { body: { type: "kv" } });
    await stage.child({ ttl: "1h" });
    await stage.issue();
    const { table } = stage.server;
    let [open, most] = [0, 0];
    table.before = async ({ operation }) => {
      if (operation !== "Query") return;
      open++;
      most = Math.max(most, open);
      await new Promise(setImmediate);
    };
    table.after = ({ operation }) => {
      if (operation === "Query") open--;
    };

    expect(await core.leases.list("")).toEqual(["auth/", "db/"]);
    expect(await core.leases.list("team/")).toEqual([]);
    expect(most).toBeGreaterThan(16);
    expect(most).toBeLessThanOrEqual(64);
  });
});
