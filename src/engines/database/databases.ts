import { type BackendContext, VaultError } from "../../framework/index.ts";
import { sameSecret } from "../../std/same-secret.ts";
import type { Clock } from "../../std/time.ts";
import type { View } from "../../storage/store.ts";
import { type Config, findConfig, replaceConfig } from "./configs.ts";
import type { Connector, Database, FindConnector } from "./connector.ts";
import { forCaller } from "./failure.ts";
import { workingPassword } from "./passwords.ts";

/**
 * Open databases of this process: one pool for each connection, opened when first used, given up when its
 * configuration was written since, when it was unused for a minute (a frozen process loses its sockets without
 * hearing of it) or when it broke. So many callers at a time as the pool has connections; some wait, the rest are
 * told to come again.
 */

export interface Databases {
  readonly connector: FindConnector;
  /** Runs work on a connection's database. Throws `storage_unavailable` when too many wait already. */
  use<T>(cx: BackendContext, config: Config, work: (database: Database) => Promise<T>): Promise<T>;
  /** Gives up the pool of a connection, once nobody uses it. */
  forget(cx: BackendContext, name: string): Promise<void>;
  /** Closes every pool, and waits for those that are closing already. Later uses reopen them. */
  close(): Promise<void>;
}

interface Open {
  readonly n: number;
  readonly database: Promise<Database>;
  readonly places: number;
  users: number;
  lastUsed: number;
  retired: boolean;
  readonly waiting: (() => void)[];
}

const IDLE_MS = 60_000;
const MOST_WAITING = 64;
/** A rotation that was cut off longer ago than this never takes effect any more. */
const CANDIDATE_MS = 600_000;

const busy = (): VaultError =>
  new VaultError("storage_unavailable", { wire: "too many requests for this database, try again", retryAfter: 1 });

const ignore = (): void => undefined;

const shut = async (open: Open): Promise<void> => {
  const database = await open.database.catch(ignore);
  await database?.close().catch(ignore);
};

/** During a rotation, or after an interrupted one, finds out and records which password is valid. */
export const settle = async (view: View, clock: Clock, connector: Connector, config: Config): Promise<Config> => {
  if (config.candidates.length === 0) return config;
  const password = await workingPassword(connector, config.details, config.candidates);
  const stale = config.candidates.every(({ at }) => at < clock.now() - CANDIDATE_MS);
  if (password === undefined && !stale) return config;
  const details = password === undefined ? config.details : { ...config.details, password };
  // The others stay until they are old: their makers may still be at it.
  const candidates = stale
    ? []
    : config.candidates.filter((one) => password === undefined || !sameSecret(one.password, password));
  await replaceConfig(view, config, { details, candidates });
  return findConfig(view, config.name);
};

export const createDatabases = (find: FindConnector): Databases => {
  const pools = new Map<string, Open>();
  /** Retired pools that are still closing: where a connection was cut off, that takes the driver two seconds. */
  const closing = new Set<Promise<void>>();
  const keyOf = (cx: BackendContext, name: string): string => `${cx.mount.id}/${name}`;

  const close = (open: Open): Promise<void> => {
    const closed = shut(open).finally(() => closing.delete(closed));
    closing.add(closed);
    return closed;
  };

  const retire = (key: string, open: Open): void => {
    if (open.retired) return;
    open.retired = true;
    if (pools.get(key) === open) pools.delete(key);
    if (open.users === 0) close(open).catch(ignore);
  };

  const openFor = async (cx: BackendContext, given: Config): Promise<{ key: string; open: Open }> => {
    const key = keyOf(cx, given.name);
    const known = pools.get(key);
    if (known && known.n === given.n && (known.users > 0 || cx.clock.now() - known.lastUsed < IDLE_MS)) {
      return { key, open: known };
    }
    const connector = await find(given.plugin_name);
    const config = await settle(cx.storage, cx.clock, connector, given).catch((cause: unknown) => {
      throw forCaller(cause, "unable to get connection: ");
    });
    const other = pools.get(key);
    if (other && other !== known && other.n === config.n) return { key, open: other };
    if (other) retire(key, other);
    const open: Open = {
      n: config.n,
      database: connector.open(config.details),
      places: connector.settings(config.details).connections,
      users: 0,
      lastUsed: cx.clock.now(),
      retired: false,
      waiting: [],
    };
    pools.set(key, open);
    // The pool goes with the mount's memory: when the mount is removed, moved or tuned, or the server sealed.
    cx.cache<Open>("pools", { maxAgeMs: Number.POSITIVE_INFINITY, dispose: (one) => retire(key, one) }).set(key, open);
    open.database.catch(() => retire(key, open));
    return { key, open };
  };

  const enter = async (open: Open): Promise<void> => {
    if (open.users < open.places) {
      open.users += 1;
      return;
    }
    if (open.waiting.length >= MOST_WAITING) throw busy();
    // Leaving passes the place to the next one.
    await new Promise<void>((resolve) => open.waiting.push(resolve));
  };

  const leave = (open: Open, now: number): void => {
    open.lastUsed = now;
    const next = open.waiting.shift();
    if (next) next();
    else open.users -= 1;
    if (open.retired && open.users === 0) close(open).catch(ignore);
  };

  return {
    connector: find,
    use: async (cx, config, work) => {
      const { key, open } = await openFor(cx, config);
      await enter(open);
      try {
        const database = await open.database;
        try {
          return await work(database);
        } finally {
          if (!database.usable()) retire(key, open);
        }
      } finally {
        leave(open, cx.clock.now());
      }
    },
    forget: async (cx, name) => {
      const key = keyOf(cx, name);
      const open = pools.get(key);
      if (open) retire(key, open);
    },
    close: async () => {
      const all = [...pools.values()];
      pools.clear();
      for (const open of all) close(open).catch(ignore);
      await Promise.all(closing);
    },
  };
};
