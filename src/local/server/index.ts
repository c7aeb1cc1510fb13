import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AuditSink, OpenAuditFile } from "../../audit/index.ts";
import type { Pod } from "../../auth/kubernetes/parts.ts";
import { builtInRows } from "../../catalog.ts";
import type { Ports } from "../../challenges/terms.ts";
import { isInitialized, makeMount } from "../../core/config/initialize.ts";
import { obey } from "../../core/operator.ts";
import { databaseParts } from "../../engines/database/backend.ts";
import { type HttpHandler, startListener } from "../../http/index.ts";
import { NEARBY, type Reach } from "../../outgoing/index.ts";
import { buildServer, type Server } from "../../server.ts";
import { once } from "../../std/once.ts";
import { systemRandom } from "../../std/random.ts";
import { type Clock, systemClock } from "../../std/time.ts";
import { type UiSource, withUi } from "../../ui-files/source.ts";
import type { EmbeddedAws } from "../aws/index.ts";
import { auditFiles } from "./audit-files.ts";
import { startChallenges } from "./challenges.ts";
import { type Cloud, embeddedCloud, environmentCloud } from "./cloud.ts";
import { type AheadClock, aheadOf, type Expiry, startExpiry } from "./expiry.ts";
import { readTlsFiles, type TlsFiles } from "./tls-files.ts";

/**
 * The local server: the product of `buildServer` behind a socket, initialized, with a `secret/` mount. It is for
 * trying, developing and testing; it prints a root token, so it must never face a network others are on.
 */

export interface LocalServerOptions {
  readonly host?: string | undefined;
  /** 0: any free port. */
  readonly port?: number | undefined;
  /** Speak TLS, and ask clients for a certificate; absent: plain HTTP. */
  readonly tls?: TlsFiles | undefined;
  readonly rootToken?: string | undefined;
  /** Keeps everything in this folder; absent: in memory. */
  readonly dataDir?: string | undefined;
  readonly aws?: "embedded" | "environment" | undefined;
  /** Where the embedded AWS listens; absent: nowhere. */
  readonly awsListen?: { readonly host: string; readonly port: number } | undefined;
  readonly tableName?: string | undefined;
  readonly keyId?: string | undefined;
  /** With the environment's AWS: make what is missing. */
  readonly create?: boolean | undefined;
  /** Off, leases end by the TTL stream alone. */
  readonly sweeper?: boolean | undefined;
  readonly clock?: Clock | undefined;
  /** The ports of hosts that are asked to prove who they are; absent: 80 and 443. */
  readonly challengePorts?: Ports | undefined;
  /** The pod of a cluster that the server runs in (`pod.ts`); absent: none. */
  readonly pod?: Pod | undefined;
  /** The web page, at `/ui/`; absent: none. */
  readonly ui?: UiSource | undefined;
  readonly auditLine?: ((line: string) => Promise<void>) | undefined;
  /** The built-in audit device writes here; absent: `audit.log` in the data folder, else nowhere. */
  readonly auditFile?: string | undefined;
  readonly log?: ((message: string, fields?: Readonly<Record<string, string | number | boolean>>) => void) | undefined;
}

export interface LocalServer {
  readonly url: string;
  readonly rootToken: string;
  readonly server: Server;
  readonly embedded: EmbeddedAws | undefined;
  readonly awsUrl: string | undefined;
  readonly expiry: Expiry;
  /** Lets running requests end, then closes everything. */
  close(): Promise<void>;
}

const TABLE = "zeroth";
const ROOT_FILE = "root-token";
const AUDIT_FLUSH_MS = 30_000;
const AUDIT_FILE = "audit.log";

const savedRoot = async (dataDir: string | undefined): Promise<string | undefined> => {
  if (dataDir === undefined) return undefined;
  const text = await readFile(join(dataDir, ROOT_FILE), "utf8").catch(() => "");
  return text.trim() || undefined;
};

const mountSecret = async (server: Server): Promise<void> => {
  const mount = makeMount(systemRandom, {
    kind: "secret",
    type: "kv",
    path: "secret/",
    description: "key/value secret storage",
    options: { version: "2" },
  });
  await server.core.config.putMount(mount, "absent");
};

/** The root token of this run: the one asked for, the one kept with the data, or a new one. */
const rootToken = async (server: Server, options: LocalServerOptions): Promise<string> => {
  const { core } = server;
  const wanted = options.rootToken ?? (await savedRoot(options.dataDir));
  // Starting the server is an operator's act: it undoes a seal, as `zeroth operator unseal` does in AWS.
  if ((await core.config.snapshot()).sealed) await obey(core, "unseal");
  let token: string;
  if (!(await isInitialized(core))) {
    token = (await obey(core, "init", { rootId: wanted })).reveal();
    await mountSecret(server);
  } else if (wanted !== undefined && (await core.tokens.lookup(wanted))) token = wanted;
  else token = (await obey(core, "generate-root", { rootId: wanted })).reveal();
  if (options.dataDir !== undefined) {
    await writeFile(join(options.dataDir, ROOT_FILE), `${token}\n`, { mode: 0o600 });
  }
  return token;
};

