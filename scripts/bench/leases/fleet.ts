import { DynamoDb } from "../../../src/aws-clients/dynamodb.ts";
import type { Kms } from "../../../src/aws-clients/kms.ts";
import { SWEEPERS } from "../../../src/contract/schedule.ts";
import { EXPIRY_SHARDS } from "../../../src/contract/table.ts";
import { initialize, makeMount } from "../../../src/core/config/initialize.ts";
import type { CoreEvent } from "../../../src/core/events.ts";
import { createLeaseItems } from "../../../src/core/leases/items.ts";
import { createLeaseIndex } from "../../../src/core/leases/listing.ts";
import type { Lease } from "../../../src/core/leases/types.ts";
import type { Mount } from "../../../src/core/mounts/mount.ts";
import { embeddedCloud } from "../../../src/local/server/cloud.ts";
import { buildServer, type Server } from "../../../src/server.ts";
import { as, type LeaseId } from "../../../src/std/brand.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { epochSeconds, seconds, systemClock } from "../../../src/std/time.ts";
import { heldLeaseAddress } from "../../../src/storage/keys.ts";
import type { Simulation } from "./simulation.ts";
import type { SimulatedTable } from "./table.ts";
import type { Outside } from "./targets.ts";

/**
 * The sweepers of a deployment: the product as it is, over the simulated table, woken every minute as the schedule does.
 * Each environment has one processor of its own, on which its calls follow one another.
 */

const TABLE = "zeroth-bench";
/** What an SDK call, its sealing and its opening take of a processor with 512 MB, in milliseconds. */
const PROCESSOR_MS = 2;
const MINUTE_MS = 60_000;
/** As in `lambdas/shared/schedule.ts`. */
const RUN_MS = 55_000;

export interface NewLease {
  readonly number: number;
  readonly target: number;
  /** Epoch seconds. */
  readonly expires: number;
  readonly lifetime: number;
}

export interface Fleet {
  readonly events: CoreEvent[];
  /** Writes a live lease as grant and confirmation leave it. */
  seed(lease: NewLease): Promise<void>;
  /** Wakes every sweeper once a minute, until told to stop. */
  start(): { stop(): Promise<void> };
}

/** The double of KMS, as a client. */
const kmsOf = async (simulation: Simulation): Promise<{ kms: Kms; keyId: string }> => {
  const cloud = await embeddedCloud({
    // Signatures are dated by the clock on the wall.
    clock: systemClock,
    tableClock: systemClock,
    random: systemRandom,
    tableName: TABLE,
  });
  cloud.kms.middlewareStack.add((next) => (args) => simulation.outside(() => next(args)), { step: "initialize" });
  return { kms: cloud.kms, keyId: cloud.keyId };
};

export const createFleet = async (simulation: Simulation, table: SimulatedTable, outside: Outside): Promise<Fleet> => {
  const { kms, keyId } = await simulation.outside(() => kmsOf(simulation));
  const events: CoreEvent[] = [];

  /** A client whose calls go to the simulated table, one after the other through one processor. */
  const clientOf = (): DynamoDb => {
    const client = new DynamoDb({
      region: "us-east-1",
      credentials: { accessKeyId: "none", secretAccessKey: "none" },
      endpoint: () => Promise.reject(new Error("the table is in this process")),
    });
    let freeMs = 0;
    const send = (command: { readonly input: object }): Promise<object> => {
      freeMs = Math.max(freeMs, simulation.exact()) + PROCESSOR_MS;
      return table.call(command.constructor.name.replace("Command", ""), { ...command.input }, freeMs);
    };
    Object.defineProperty(client, "send", { value: send });
    return client;
  };

  const environment = (): Server =>
    buildServer({
      dynamodb: clientOf(),
      kms,
      tableName: TABLE,
      keyId,
      clock: simulation,
      random: systemRandom,
      rows: [{ kind: "secret", type: "bench", home: "dynamic", leases: true, load: async () => outside.backend }],
      auditSink: { write: async () => undefined },
      log: () => undefined,
      signal: (event) => events.push(event),
      sleep: simulation.sleep,
      timer: simulation.timer,
      epochCopies: 1,
    });

  const first = environment();
  await initialize(first.core);
  const mount: Mount = makeMount(systemRandom, { kind: "secret", type: "bench", path: "bench/" });
  await first.core.config.putMount(mount, "absent");
  const items = createLeaseItems(() => first.core);
  const listing = createLeaseIndex(() => first.core);

  const leaseOf = ({ number, target, expires, lifetime }: NewLease): Lease => ({
    id: as<LeaseId>(`bench/creds/app/${String(number).padStart(24, "0")}`),
    path: "bench/creds/app",
    mountId: mount.info.id,
    mountPath: mount.info.path,
    type: "credential",
    internal: { number, target, username: `v-token-app-${number}-1700000000`, role: "app", connection: `db${target}` },
    // Ten leases a token.
    token: `token-tag-${String(Math.floor(number / 10)).padStart(12, "0")}`,
    tokenType: "service",
    issuedMs: (expires - lifetime) * 1000,
    expires: as(expires),
    maxExpires: as(expires + 3600),
    ttl: seconds(lifetime),
    maxTtl: seconds(0),
    renewable: true,
    lastRenewalMs: 0,
    state: "live",
    attempts: 0,
    error: "",
    pendingUntil: as(0),
    claimedUntil: as(0),
  });

  const seed = async (given: NewLease): Promise<void> => {
    const lease = leaseOf(given);
    const tag = await items.tag(lease.id);
    await first.store.write([
      await items.put(lease, lease.expires, "absent"),
      { op: "put", address: await listing.address(lease), body: { id: lease.id, lease: tag }, when: "any" },
      { op: "put", address: heldLeaseAddress(lease.token, tag), body: { id: lease.id }, when: "any" },
    ]);
  };

  /** What loads code does so in its own time: before the simulation's begins. */
  const warm = async (): Promise<Server> => {
    const server = environment();
    await server.core.leases.sweep(simulation.now());
    return server;
  };
  /** Environments of each part: a run that is not over when the next one begins leaves it another. */
  const idle: Server[][] = [];
  for (let part = 0; part < SWEEPERS; part += 1) idle.push([await warm(), await warm()]);
  const running = new Set<Promise<void>>();

  const run = async (part: number): Promise<void> => {
    const server = idle[part]?.pop();
    if (!server) throw new Error("three runs of one sweeper at once");
    const shards = Array.from({ length: EXPIRY_SHARDS }, (_, shard) => shard).filter((s) => s % SWEEPERS === part);
    await server.core.leases.sweep(simulation.now() + RUN_MS, { shards, linger: true });
    idle[part]?.push(server);
  };

  const start: Fleet["start"] = () => {
    let stopped = false;
    const failures: unknown[] = [];
    const wake = (): void => {
      if (stopped) return;
      for (let part = 0; part < SWEEPERS; part += 1) {
        const one = run(part)
          .catch((cause: unknown) => {
            failures.push(cause);
          })
          .finally(() => running.delete(one));
        running.add(one);
      }
      simulation.at(simulation.exact() + MINUTE_MS, wake);
    };
    wake();
    return {
      stop: async () => {
        stopped = true;
        await Promise.all(running);
        if (failures.length > 0) throw failures[0];
      },
    };
  };

  return { events, seed, start };
};

/** The minute bucket's clock begins on a minute. */
export const startMs = Date.UTC(2030, 0, 1);
export const startSeconds = epochSeconds(startMs);
