import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { LeaseRow } from "../../../../src/core/leases/types.ts";
import { leaseRulesOf } from "../../../../src/core/quotas/lease-rules.ts";
import { DOMAINS, leaseListingPartitions } from "../../../../src/storage/keys.ts";
import { type Stage, setStage } from "../leases/support.ts";

/** Lease-count quotas: a limit is a limit under races and crashes, and counters are what the listing rows say. */

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.server.dynamo.close());

const quota = (name: string, body: object) => stage.server.call("POST", `sys/quotas/lease-count/${name}`, { body });
const read = async (name: string) => (await stage.server.call("GET", `sys/quotas/lease-count/${name}`)).data;
const counter = async (name: string) => (await read(name))["counter"];
const statuses = async (count: number, mount = "db") =>
  (await Promise.all(Array.from({ length: count }, () => stage.issue(undefined, mount)))).map(
    ({ answer }) => answer.status,
  );
const how = (all: readonly number[], status: number) => all.filter((one) => one === status).length;

/** Every rule's counter, and the rows that name the rule. */
const counted = async () => {
  const { core } = stage.server;
  const snapshot = await core.config.now();
  const rows = new Map<string, number>();
  for (const { info } of snapshot.mounts.values()) {
    for (const pk of leaseListingPartitions(info.id)) {
      for await (const entry of core.store.all({ pk, domain: DOMAINS.lease })) {
        const { counted: by } = entry.body as unknown as LeaseRow;
        if (by) rows.set(by.rule, (rows.get(by.rule) ?? 0) + 1);
      }
    }
  }
  const rules = leaseRulesOf(snapshot);
  return Promise.all(
    rules.map(async ({ name, id }) => ({ name, counter: await core.leaseCounts.used(id), rows: rows.get(id) ?? 0 })),
  );
};
const isExact = async () => {
  for (const { name, counter: shown, rows } of await counted()) expect([name, shown]).toEqual([name, rows]);
};

describe("sys/quotas/lease-count", () => {
  it("is written, read, listed and deleted as Vault's", async () => {
    expect((await stage.server.call("LIST", "sys/quotas/lease-count")).status).toBe(404);
    expect((await quota("q", { path: "db", max_leases: 5 })).status).toBe(204);

    expect(await read("q")).toEqual({
      type: "lease-count",
      name: "q",
      path: "db/",
      role: "",
      max_leases: 5,
      counter: 0,
      inheritable: false,
    });
    expect((await stage.server.call("LIST", "sys/quotas/lease-count")).data["keys"]).toEqual(["q"]);
    expect((await stage.server.call("DELETE", "sys/quotas/lease-count/q")).status).toBe(204);
    expect((await stage.server.call("DELETE", "sys/quotas/lease-count/q")).status).toBe(204);
    expect((await stage.server.call("GET", "sys/quotas/lease-count/q")).status).toBe(404);
  });

  it.each([
    [{ path: "db/" }, "'max_leases' is invalid"],
    [{ path: "db/", max_leases: -1 }, "'max_leases' is invalid"],
    [{ path: "db/", max_leases: "many" }, "max_leases"],
    [{ max_leases: 99 }, "of a rule without a path must be at least 100"],
    [{ path: "nowhere/", max_leases: 1 }, "invalid mount path"],
    [{ path: "db/", role: "r", max_leases: 1 }, "is not a valid auth method"],
    [{ path: "db/", inheritable: true, max_leases: 1 }, "only namespace quotas can be configured as inheritable"],
  ])("refuses %j: %s", async (body, text) => {
    const refused = await quota("q", body);
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining(text)]);
  });

  it("refuses a second rule for the same", async () => {
    await quota("q", { path: "db/", max_leases: 5 });
    expect((await quota("r", { path: "db", max_leases: 6 })).text).toContain("exists under the name");
  });
});

