import { isIP } from "node:net";
import type { MongoClient, MongoClientOptions } from "mongodb";
import {
  AddressRefused,
  type Guard,
  NoConnection,
  networkReason,
  tlsOptions,
  watched,
} from "../../../outgoing/index.ts";
import { defined } from "../../../std/defined.ts";
import type { JsonObject } from "../../../std/json.ts";
import { within } from "../deadline.ts";
import { advised, DatabaseFailure } from "../failure.ts";
import { membersOf, type Names } from "./discovery.ts";
import { failureOf } from "./errors.ts";
import type { MongoSettings } from "./settings.ts";
import type { Host } from "./url.ts";

/**
 * MongoDB's driver behind a few calls, each under a deadline. The driver would dial whatever members a server names, so
 * it is only ever given one host, `directConnection`, whose address the guard checked; the primary is looked for here.
 * It never sends a command twice.
 */

/** Values of a command; documents and lists of them. */
export type Command = JsonObject;
type Answer = Readonly<Record<string, unknown>>;

export interface Server {
  command(db: string, command: Command): Promise<Answer>;
}

export interface Pool {
  /** Runs work on the primary, with a deadline. Throws `DatabaseFailure`. */
  run<T>(limitMs: number, work: (server: Server) => Promise<T>): Promise<T>;
  usable(): boolean;
  close(): Promise<void>;
}

const IDLE_MS = 10_000;
/** Between looks at a server whose connection rests. */
const HEARTBEAT_MS = 60_000;
/** Looking for the primary, all hosts together. */
const FIND_MS = 12_000;
const MOST_TRIED = 16;

const authOptions = (
  { mechanism, target, authSource }: MongoSettings,
  named: ReadonlyMap<string, string>,
): MongoClientOptions => {
  if (mechanism === "MONGODB-X509")
    return defined({
      authMechanism: mechanism,
      authSource,
      auth: target.username === "" ? undefined : { username: target.username },
    });
  if (target.username === "") return {};
  // What the URL says goes before what the name service says.
  const source = target.options.has("authsource") ? authSource : (named.get("authsource") ?? authSource);
  return defined({
    authMechanism: mechanism === "DEFAULT" ? undefined : mechanism,
    authSource: source,
    auth: { username: target.username, password: target.password },
  });
};

const optionsFor = (
  settings: MongoSettings,
  named: ReadonlyMap<string, string>,
  lookup: Guard["lookup"],
): MongoClientOptions => ({
  ...authOptions(settings, named),
  ...(settings.tls === false ? { tls: false } : { tls: true, ...tlsOptions(settings.tls) }),
  lookup,
  directConnection: true,
  appName: "vault",
  maxPoolSize: settings.connections,
  maxIdleTimeMS: IDLE_MS,
  connectTimeoutMS: settings.connectMs,
  serverSelectionTimeoutMS: settings.connectMs,
  heartbeatFrequencyMS: HEARTBEAT_MS,
  serverMonitoringMode: "poll",
  retryReads: false,
  retryWrites: false,
});

const written = ({ name, port }: Host): string => `${isIP(name) === 6 ? `[${name}]` : name}:${port}`;

const hostOf = (text: unknown): Host | undefined => {
  if (typeof text !== "string") return undefined;
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const name = bracketed ?? plain;
  return name === undefined ? undefined : { name, port: Number(port) };
};

const shut = (client: MongoClient): Promise<void> => client.close(true).catch(() => undefined);

const dialled = async (host: Host, options: MongoClientOptions, guard: Guard): Promise<MongoClient> => {
  // A host that is an address is never looked up.
  guard.check(host.name);
  const driver = await import("mongodb");
  const client = new driver.MongoClient(`mongodb://${written(host)}/`, options);
  // Left alone, the driver dials a server that does not answer again and again until its time is over.
  const refused = new Promise<never>((_, reject) => {
    client.once("serverHeartbeatFailed", ({ failure }) => reject(failure));
  });
  refused.catch(() => undefined);
  const connecting = client.connect();
  connecting.catch(() => undefined);
  try {
    return await Promise.race([connecting, refused]);
  } catch (cause) {
    await shut(client);
    throw cause;
  }
};

