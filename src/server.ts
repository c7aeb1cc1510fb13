import { type AuditSink, createAudit, type OpenAuditFile } from "./audit/index.ts";
import type { DynamoDb } from "./aws-clients/dynamodb.ts";
import type { Kms } from "./aws-clients/kms.ts";
import { coreRows } from "./catalog.ts";
import type { ScheduledWork } from "./contract/schedule.ts";
import { createCore } from "./core/build.ts";
import { type CatalogRow, createCatalog, type Hosted } from "./core/catalog.ts";
import type { Attempt } from "./core/challenges/work.ts";
import { corsSettings } from "./core/config/cors.ts";
import type { Core } from "./core/core.ts";
import type { HandOver } from "./core/leases/types.ts";
import type { Answer } from "./core/request/answer.ts";
import { expectLogin } from "./core/request/login-keys.ts";
import { createPipeline } from "./core/request/pipeline.ts";
import { Forward } from "./core/request/route.ts";

import { type CrashPoint, VaultError } from "./framework/index.ts";
import {
  createHttpHandler,
  DEFAULT_LIMITS,
  encodeAnswer,
  type HttpRequest,
  type HttpResponse,
  type Limits,
} from "./http/index.ts";
import type { RandomSource } from "./std/random.ts";
import type { Clock } from "./std/time.ts";
import type { Timer } from "./std/timer.ts";
import { createStore, type SealedStore, type StoreEvent } from "./storage/index.ts";

/**
 * The whole product as one function of its dependencies. The Lambda functions, the local server and the tests call it;
 * nothing in here knows where it runs.
 */

export interface ServerDependencies {
  readonly dynamodb: DynamoDb;
  readonly kms: Kms;
  readonly tableName: string;
  /** What keys and entries are bound to; the table's name unless it was restored under another. */
  readonly tableIdentity?: string | undefined;
  readonly keyId: string;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Secrets engines and auth methods, `builtInRows()` or a part of it. Core's own backends are added here. */
  readonly rows: readonly CatalogRow[];
  /** Which rows this process runs; absent: all. */
  readonly hosted?: Hosted | undefined;
  /** The built-in audit device. */
  readonly auditSink: AuditSink;
  /** Opens the files of audit devices; absent: those write to `auditSink` too. */
  readonly openAuditFile?: OpenAuditFile | undefined;
  /** Whether audit devices may show data unhashed (`log_raw`). */
  readonly allowRawAudit?: boolean | undefined;
  readonly log: Core["log"];
  /** Where core's events go; absent: nowhere. */
  readonly signal?: Core["signal"] | undefined;
  readonly domainsAllowed?: readonly string[] | undefined;
  /** Milliseconds that a read of a secret may be late; absent: not at all. */
  readonly recentMs?: number | undefined;
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
  /** This process's scheduled work; absent: all of it. */
  readonly scheduled?: ScheduledWork | undefined;
  readonly timer?: Timer | undefined;
  /** How leases reach the function that serves their mount; absent: every mount is served here. */
  readonly handOver?: HandOver | undefined;
  /** See `CoreOptions.attempt`. */
  readonly attempt?: Attempt | undefined;
  readonly crash?: CrashPoint | undefined;
  /** See `core/config/config.ts`; absent: as many as a deployment has. */
  readonly epochCopies?: number | undefined;
  readonly observe?: ((event: StoreEvent) => void) | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** See `Core.address`; asked at each use, because a listener may learn its port late. Absent: unknown. */
  readonly address?: Core["address"] | undefined;
  /** For tests: see `Core.observeReply`. */
  readonly observeReply?: Core["observeReply"] | undefined;
}

export interface Server {
  readonly handle: (request: HttpRequest) => Promise<HttpResponse>;
  /** For the operator's direct invocations, the sweeper, the stream consumer and tests. */
  readonly core: Core;
  readonly store: SealedStore;
}

const render = (answer: Answer) => {
  const { status, headers, body } = encodeAnswer(answer);
  return { status, contentType: headers["content-type"] ?? "application/json", body };
};

const noCrashPoint: CrashPoint = (_name, fn) => fn();

/** The name of an error and, of our own, its reason; the message of any other may hold a secret. */
const describeError = (error: unknown): { readonly error: string; readonly reason?: string } => {
  const { cause } = error instanceof VaultError ? error : { cause: error };
  const name = cause instanceof Error ? cause.name : "unknown";
  return error instanceof VaultError ? { error: name, reason: error.reason } : { error: name };
};

export const buildServer = (deps: ServerDependencies): Server => {
  const { clock, random, log } = deps;
  const store = createStore({
    dynamodb: deps.dynamodb,
    kms: deps.kms,
    tableName: deps.tableName,
    tableIdentity: deps.tableIdentity,
    keyId: deps.keyId,
    clock,
    random,
    sleep: deps.sleep,
    domainsAllowed: deps.domainsAllowed,
    recentMs: deps.recentMs,
    observe: deps.observe,
  });
  const core: Core = createCore({
    store,
    clock,
    random,
    log,
    signal: deps.signal ?? (() => undefined),
    crash: deps.crash ?? noCrashPoint,
    scheduled: deps.scheduled,
    timer: deps.timer,
    handOver: deps.handOver,
    attempt: deps.attempt,
    epochCopies: deps.epochCopies,
    catalog: (late) => createCatalog([...coreRows(late, () => store), ...deps.rows], deps.hosted),
    audit: (surroundings) =>
      createAudit(surroundings, {
        sink: deps.auditSink,
        openFile: deps.openAuditFile,
        allowRaw: deps.allowRawAudit,
      }),
    render,
    observeReply: deps.observeReply,
    address: deps.address ?? (() => ""),
  });
  const handle = createHttpHandler({
    core: {
      handle: createPipeline(core),
      admit: (arriving) => {
        expectLogin(core, arriving);
        return core.quotas.admit(arriving);
      },
      headersFor: core.quotas.headersFor,
      cors: async () => corsSettings(await core.config.now()),
    },
    random,
    limits: { ...DEFAULT_LIMITS, ...deps.limits },
    // A request for another function's mount is the adapter's business.
    rethrow: (error) => error instanceof Forward,
    report: (error, request, method) => {
      core.signal({ kind: "internal-error" });
      log("internal error", { request, method, ...describeError(error) });
    },
  });
  return { handle, core, store };
};
