import { keepTime, sweepPart } from "../../../lambdas/shared/schedule.ts";
import { namedDomains, permissionsFor } from "../../../lib/permissions.ts";
import { awsAdapters } from "../../../src/auth/aws/adapters/index.ts";
import { builtInRows, HOMES } from "../../../src/catalog.ts";
import { FUNCTION_TABLE, type FunctionName } from "../../../src/contract/functions.ts";
import { homeOfPath } from "../../../src/contract/routes.ts";
import { NOTHING } from "../../../src/contract/schedule.ts";
import { createChallengeWork } from "../../../src/core/challenges/work.ts";
import { buildServer } from "../../../src/server.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { createStore } from "../../../src/storage/index.ts";
import { makeServer, type TestServer } from "../../../test/support/make-server.ts";
import { consumptionOf } from "./consumption.ts";
import type { Order } from "./deployed.ts";

/**
 * What the schedule costs while nobody asks for anything: its real work, order by order as the template has them, each in
 * an environment of its own, over a table that counts.
 */

export interface Idle {
  /** Units a minute. */
  readonly reads: number;
  readonly writes: number;
  /** Calls a minute. */
  readonly calls: number;
  /** Requests to KMS a quarter of an hour: as long as an environment keeps its keys. */
  readonly unwraps: number;
  /** Reported to be counted as metrics. */
  readonly events: number;
}

const REGION = "us-east-1";
const WARM_MINUTES = 30;
const MINUTES = 60;
const BUDGET_MS = 50_000;

/** Carries out one order, in its own environment. */
type Obey = () => Promise<unknown>;

/** What of the program's wiring decides the cost: rows and domains of the function, and its scheduled work. */
const environment = (world: TestServer, { name, event }: Order): Obey => {
  const { table, kms, clock } = world;
  const shared = {
    dynamodb: table.dynamodb,
    kms: kms.client,
    tableName: table.tableName,
    keyId: kms.keyId,
    clock,
    random: systemRandom,
    domainsAllowed: namedDomains(permissionsFor(HOMES)[name]),
  };
  if (FUNCTION_TABLE[name].answers === "challenges") {
    const work = createChallengeWork({
      store: createStore(shared),
      clock,
      attempt: () => Promise.reject(new Error("nothing is open")),
      crash: (_, step) => step(),
      log: () => undefined,
    });
    return () => work.pass(clock.now() + BUDGET_MS);
  }
  const server = buildServer({
    ...shared,
    epochCopies: 1,
    rows: builtInRows({ aws: () => ({ ...awsAdapters({ region: REGION, clock }), region: REGION }) }),
    hosted: (row, path) => {
      const home: FunctionName = homeOfPath(path) ?? row.home;
      return home === name || FUNCTION_TABLE[name].endsFor.includes(home);
    },
    scheduled: FUNCTION_TABLE[name].scheduled ?? NOTHING,
    auditSink: { write: async () => undefined },
    log: (message, told) => {
      throw new Error(`${message}: ${JSON.stringify(told)}`);
    },
    signal: (signal) => world.events.push(signal),
  });
  return async () => {
    const obeyed = sweepPart(event, { server }, BUDGET_MS) ?? keepTime(event, { server }, BUDGET_MS);
    if (obeyed === undefined) throw new Error(`${name} does not know its order`);
    await obeyed;
  };
};

/** `mounts`: what is mounted besides, by type. There are a key/value mount, a login and a token that lives for a month. */
export const countIdle = async (orders: readonly Order[], mounts: readonly string[] = []): Promise<Idle> => {
  const world = await makeServer();
  await world.call("POST", "sys/mounts/secret", { body: { type: "kv", options: { version: "2" } } });
  await world.call("POST", "sys/auth/userpass", { body: { type: "userpass" } });
  await world.call("POST", "auth/token/create", { body: { ttl: "768h" } });
  for (const type of mounts) await world.call("POST", `sys/mounts/${type}`, { body: { type } });

  const environments = orders.map((order) => environment(world, order));
  const minutes = async (count: number): Promise<void> => {
    for (let minute = 0; minute < count; minute += 1) {
      world.clock.advance(60_000);
      for (const obey of environments) await obey();
    }
  };
  await minutes(WARM_MINUTES);
  const before = { calls: world.table.calls.length, unwraps: world.kms.calls.length, events: world.events.length };
  await minutes(MINUTES);
  const consumed = consumptionOf(world.table.calls.slice(before.calls));
  const unwraps = world.kms.calls.length - before.unwraps;
  const events = world.events.length - before.events;
  await world.dynamo.close();
  return {
    reads: consumed.reads / MINUTES,
    writes: consumed.writes / MINUTES,
    calls: consumed.calls / MINUTES,
    unwraps: unwraps / (MINUTES / 15),
    events,
  };
};