/** The driver's errors as those of `src/outgoing`, for the operator's log. */
const meaning = (cause: unknown): unknown =>
  cause instanceof AddressRefused ? cause : new NoConnection(networkReason(cause), { cause });

const connect = (host: Host, options: MongoClientOptions, guard: Guard): Promise<MongoClient> =>
  watched(guard.watch, host.name, () => dialled(host, options, guard), meaning);

/** Another host would say the same. */
const isFinal = (cause: unknown): boolean => {
  const { kind } = failureOf(cause, "unreachable");
  return kind === "login" || kind === "refused" || cause instanceof AddressRefused;
};

interface Tried {
  /** Where it is the primary. */
  readonly primary?: MongoClient;
  /** Which host it says is. */
  readonly next?: Host | undefined;
}

const tryHost = async (
  host: Host,
  set: string | undefined,
  options: MongoClientOptions,
  guard: Guard,
): Promise<Tried> => {
  const client = await connect(host, options, guard);
  try {
    const hello: Answer = await client.db("admin").command({ hello: 1 });
    if (set !== undefined && hello["setName"] !== set)
      throw new NoConnection("the member belongs to another replica set");
    if (hello["isWritablePrimary"] === true) return { primary: client };
    await shut(client);
    return { next: hostOf(hello["primary"]) };
  } catch (cause) {
    await shut(client);
    throw cause;
  }
};

const findPrimary = async (settings: MongoSettings, guard: Guard, names: Names): Promise<MongoClient> => {
  const { hosts, options: named } = await membersOf(settings.target, names);
  const options = optionsFor(settings, named, guard.lookup);
  const set = settings.target.options.get("replicaset") ?? named.get("replicaset");
  const queue = [...hosts];
  const tried = new Set<string>();
  let last: unknown = new NoConnection("no member is the primary");
  for (let host = queue.shift(); host && tried.size < MOST_TRIED; host = queue.shift()) {
    if (tried.has(written(host))) continue;
    tried.add(written(host));
    try {
      const { primary, next } = await tryHost(host, set, options, guard);
      if (primary) return primary;
      if (next) queue.unshift(next);
    } catch (cause) {
      if (isFinal(cause)) throw cause;
      last = cause;
    }
  }
  throw last;
};

const serverOn = (client: MongoClient): Server => ({
  command: async (db, command) => {
    const answer: Answer = await client.db(db).command({ ...command });
    if (answer["writeConcernError"] !== undefined)
      throw new DatabaseFailure("unknown", "the write was not confirmed by enough members");
    return answer;
  },
});

export const createPool = (settings: MongoSettings, guard: Guard, names: Names): Pool => {
  let opening: Promise<MongoClient> | undefined;
  let open: MongoClient | undefined;
  let usable = true;

  const close = async (): Promise<void> => {
    usable = false;
    if (open) await shut(open);
    // One that is still being opened is closed when it is there.
    else opening?.then(shut, () => undefined);
    opening = undefined;
  };

  const primary = async (): Promise<MongoClient> => {
    const looking = opening ?? findPrimary(settings, guard, names);
    opening = looking;
    looking.catch(() => {
      if (opening === looking) opening = undefined;
    });
    try {
      open = await within(FIND_MS, looking, { kind: "unreachable" });
      return open;
    } catch (cause) {
      throw failureOf(cause, "unreachable");
    }
  };

  return {
    usable: () => usable,
    close,
    run: async (limitMs, work) => {
      try {
        return await within(
          limitMs,
          primary().then((found) => work(serverOn(found))),
        );
      } catch (cause) {
        const failure = failureOf(cause, "unknown");
        // The connection, or which member is the primary, is not to be relied on any more.
        if (failure.reason !== undefined || failure.kind === "unknown" || failure.kind === "login") await close();
        throw advised(failure, settings.advice);
      }
    },
  };
};