describe("a lease-count quota", () => {
  it("refuses the 51st of 51 racing requests, and nothing is made for it", async () => {
    await quota("q", { path: "db/", max_leases: 50 });

    const all = await statuses(51);
    const { answer } = await stage.issue();

    expect([how(all, 200), how(all, 429)]).toEqual([50, 1]);
    expect(stage.world.alive.size).toBe(50);
    expect(answer.status).toBe(429);
    expect(answer.body).toEqual({
      errors: ['1 error occurred:\n\t* request path "db/creds/app": lease count quota exceeded\n\n'],
    });
    expect(await counter("q")).toBe(50);
    await isExact();
  });

  it("has room again for each lease that ends, once", async () => {
    await quota("q", { path: "db/", max_leases: 3 });
    const { id } = await stage.issue();
    await statuses(2);
    const revoke = () => stage.server.call("PUT", "sys/leases/revoke", { body: { lease_id: id } });
    await Promise.all([revoke(), revoke(), revoke()]);

    expect(how(await statuses(3), 200)).toBe(1);
    stage.wait(3601);
    await stage.sweep();

    expect(await counter("q")).toBe(0);
    await isExact();
  });

  it("counts the leases there are when it is made, and lets none begin above that", async () => {
    await statuses(4);
    await quota("q", { path: "db/", max_leases: 3 });

    expect(await counter("q")).toBe(4);
    expect(how(await statuses(2), 429)).toBe(2);
    await isExact();
  });

  it("counts what began by the configuration of before, once such a request is over", async () => {
    await quota("q", { path: "db/", max_leases: 9 });
    stage.wait(31);
    // As a process leaves it that read the configuration before the rule was written.
    const { core } = stage.server;
    const enter = core.leaseCounts.enter;
    const late = core.leaseCounts as { enter: typeof enter };
    late.enter = async () => ({ counted: undefined, writes: [] });
    await statuses(2);
    late.enter = enter;
    expect(await counter("q")).toBe(0);

    await stage.tick();

    expect(await counter("q")).toBe(2);
    expect((await stage.server.call("GET", "sys/leases/jobs")).data["jobs"]).toContainEqual(
      expect.objectContaining({ kind: "count-leases", subject: "db/", state: "success" }),
    );
    await isExact();
  });

  it("that is lowered lets leases end and none begin, however many race", async () => {
    await quota("q", { path: "db/", max_leases: 20 });
    const ids = (await Promise.all(Array.from({ length: 20 }, () => stage.issue()))).map(({ id }) => id);
    await quota("q", { path: "db/", max_leases: 10 });
    for (const id of ids.slice(0, 12)) await stage.server.call("PUT", "sys/leases/revoke", { body: { lease_id: id } });

    const all = await statuses(6);

    expect(how(all, 200)).toBe(2);
    expect(await counter("q")).toBe(10);
    await isExact();
  });

  it("gives its leases to the next rule that fits when it goes or is for something else", async () => {
    await quota("all", { max_leases: 100 });
    await quota("q", { path: "db/creds/app", max_leases: 10 });
    await statuses(3);
    expect([await counter("q"), await counter("all")]).toEqual([3, 0]);

    await stage.server.call("DELETE", "sys/quotas/lease-count/q");
    expect(await counter("all")).toBe(3);
    await quota("mount", { path: "db/", max_leases: 10 });
    expect([await counter("mount"), await counter("all")]).toEqual([3, 0]);
    await quota("mount", { path: "sys/", max_leases: 10 });
    expect([await counter("mount"), await counter("all")]).toEqual([0, 3]);
    await isExact();
  });

  it.each([
    ["a mount", { path: "db/" }, {}],
    ["a path", { path: "db/creds/app" }, { path: "db/" }],
    ["a path", { path: "db/creds/app" }, { path: "db/creds/*" }],
    ["a longer beginning", { path: "db/creds/a*" }, { path: "db/creds/*" }],
  ])("of %s (%j) goes before that of %j", async (_, narrow, wide) => {
    await quota("wide", { ...wide, max_leases: "path" in wide ? 1 : 100 });
    await quota("narrow", { ...narrow, max_leases: 3 });

    expect(how(await statuses(4), 200)).toBe(3);
    expect([await counter("narrow"), await counter("wide")]).toEqual([3, 0]);
  });

  it("costs a mount without one nothing", async () => {
    const calls = async () => {
      stage.server.table.calls.length = 0;
      const { id } = await stage.issue();
      await stage.server.call("PUT", "sys/leases/revoke", { body: { lease_id: id } });
      return stage.server.table.calls.map(({ operation }) => operation);
    };
    await stage.server.call("POST", "sys/mounts/other", { body: { type: "leased" } });
    await calls();
    const before = await calls();
    await quota("q", { path: "other/", max_leases: 1 });
    await calls();

    expect(await calls()).toEqual(before);
  });

  it("is gone with its mount, and its counter with it", async () => {
    await quota("q", { path: "db/", max_leases: 5 });
    await statuses(2);
    const [rule] = leaseRulesOf(await stage.server.core.config.now());
    await stage.server.call("DELETE", "sys/mounts/db");
    stage.wait(31);
    await stage.tick();

    expect((await stage.server.call("GET", "sys/quotas/lease-count/q")).status).toBe(404);
    expect(await stage.server.core.leaseCounts.used(rule?.id ?? "")).toBe(0);
  });
});

