import { LOG_EVENT_BYTES } from "../../src/audit/index.ts";
import type { AwsAuthParts } from "../../src/auth/aws/backend.ts";
import { createClients } from "../../src/aws-clients/environment.ts";
import { builtInRows } from "../../src/catalog.ts";
import { FUNCTION_TABLE, type FunctionName } from "../../src/contract/functions.ts";
import { runs } from "../../src/contract/homes.ts";
import { NOTHING } from "../../src/contract/schedule.ts";
import type { Watch } from "../../src/outgoing/index.ts";
import { buildServer, type Server } from "../../src/server.ts";
import { systemRandom } from "../../src/std/random.ts";
import { systemClock } from "../../src/std/time.ts";
import { handOverByInvoke } from "./lease-orders.ts";
import { COUNTED, countEvent, createMetrics, type Metrics } from "./metrics.ts";
import { PATIENCE } from "./patience.ts";
import { type FunctionSettings, readSettings } from "./settings.ts";
import { log, writeLine } from "./stdout.ts";

/**
 * The product as one function of a deployment: clients, the part of the catalog it runs, where lines and counters go.
 * Nothing here calls anybody: keys and configuration come with the first request, so a start cannot fail half-way.
 */

export interface Program {
  readonly settings: FunctionSettings;
  readonly server: Server;
  readonly metrics: Metrics;
  /** The way to AWS of the method `aws` and of the operator's orders. */
  readonly aws: () => Promise<AwsAuthParts>;
}

/** For functions that neither make the method `aws` nor take the operator's orders. */
const asksNobody = async (): Promise<never> => {
  throw new Error("this function does not ask AWS who somebody is");
};

/** Throws where the environment is not this function's. `name` is the entry's own; `ask` is `askAws`, where it may. */
export const createProgram = (
  name: FunctionName,
  ask: (region: string) => Promise<AwsAuthParts> = asksNobody,
): Program => {
  const settings = readSettings(process.env, name);
  const { region, tableName, tableIdentity, keyId, domains, reach } = settings;
  const clock = systemClock;
  const metrics = createMetrics({
    functionName: name,
    deployment: tableIdentity,
    now: clock.now,
    print: (line) => process.stdout.write(`${line}\n`),
  });
  const watch: Watch = (failure) => {
    metrics.count("outgoingFailed");
    log("outgoing call failed", { ...failure });
  };
  const aws = () => ask(region);
  const server = buildServer({
    ...createClients({ region, environment: process.env, requestHandler: PATIENCE }),
    tableName,
    tableIdentity,
    keyId,
    address: () => settings.address,
    domainsAllowed: domains,
    recentMs: settings.readCacheMs,
    clock,
    random: systemRandom,
    rows: builtInRows({ reach: { ...reach, watch }, aws }),
    hosted: (row, path) => runs(name, row, path),
    scheduled: FUNCTION_TABLE[name].scheduled ?? NOTHING,
    ...(FUNCTION_TABLE[name].handsLeases ? { handOver: handOverByInvoke(settings) } : {}),
    auditSink: { write: writeLine, maxBytes: LOG_EVENT_BYTES },
    log,
    signal: (event) => countEvent(metrics, event),
    observe: ({ kind, reason }) => {
      metrics.count(COUNTED[kind]);
      if (kind !== "retried") log(`storage ${kind}`, { reason });
    },
  });
  return { settings, server, metrics, aws };
};
