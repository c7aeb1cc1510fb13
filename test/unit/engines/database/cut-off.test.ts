import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { describeMariadb } from "../../../support/mariadb-suite.ts";
import { describeRedis } from "../../../support/redis.ts";
import { type EngineServer, makeEngineServer } from "./support/engine-server.ts";
import { mariadbTarget, mongoTarget, postgresTarget, redisTarget, type Target } from "./support/target.ts";
import { startWire, type Wire } from "./support/wire.ts";

/** A database that goes away, for a moment or an hour, between two statements or before the first. */

interface Cut {
  readonly target: Target;
  readonly wire: Wire;
  readonly server: EngineServer;
  /** Runs `work` with a connection that is dropped after some pieces; whether it was. */
  after(pieces: number, work: () => Promise<unknown>): Promise<boolean>;
  /** Lets the sweeper do what is left; a few rounds, as it backs off. */
  later(): Promise<void>;
}

const startCut = async (start: () => Promise<Target>): Promise<Cut> => {
  const target = await start();
  const wire = await startWire(target.port);
  const server = await makeEngineServer();
  await server.post("db/config/one", { ...target.config(wire.port), allowed_roles: "*" });
  await server.post("db/roles/app", { db_name: "one", ...target.role, default_ttl: "10m", max_ttl: "1h" });
  return {
    target,
    wire,
    server,
    after: async (pieces, work) => {
      wire.dropped = 0;
      wire.left = pieces;
      await work();
      wire.left = Number.POSITIVE_INFINITY;
      return wire.dropped > 0;
    },
    later: async () => {
      for (let round = 0; round < 3 && (round === 0 || (await target.leased()).length > 0); round += 1) {
        server.clock.advance(600_000);
        await server.sweep();
      }
    },
  };
};

const cutCases = (start: () => Promise<Target>, tests: (cut: () => Cut) => void): void => {
  let cut: Cut;
  beforeAll(async () => {
    cut = await startCut(start);
  });
  afterAll(async () => {
    await cut.server.close();
    cut.wire.close();
    await cut.target.stop();
  });
  tests(() => cut);
};

const revocation = (least: number) => (cut: () => Cut) =>
  it("F40: a revocation that is cut off after any statement is finished by the next", async () => {
    const { server, target, after, later } = cut();
    let pieces = 0;
    for (let wasCut = true; wasCut; pieces += 1) {
      const { username, lease } = await server.creds("app");
      await target.burden?.(username);
      wasCut = await after(pieces, () =>
        server.call("PUT", "sys/leases/revoke", { body: { lease_id: lease, sync: true } }),
      );
      if (wasCut) await later();
      const found = await server.call("LIST", "sys/leases/lookup/db/creds/app");

      expect([pieces, await target.leased(), found.status]).toEqual([pieces, [], 404]);
    }

    expect(pieces).toBeGreaterThan(least);
  });

const creation = (cut: () => Cut) =>
  it("F40: a creation that is cut off after any statement leaves nobody behind", async () => {
    const { server, target, after, later } = cut();
    for (let pieces = 0; ; pieces += 1) {
      let status = 0;
      const wasCut = await after(pieces, async () => {
        status = (await server.call("GET", "db/creds/app")).status;
      });
      await later();

      // What is cut off last may only have been tidying up.
      const expected = status === 200 || (wasCut && status === 502);
      expect([pieces, expected, await target.leased()]).toEqual([pieces, true, []]);
      if (!wasCut) break;
    }
  });

const outage = (cut: () => Cut) =>
  it("F38: a lease whose database is down for an hour stays, listed as irrevocable, and ends when it is back", async () => {
    const { server, target, wire } = cut();
    const { username, lease } = await server.creds("app");
    wire.left = 0;
    const refused = await server.revoke(lease);
    for (let round = 0; round < 6; round += 1) {
      server.clock.advance(600_000);
      await server.sweep();
    }
    const stuck = await server.call("GET", "sys/leases?type=irrevocable");
    const before = await target.leased();
    wire.left = Number.POSITIVE_INFINITY;
    const ended = await server.revoke(lease);
    const found = await server.call("LIST", "sys/leases/lookup/db/creds/app");

    expect([refused.status >= 400, stuck.text.includes(lease), before]).toEqual([true, true, [username]]);
    expect([ended.status, found.status, await target.leased()]).toEqual([204, 404, []]);
  });

/** `connections`: what one process may hold, and what a driver adds to watch the server. */
const crowd = (connections: number) => (cut: () => Cut) =>
  it("F43: many callers at once get a user or 503, over few connections, and nobody is left behind", async () => {
    const { server, target, wire, later } = cut();
    // The pool of before rested too long, and gives up its connections with the next use.
    await server.revoke((await server.creds("app")).lease);
    wire.most = 0;
    const answers = await Promise.all(Array.from({ length: 100 }, () => server.call("GET", "db/creds/app")));
    const { most } = wire;
    const made = answers.filter(({ status }) => status === 200).length;
    const users = (await target.leased()).length;
    await later();

    expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
    expect([users, await target.leased()]).toEqual([made, []]);
    expect(most).toBeLessThanOrEqual(connections);
  });

describe("PostgreSQL", () =>
  cutCases(postgresTarget, (cut) => {
    revocation(4)(cut);
    creation(cut);
  }));
describeMariadb("MariaDB", () =>
  cutCases(mariadbTarget, (cut) => {
    revocation(8)(cut);
    creation(cut);
  }),
);
describeRedis("Redis", () =>
  cutCases(redisTarget, (cut) => {
    revocation(1)(cut);
    creation(cut);
    outage(cut);
    crowd(4)(cut);
  }),
);
describe("MongoDB's protocol", () =>
  cutCases(mongoTarget, (cut) => {
    revocation(2)(cut);
    creation(cut);
    outage(cut);
    crowd(5)(cut);
  }));
