import { z } from "zod";
import { VAULT_VERSION } from "../../contract/version.ts";
import { clusterOf } from "../../core/config/settings.ts";
import type { Core } from "../../core/core.ts";
import { op, path, VaultError } from "../../framework/index.ts";
import { defined } from "../../std/defined.ts";
import { parseGoBool } from "../../std/go-bool.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../std/json.ts";
import { epochSeconds } from "../../std/time.ts";
import { refusedVerbs } from "./bare.ts";

/**
 * `sys/health`: whether the server answers, for load balancers and clients. No token, no envelope, the status they ask
 * for.
 */

const CODES = [
  "activecode",
  "standbycode",
  "drsecondarycode",
  "performancestandbycode",
  "haunhealthycode",
  "sealedcode",
  "uninitcode",
  "removedcode",
] as const;
const FLAGS = ["standbyok", "perfstandbyok"] as const;

const badRequest = (): VaultError =>
  new VaultError("invalid_request", { reason: "a parameter of health is malformed" });

/** The first of what was given. */
const first = (value: JsonValue | undefined): string | undefined => {
  const one: JsonValue | undefined = Array.isArray(value) ? value[0] : value;
  return one === undefined ? undefined : String(one);
};

const codesOf = (query: JsonObject): ReadonlyMap<string, number> => {
  const codes = new Map<string, number>();
  for (const name of CODES) {
    const text = first(query[name]);
    if (text === undefined) continue;
    // A status on the wire has exactly three digits.
    if (!/^[+]?\d{3}$/.test(text) || Number(text) < 200) throw badRequest();
    codes.set(name, Number(text));
  }
  for (const name of FLAGS) if (parseGoBool(first(query[name]) || "false") === undefined) throw badRequest();
  return codes;
};

export const clusterName = (id: string): string => `zeroth-cluster-${id.slice(0, 8)}`;

const report = async (core: Core, query: JsonObject) => {
  const codes = codesOf(query);
  const snapshot = await core.config.snapshot();
  const cluster = clusterOf(snapshot);
  const { sealed } = snapshot;
  const initialized = snapshot.mounts.size > 0;
  const out = !initialized || sealed;
  const status = !initialized
    ? (codes.get("uninitcode") ?? 501)
    : sealed
      ? (codes.get("sealedcode") ?? 503)
      : (codes.get("activecode") ?? 200);
  const shown = out ? undefined : cluster;
  const mode = out ? "unknown" : "disabled";
  return {
    status,
    bare: defined({
      initialized,
      sealed: out,
      standby: false,
      performance_standby: false,
      replication_performance_mode: mode,
      replication_dr_mode: mode,
      server_time_utc: epochSeconds(core.clock.now()),
      version: VAULT_VERSION,
      enterprise: false,
      cluster_name: shown && clusterName(shown.id),
      cluster_id: shown?.id,
      echo_duration_ms: 0,
      clock_skew_ms: 0,
      replication_primary_canary_age_ms: 0,
    }),
  };
};

const Health = z.object({
  initialized: z.boolean(),
  sealed: z.boolean(),
  standby: z.boolean(),
  performance_standby: z.boolean(),
  replication_performance_mode: z.string(),
  replication_dr_mode: z.string(),
  server_time_utc: z.number(),
  version: z.string(),
  enterprise: z.boolean(),
  cluster_name: z.string().optional(),
  cluster_id: z.string().optional(),
  echo_duration_ms: z.number(),
  clock_skew_ms: z.number(),
  replication_primary_canary_age_ms: z.number(),
});

export const healthPaths = (core: Core) => [
  path("health", {
    summary: "whether the server is initialized and in use",
    alwaysAnswers: true,
    params: {},
    ops: {
      ...refusedVerbs,
      read: op({
        summary: "report health; the status of each state can be chosen",
        answers: { bare: Health },
        access: "unauthenticated",
        input: z
          .custom<JsonObject>(isJsonObject)
          .meta({ description: "activecode, sealedcode, uninitcode, standbyok" }),
        handle: ({ input }) => report(core, input),
      }),
    },
  }),
];