/** The built-in audit device's sink. */
const auditSink = async (options: LocalServerOptions, open: OpenAuditFile): Promise<AuditSink> => {
  if (options.auditLine) return { write: options.auditLine };
  const file = options.auditFile ?? (options.dataDir === undefined ? undefined : join(options.dataDir, AUDIT_FILE));
  return file === undefined ? { write: async () => undefined } : open(file, 0o600);
};

const cloudFor = (
  options: LocalServerOptions,
  clock: Clock,
  tableClock: AheadClock,
  tableName: string,
): Promise<Cloud> =>
  options.aws === "environment"
    ? environmentCloud({
        clock,
        tableName,
        create: options.create ?? false,
        keyId: options.keyId,
      })
    : embeddedCloud({
        clock,
        tableClock,
        random: systemRandom,
        tableName,
        dataDir: options.dataDir,
      });

/** The result of `work`; if it fails, what was started is closed, so that nothing keeps the process alive. */
const orClose = async <T>(work: Promise<T>, ...standing: readonly { close(): Promise<void> }[]) => {
  try {
    return await work;
  } catch (cause) {
    for (const one of standing) await one.close();
    throw cause;
  }
};

/** Answers say the server's own time, which is not the machine's where a test moves it. */
const dated =
  (clock: Clock, handler: HttpHandler): HttpHandler =>
  async (request) => {
    const answer = await handler(request);
    return { ...answer, headers: { date: new Date(clock.now()).toUTCString(), ...answer.headers } };
  };

export const startLocalServer = async (options: LocalServerOptions = {}): Promise<LocalServer> => {
  const clock = options.clock ?? systemClock;
  const tableClock = aheadOf(clock);
  const tableName = options.tableName ?? TABLE;
  const tls = await readTlsFiles(options.tls ?? {});
  if (options.dataDir !== undefined) await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const cloud = await cloudFor(options, clock, tableClock, tableName);
  const { awsEngine } = cloud;
  const openAuditFile = auditFiles();
  const log = options.log ?? (() => undefined);
  const reach: Reach = { ...NEARBY, watch: (failure) => log("outgoing call failed", { ...failure }) };
  const database = databaseParts(reach);
  let address = "";
  const attempt = once(async () =>
    (await import("../../challenges/attempt.ts")).createAttempt(NEARBY, { ports: options.challengePorts }),
  );
  const server = buildServer({
    address: () => address,
    dynamodb: cloud.dynamodb,
    kms: cloud.kms,
    tableName,
    keyId: cloud.keyId,
    // Nobody else uses the embedded table.
    epochCopies: cloud.embedded ? 1 : undefined,
    clock,
    random: systemRandom,
    rows: builtInRows({
      reach,
      pod: options.pod,
      aws: () => cloud.aws,
      awsEngine: awsEngine && (() => awsEngine),
      database: () => database,
    }),
    auditSink: await auditSink(options, openAuditFile),
    openAuditFile,
    allowRawAudit: true,
    // Loaded by the first challenge: it brings readers of certificates along.
    attempt: async (challenge) => (await attempt())(challenge),
    log,
  });
  const token = await rootToken(server, options);
  const awsListening = options.awsListen && cloud.embedded?.listen(options.awsListen);
  const awsListener = awsListening && (await orClose(awsListening, cloud));
  const listening = startListener({
    handler: dated(clock, withUi(options.ui, server.handle)),
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 8200,
    tls,
  });
  const listener = await orClose(listening, ...(awsListener ? [awsListener] : []), cloud);
  address = listener.url;
  const expiry = await startExpiry({
    server,
    client: cloud.stock,
    sweeper: options.sweeper ?? true,
    dynamo: cloud.embedded?.dynamo,
    tableClock,
    tableName,
  });
  const challenges = startChallenges(server, cloud.embedded?.dynamo, tableName);
  const idle = setInterval(() => void server.core.audit.flush(), AUDIT_FLUSH_MS).unref();
  return {
    url: listener.url,
    rootToken: token,
    server,
    embedded: cloud.embedded,
    awsUrl: awsListener?.url,
    expiry,
    close: async () => {
      await listener.stop();
      await expiry.stop();
      await challenges.stop();
      clearInterval(idle);
      await server.core.audit.flush();
      await database.databases.close();
      await awsListener?.close();
      await cloud.close();
    },
  };
};
