import { z } from "zod";
import { BUILD_DATE, VAULT_VERSION } from "../../contract/version.ts";
import { seal } from "../../core/config/seal.ts";
import { clusterOf } from "../../core/config/settings.ts";
import type { Core } from "../../core/core.ts";
import { requestOf } from "../../core/request/context.ts";
import { type BackendContext, field, invalidRequest, op, path } from "../../framework/index.ts";
import { defined } from "../../std/defined.ts";
import { refusedVerbs, wrongVerb } from "./bare.ts";
import { clusterName } from "./health.ts";

/**
 * `sys/seal-status`, `sys/init`, `sys/seal` and `sys/unseal`. KMS holds the keys, so there is no unseal key and no
 * ceremony: sealing is the kill switch, which an operator takes back with their AWS identity.
 *
 * Security: over HTTP nobody initializes and nobody unseals; the address is public.
 */

const HOW_TO_INIT =
  "this server is initialized with 'zeroth operator init', under the operator's AWS identity and not over HTTP";
const HOW_TO_UNSEAL =
  "this server is unsealed with 'zeroth operator unseal', under the operator's AWS identity and not over HTTP";

const status = async (core: Core) => {
  const snapshot = await core.config.snapshot();
  const initialized = snapshot.mounts.size > 0;
  const sealed = !initialized || snapshot.sealed;
  const cluster = sealed ? undefined : clusterOf(snapshot);
  return defined({
    type: "awskms",
    initialized,
    sealed,
    t: initialized ? 1 : 0,
    n: initialized ? 1 : 0,
    progress: 0,
    nonce: "",
    version: VAULT_VERSION,
    build_date: BUILD_DATE,
    migration: false,
    cluster_name: cluster && clusterName(cluster.id),
    cluster_id: cluster?.id,
    recovery_seal: true,
    recovery_seal_type: "awskms",
    storage_type: "dynamodb",
  });
};

const SealStatus = z.object({
  type: z.string(),
  initialized: z.boolean(),
  sealed: z.boolean(),
  t: z.number(),
  n: z.number(),
  progress: z.number(),
  nonce: z.string(),
  version: z.string(),
  build_date: z.string(),
  migration: z.boolean(),
  cluster_name: z.string().optional(),
  cluster_id: z.string().optional(),
  recovery_seal: z.boolean(),
  recovery_seal_type: z.string(),
  storage_type: z.string(),
});

const isKey = (text: string): boolean =>
  (/^[0-9a-fA-F]+$/.test(text) && text.length % 2 === 0) ||
  (/^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0);

const UnsealInput = z.object({
  key: field.text("not used: KMS holds the keys"),
  reset: field.flag("not used"),
  migrate: field.flag("not used"),
});

export const sealPaths = (core: Core) => {
  const unsealing = async (key: string | undefined, reset: boolean | undefined) => {
    const { sealed } = await core.config.snapshot();
    if (reset === true && !sealed) throw invalidRequest("vault is unsealed");
    if (reset !== true && (key === undefined || key === "")) {
      throw invalidRequest("'key' must be specified in request body as JSON, or 'reset' set to true");
    }
    if (key !== undefined && key !== "" && !isKey(key)) {
      throw invalidRequest("'key' must be a valid hex or base64 string");
    }
    if (sealed) throw invalidRequest(HOW_TO_UNSEAL);
    return { bare: await status(core) };
  };

  const notHead = (cx: BackendContext): void => {
    if (requestOf(cx).decoded?.verb === "header") throw wrongVerb();
  };

  const open = { access: "unauthenticated" } as const;
  const wrong = op({
    summary: "refuse a method that this endpoint does not have",
    answers: "nothing",
    handle: async () => {
      throw wrongVerb();
    },
  });

  return [
    path("seal-status", {
      summary: "whether the server is sealed",
      alwaysAnswers: true,
      params: {},
      ops: {
        ...refusedVerbs,
        read: op({
          ...open,
          summary: "show the seal's state",
          answers: { bare: SealStatus },
          handle: async (_request, cx) => {
            notHead(cx);
            return { bare: await status(core) };
          },
        }),
      },
    }),
    path("init", {
      summary: "whether the server is initialized",
      alwaysAnswers: true,
      params: {},
      ops: {
        ...refusedVerbs,
        read: op({
          ...open,
          summary: "say whether the server is initialized",
          answers: { bare: z.object({ initialized: z.boolean() }) },
          handle: async (_request, cx) => {
            notHead(cx);
            return { bare: { initialized: (await status(core)).initialized } };
          },
        }),
        update: op({
          ...open,
          summary: "refuse: the operator's AWS identity initializes",
          answers: "nothing",
          input: field.anyBody("not used"),
          handle: async () => {
            const { initialized } = await status(core);
            throw invalidRequest(initialized ? "Vault is already initialized" : HOW_TO_INIT);
          },
        }),
      },
    }),
    path("unseal", {
      summary: "the seal's state; nothing is unsealed over HTTP",
      alwaysAnswers: true,
      params: {},
      ops: {
        ...refusedVerbs,
        update: op({
          ...open,
          summary: "show the seal's state; refuse while sealed",
          answers: { bare: SealStatus },
          input: UnsealInput,
          handle: ({ input }) => unsealing(input.key, input.reset),
        }),
      },
    }),
    path("seal", {
      summary: "the kill switch",
      params: {},
      ops: {
        read: wrong,
        delete: wrong,
        update: op({
          summary: "refuse all requests until an operator unseals with their AWS identity",
          answers: "nothing",
          access: "sudo",
          handle: async () => {
            await seal(core);
            return undefined;
          },
        }),
      },
    }),
    path("step-down", {
      summary: "do nothing: there is no leader to step down",
      params: {},
      ops: {
        read: wrong,
        delete: wrong,
        update: op({ summary: "do nothing", answers: "nothing", access: "sudo", handle: async () => undefined }),
      },
    }),
  ];
};
