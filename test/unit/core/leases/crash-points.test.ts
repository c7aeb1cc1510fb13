import { afterAll, afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { consumeRemovals, removalBatchOf } from "../../../../src/core/leases/removals.ts";
import type { Lease, LeaseRow } from "../../../../src/core/leases/types.ts";
import { leaseRulesOf } from "../../../../src/core/quotas/lease-rules.ts";
import type { Server } from "../../../../src/server.ts";
import { DOMAINS, leaseAddress, leaseListingPartitions, tokenAddress } from "../../../../src/storage/keys.ts";
import { Killed, MODES, type Mode } from "../../../support/crash.ts";
import { anotherEnvironment } from "../../../support/make-server.ts";
import { isLongRun, patience } from "../../../support/runs.ts";
import { rowsWith, type Stage, setStage } from "./support.ts";

/**
 * F33, F37: every flow of leases, struck at every step in every mode: the process dies before it or after it, the
 * answer is lost though the step is done, or it is frozen there for ten minutes while others work. Afterwards the others
 * put it right, and the invariant is checked in the target itself: the users that exist are those of the leases that
 * live. And a lease-count rule over everything counts what there is.
 */

interface Flow {
  /** What there is before; the result is given to `act`. */
  readonly given?: () => Promise<string>;
  readonly act: (given: string) => Promise<unknown>;
  /** Users whose leases an operator gave up are nobody's any more. */
  readonly givesUp?: true;
}

let stage: Stage;
/** Another process on the same table: a dead or frozen one does nothing for itself. */
let others: Server;
let issued = 0;
const table = (): string => "zeroth-test";
const post = (path: string, body: object = {}, token?: string) =>
  stage.server.call("POST", path, { body, ...(token && { token }) });
const put = (path: string, body: object = {}) => stage.server.call("PUT", path, { body });

const one = async (): Promise<string> => (await stage.issue()).id;
const some = async (): Promise<string> => {
  await Promise.all([one(), one()]);
  return "db";
};
const withToken = async (): Promise<string> => {
  const token = await stage.child({ ttl: "1h" });
  await stage.issue(token);
  const made = await post("auth/token/create", { ttl: "30m" }, token);
  await stage.issue((made.body["auth"] as { client_token: string }).client_token);
  return token;
};
const refusing = async <T>(act: () => Promise<T>): Promise<T> => {
  stage.world.refuses = "later";
  return act().finally(() => {
    stage.world.refuses = "no";
  });
};
const due = async (): Promise<string> => {
  const id = await one();
  stage.wait(3601);
  return id;
};
const removedByTable = async (): Promise<unknown> => {
  const records: object[] = [];
  const stop = stage.server.dynamo.subscribe(table(), async (batch) => {
    records.push(...batch);
  });
  await stage.server.dynamo.expire();
  stop();
  const batch = removalBatchOf({ Records: records });
  const deadlineMs = stage.server.clock.now() + 60_000;
  const consume = () => batch && consumeRemovals(stage.server.core, batch, { tableName: table(), deadlineMs });
  // The stream brings a batch again until it was taken.
  for (let tries = 0; tries < 3; tries++) {
    const open = await Promise.resolve(consume()).catch(() => ["again"]);
    stage.killer.revive();
    if (open === undefined || open.length === 0) break;
  }
  return undefined;
};
const mountTwo = async (): Promise<string> => {
  issued += 1;
  const path = `short${issued}`;
  await post(`sys/mounts/${path}`, { type: "leased" });
  await stage.issue(undefined, path);
  await stage.issue(undefined, path);
  return path;
};

const FLOWS: Readonly<Record<string, Flow>> = {
  create: { act: one },
  "create for a token on its last use": {
    given: () => stage.child({ num_uses: 1, ttl: "1h" }),
    act: (token) => stage.issue(token),
  },
  "create while the token ends": {
    given: () => stage.child({ ttl: "1h" }),
    act: (token) => {
      stage.world.meanwhile = async () => {
        await post("auth/token/revoke", { token });
      };
      return stage.issue(token);
    },
  },
  renew: { given: one, act: (lease_id) => put("sys/leases/renew", { lease_id, increment: 3600 }) },
  revoke: { given: one, act: (lease_id) => put("sys/leases/revoke", { lease_id }) },
  "revoke without waiting": {
    given: one,
    act: async (lease_id) => {
      await put("sys/leases/revoke", { lease_id, sync: false });
      return stage.sweep();
    },
  },
  "revoke that is refused": { given: one, act: (lease_id) => refusing(() => put("sys/leases/revoke", { lease_id })) },
  expire: { given: due, act: () => stage.sweep() },
  "expire at a target that is down": { given: due, act: () => refusing(() => stage.sweep()) },
  "removal by the table": {
    given: async () => {
      const id = await one();
      stage.wait(3600 + 86_401);
      return id;
    },
    act: removedByTable,
  },
  "revoke by prefix": { given: some, act: (prefix) => put(`sys/leases/revoke-prefix/${prefix}`) },
  "revoke by prefix without waiting": {
    given: some,
    act: (prefix) => put(`sys/leases/revoke-prefix/${prefix}`, { sync: false }),
  },
  force: { given: some, act: (prefix) => put(`sys/leases/revoke-force/${prefix}`) },
  "force at a target that is down": {
    given: some,
    act: (prefix) => refusing(() => put(`sys/leases/revoke-force/${prefix}`)),
    givesUp: true,
  },
  unmount: { given: mountTwo, act: (path) => stage.server.call("DELETE", `sys/mounts/${path}`) },
  "end of a token": { given: withToken, act: (token) => post("auth/token/revoke", { token }) },
  "a login that is counted": {
    act: () => post("auth/userpass/login/ann", { password: "pw" }),
  },
  tidy: {
    given: async () => {
      const token = await stage.child({ ttl: "1h" });
      await stage.issue(token);
      const tag = (await stage.server.core.tokens.tag(token)) ?? "";
      await stage.server.core.store.write([{ op: "delete", address: tokenAddress(tag), when: "any" }]);
      return "";
    },
    act: async () => {
      await post("sys/leases/tidy");
      return stage.server.core.jobs.resume(["tidy"], stage.server.clock.now() + 60_000);
    },
  },
  "another rule counts": {
    given: async () => {
      // Where the one before died, its rule is still there.
      await stage.server.call("DELETE", "sys/quotas/lease-count/narrow");
      return some();
    },
    act: async () => {
      await post("sys/quotas/lease-count/narrow", { path: "db/", max_leases: 1000 });
      return stage.server.call("DELETE", "sys/quotas/lease-count/narrow");
    },
  },
};

/** Rows with their leases, and what rules count. */
const survey = async () => {
  const { core } = stage.server;
  const snapshot = await core.config.now();
  const users: string[] = [];
  const odd: string[] = [];
  const rows = new Map<string, number>();
  for (const pk of [...snapshot.mounts.values()].flatMap(({ info }) => leaseListingPartitions(info.id))) {
    for await (const entry of core.store.all({ pk, domain: DOMAINS.lease })) {
      const row = entry.body as unknown as LeaseRow;
      if (row.counted) rows.set(row.counted.rule, (rows.get(row.counted.rule) ?? 0) + 1);
      if (row.token !== undefined) continue;
      const [item] = await core.store.get([leaseAddress(row.lease ?? "")]);
      const lease = item?.body as unknown as Lease | undefined;
      if (lease?.state === "live") users.push(String(lease.internal["name"]));
      else odd.push(lease?.state ?? "a row without a lease");
    }
  }
  const drifted: string[] = [];
  for (const { name, id } of leaseRulesOf(snapshot)) {
    const counter = await core.leaseCounts.used(id);
    if (counter !== (rows.get(id) ?? 0)) drifted.push(`${name} counts ${counter}, there are ${rows.get(id) ?? 0}`);
  }
  return { users: users.sort(), odd, drifted };
};

/** Longer than a claim, a pending lease, a job's claim and the longest first back-off; a job leaves some to a sweep. */
const settle = async (): Promise<void> => {
  for (const seconds of [125, 1]) {
    stage.wait(seconds);
    await others.core.schedule.tick(stage.server.clock.now() + 60_000);
  }
};

const wrongs = async (): Promise<readonly string[]> => {
  const { users, odd, drifted } = await survey();
  const alive = [...stage.world.alive].sort();
  return [
    ...alive.filter((name) => !users.includes(name)).map((name) => `${name} exists without a lease`),
    ...users.filter((name) => !alive.includes(name)).map((name) => `${name} has a lease and does not exist`),
    ...odd.map((state) => `a lease is left: ${state}`),
    ...drifted,
  ];
};

/** A clean world, and nothing of the trial before. */
const begin = async (flow: Flow): Promise<string> => {
  stage.world.meanwhile = async () => undefined;
  stage.world.refuses = "no";
  const given = (await flow.given?.()) ?? "";
  stage.killer.steps.length = 0;
  return given;
};

const end = async (): Promise<void> => {
  stage.killer.revive();
  stage.world.meanwhile = async () => undefined;
  stage.world.refuses = "no";
  await settle();
};

const stepsOf = async (flow: Flow): Promise<readonly (readonly [string, number])[]> => {
  const given = await begin(flow);
  await flow.act(given);
  const times = new Map<string, number>();
  for (const step of stage.killer.steps) times.set(step, (times.get(step) ?? 0) + 1);
  await end();
  // Of a step that comes for each of several leases, the first time and the last.
  return [...times].flatMap(([step, count]): [string, number][] =>
    count === 1
      ? [[step, 1]]
      : [
          [step, 1],
          [step, count],
        ],
  );
};

/** The operator's part: by hand at the target, what is no longer leased. */
const giveUp = async (names: Iterable<string>): Promise<void> => {
  const { users } = await survey();
  for (const name of names) if (!users.includes(name)) stage.world.alive.delete(name);
};

const trial = async (flow: Flow, step: string, nth: number, mode: Mode): Promise<readonly string[]> => {
  const given = await begin(flow);
  const before = new Set(stage.world.alive);
  stage.killer.strike(step, mode, nth);
  await flow.act(given).catch((cause: unknown) => {
    if (!(cause instanceof Error)) throw cause;
  });
  const { struck } = stage.killer;
  await end();
  if (flow.givesUp) await giveUp(before);
  return [...(struck ? [] : ["the step never came"]), ...(await wrongs())];
};

/** In the suite every second step in one mode, each in its turn; in a long run every step in all of them. */
const modesOf = (index: number): readonly Mode[] => {
  if (isLongRun) return MODES;
  return index % 2 === 1 ? [] : MODES.filter((_, at) => at === (index / 2) % MODES.length);
};

let triples = 0;
beforeEach(async () => {
  stage = await setStage();
  const { killer, server, world } = stage;
  server.table.before = () => {
    if (killer.isDead) throw new Killed("a dead process reads and writes nothing");
  };
  killer.meanwhile = async () => {
    stage.wait(600);
    await others.core.schedule.tick(server.clock.now() + 60_000);
  };
  others = anotherEnvironment(server, rowsWith(world));
  await post("sys/auth/userpass", { type: "userpass" });
  await post("auth/userpass/users/ann", { password: "pw", token_ttl: "1h" });
  await post("sys/quotas/lease-count/all", { max_leases: 10_000 });
  stage.wait(31);
  await stage.tick();
});
afterEach(() => stage.server.dynamo.close());
afterAll(() => {
  process.stdout.write(`F33: ${triples} triples of flow, step and mode\n`);
});

describe("F33, F37: users that exist are those of leases that live", () => {
  it.each(Object.entries(FLOWS))(
    "%s, struck at every step in every mode",
    async (_, flow) => {
      const faults: string[] = [];
      const steps = await stepsOf(flow);
      if (flow.givesUp) await giveUp([...stage.world.alive]);
      expect(steps.length).toBeGreaterThan(0);
      expect(await wrongs()).toEqual([]);
      for (const [index, [step, nth]] of steps.entries()) {
        for (const mode of modesOf(index)) {
          triples += 1;
          for (const wrong of await trial(flow, step, nth, mode)) faults.push(`${mode} ${step} #${nth}: ${wrong}`);
        }
      }

      expect(faults).toEqual([]);
    },
    patience,
  );
});