describe("tokens", () => {
  const create = (body: object, token?: string) =>
    stage.server.call("POST", "auth/token/create", {
      body: { policies: ["default"], ...body },
      ...(token && { token }),
    });

  it("count as leases of the method that made them, and end as such", async () => {
    await quota("q", { path: "auth/token/", max_leases: 2 });
    const first = await create({ ttl: "1h" });
    const second = await create({ ttl: "1h" });
    const third = await create({ ttl: "1h" });
    const { client_token: token } = first.body["auth"] as { client_token: string };
    await stage.server.call("POST", "auth/token/revoke", { body: { token } });

    expect([first.status, second.status, third.status]).toEqual([200, 200, 429]);
    expect(third.text).toContain('request path \\"auth/token/create\\": lease count quota exceeded');
    expect(await counter("q")).toBe(1);
    expect(
      how(
        (await Promise.all([1, 2, 3].map(() => create({ ttl: "1h" })))).map(({ status }) => status),
        200,
      ),
    ).toBe(1);
    await isExact();
  });

  it("of root, and those without an end, do not count and are never refused", async () => {
    await quota("q", { path: "auth/token/", max_leases: 1 });
    await create({ ttl: "1h" });

    const root = await stage.server.call("POST", "auth/token/create", { body: {} });

    expect(root.status).toBe(200);
    expect(await counter("q")).toBe(1);
    await isExact();
  });

  it("of type batch do not count, and are refused where nothing more may begin", async () => {
    await quota("q", { path: "auth/token/", max_leases: 1 });
    expect((await create({ type: "batch", ttl: "1h" })).status).toBe(200);
    expect(await counter("q")).toBe(0);
    await create({ ttl: "1h" });
    expect((await create({ type: "batch", ttl: "1h" })).status).toBe(429);
  });

  it("of wrapped answers have no lease and do not count", async () => {
    await quota("q", { max_leases: 100 });
    await create({ ttl: "1h" });
    const before = await counter("q");
    const headers = { "x-vault-wrap-ttl": "5m" };
    const wrapped = await stage.server.call("POST", "sys/wrapping/wrap", { headers, body: { a: "b" } });
    expect([wrapped.status, await counter("q")]).toEqual([200, before]);
    await isExact();
  });
});

describe("counting, wherever the program dies", () => {
  const STEPS = ["lease.pend", "leased.issue", "lease.confirm", "lease.revoke.claim", "lease.revoke.remove"] as const;

  it.each(STEPS.flatMap((step) => (["before", "after"] as const).map((when) => ({ step, when }))))(
    "at $step, $when, is what the rows say, and back to nothing when all has ended",
    async ({ step, when }) => {
      await stage.sweep();
      await quota("q", { path: "db/", max_leases: 2 });
      stage.killer.kill(step, when);
      const { id } = await stage.issue();
      await isExact();
      await stage.issue();
      await stage.server.call("PUT", "sys/leases/revoke", { body: { lease_id: id || "db/creds/app/none" } });
      await isExact();
      stage.wait(3700);
      for (let round = 0; round < 4; round++) {
        await stage.sweep();
        stage.wait(121);
      }

      expect(stage.world.alive.size).toBe(0);
      expect(await counter("q")).toBe(0);
      await isExact();
    },
  );

  it("is put right by tidying where it drifted all the same", async () => {
    await quota("q", { path: "db/", max_leases: 3 });
    await statuses(3);
    // As a partition that was removed with its rows leaves it.
    const { core } = stage.server;
    const { info } = [...(await core.config.now()).mounts.values()].find((mount) => mount.info.path === "db/") ?? {};
    for (const pk of leaseListingPartitions(info?.id ?? "")) await core.store.wipe(pk);
    expect(how(await statuses(1), 429)).toBe(1);

    await stage.server.call("POST", "sys/leases/tidy");
    await stage.tick();

    expect(await counter("q")).toBe(0);
    expect(stage.server.logLines.join("\n")).toContain("a lease count was wrong");
    expect(how(await statuses(4), 200)).toBe(3);
  });
});
