import { z } from "zod";
import { BUILD_DATE, VAULT_VERSION } from "../../contract/version.ts";
import { clusterOf } from "../../core/config/settings.ts";
import type { Core } from "../../core/core.ts";
import { invalidRequest, op, path } from "../../framework/index.ts";
import { rfc3339 } from "../../std/time.ts";
import { refusedVerbs } from "./bare.ts";

/** What Vault reports about its nodes. There are none here: all environments are equal. */

const NO_TIME = "0001-01-01T00:00:00Z";
const HOW_TO_ROOT =
  "root tokens are generated with 'zeroth operator generate-root', under the operator's AWS identity and not over HTTP";

const Attempt = z.object({
  nonce: z.string(),
  started: z.boolean(),
  progress: z.number(),
  required: z.number(),
  complete: z.boolean(),
  encoded_token: z.string(),
  encoded_root_token: z.string(),
  pgp_fingerprint: z.string(),
  otp: z.string(),
  otp_length: z.number(),
});
const Leader = z.object({
  ha_enabled: z.boolean(),
  is_self: z.boolean(),
  active_time: z.string(),
  leader_address: z.string(),
  leader_cluster_address: z.string(),
  performance_standby: z.boolean(),
  performance_standby_last_remote_wal: z.number(),
});
const Node = z.object({
  hostname: z.string(),
  api_address: z.string(),
  cluster_address: z.string(),
  active_node: z.boolean(),
  last_echo: z.null(),
  version: z.string(),
});
const Version = z.object({ build_date: z.string(), previous_version: z.null(), timestamp_installed: z.string() });
const Versions = z.object({ keys: z.array(z.string()), key_info: z.record(z.string(), Version) });

const NO_ATTEMPT = {
  nonce: "",
  started: false,
  progress: 0,
  required: 1,
  complete: false,
  encoded_token: "",
  encoded_root_token: "",
  pgp_fingerprint: "",
  otp: "",
  otp_length: 28,
};

const LEADER = {
  ha_enabled: false,
  is_self: false,
  active_time: NO_TIME,
  leader_address: "",
  leader_cluster_address: "",
  performance_standby: false,
  performance_standby_last_remote_wal: 0,
};

const NODE = {
  hostname: "zeroth",
  api_address: "",
  cluster_address: "",
  active_node: true,
  last_echo: null,
  version: VAULT_VERSION,
};

export const clusterPaths = (core: Core) => {
  const open = { access: "unauthenticated" } as const;
  return [
    path("leader", {
      summary: "which node is the leader: none",
      alwaysAnswers: true,
      params: {},
      ops: {
        ...refusedVerbs,
        read: op({
          ...open,
          summary: "show the leader",
          answers: { bare: Leader },
          handle: async () => ({ bare: LEADER }),
        }),
      },
    }),
    path("ha-status", {
      summary: "the nodes",
      dataInFront: true,
      params: {},
      ops: {
        read: op({
          summary: "list the nodes",
          answers: z.object({ nodes: z.array(Node) }),
          handle: async () => ({ data: { nodes: [NODE] } }),
        }),
      },
    }),
    path("host-info", {
      summary: "the host: none outlives a request",
      params: {},
      ops: {
        read: op({
          summary: "show the time",
          answers: z.object({ timestamp: z.string() }),
          handle: async () => ({ data: { timestamp: rfc3339(core.clock.now()) } }),
        }),
      },
    }),
    path("version-history", {
      summary: "the versions this deployment has run",
      params: {},
      ops: {
        list: op({
          summary: "list the versions",
          answers: Versions,
          handle: async () => {
            const installed = rfc3339(clusterOf(await core.config.snapshot())?.startedMs ?? core.clock.now());
            const info = { build_date: BUILD_DATE, previous_version: null, timestamp_installed: installed };
            return { data: { keys: [VAULT_VERSION], key_info: { [VAULT_VERSION]: info } } };
          },
        }),
      },
    }),
    path("in-flight-req", {
      summary: "requests in flight, known only within one environment",
      params: {},
      ops: {
        read: op({
          summary: "list the requests in flight",
          answers: { bare: z.object({}) },
          handle: async () => ({ bare: {} }),
        }),
      },
    }),
    path("replication/status", {
      summary: "replication: none",
      params: {},
      ops: {
        read: op({
          ...open,
          summary: "show replication",
          answers: z.object({ mode: z.string() }),
          handle: async () => ({ data: { mode: "disabled" } }),
        }),
      },
    }),
    path("generate-root/attempt", {
      summary: "generating a root token; not over HTTP",
      params: {},
      ops: {
        ...refusedVerbs,
        read: op({
          ...open,
          summary: "show that no attempt is in progress",
          answers: { bare: Attempt },
          handle: async () => ({ bare: NO_ATTEMPT }),
        }),
        update: op({
          ...open,
          summary: "refuse: the operator's AWS identity generates root tokens",
          answers: "nothing",
          handle: async () => {
            throw invalidRequest(HOW_TO_ROOT);
          },
        }),
      },
    }),
  ];
};
