import type { z } from "zod";
import type { BackendContext } from "../../../framework/index.ts";
import { allRecords } from "../../../framework/records.ts";
import { untilWritten } from "../../../storage/change.ts";
import type { Entry, View, Write } from "../../../storage/store.ts";
import { type KeyBody, KeySettings } from "./keys.ts";
import {
  Client,
  DEFAULT_NAME,
  DEFAULT_PROVIDER,
  type Kind,
  Mark,
  markAt,
  Provider,
  prefixOf,
  Role,
  recordAt,
} from "./model.ts";

/**
 * All keys, roles, clients and providers together, and how they change. A change is one transaction that also writes the
 * mark, on condition that nobody else did since the change was decided on. So what a change was decided by still holds
 * when it is written: a key is never removed under a role that just came to use it. Whoever needs all of them (the
 * published keys, listings, the schedule) keeps them in memory for as long as the mark stays.
 */

/** Without any secret. */
export interface Registry {
  readonly keys: ReadonlyMap<string, KeyBody>;
  readonly roles: ReadonlyMap<string, Role>;
  readonly clients: ReadonlyMap<string, Client>;
  readonly providers: ReadonlyMap<string, Provider>;
}

const load = async <T>(view: View, kind: Kind, schema: z.ZodType<T>): Promise<Map<string, T>> => {
  const found = new Map<string, T>();
  for await (const [name, entry] of allRecords(view, prefixOf(kind), (one) => recordAt(view, kind, one))) {
    found.set(name, schema.parse(entry.body));
  }
  return found;
};

const loadAll = async (view: View): Promise<Registry> => {
  const [keys, roles, clients, providers] = await Promise.all([
    load(view, "key", KeySettings),
    load(view, "role", Role),
    load(view, "client", Client),
    load(view, "provider", Provider),
  ]);
  if (!providers.has(DEFAULT_NAME)) providers.set(DEFAULT_NAME, DEFAULT_PROVIDER);
  // A client's secret has no business in memory that outlives the request.
  for (const [name, client] of clients) clients.set(name, { ...client, client_secret: "" });
  return { keys, roles, clients, providers };
};

const KEPT_MS = 600_000;

const registryUnder = async (cx: BackendContext, mark: Entry | undefined): Promise<Registry> => {
  const cache = cx.cache<Registry>("oidc", { maxAgeMs: KEPT_MS, most: 1 });
  const key = String(mark?.n ?? "none");
  const known = cache.get(key);
  if (known) return known;
  const loaded = await loadAll(cx.storage);
  cache.set(key, loaded);
  return loaded;
};

/** As it is now. Cost: one read, unless something changed. */
export const registryOf = async (cx: BackendContext): Promise<Registry> =>
  registryUnder(cx, await cx.storage.get(markAt(cx.storage)));

/** What a change writes; no writes: it stays as it is. */
export interface Changed<T> {
  readonly writes: readonly Write[];
  /** When a key that is written wants to be looked at by the schedule, epoch milliseconds. */
  readonly due?: number | undefined;
  readonly result: T;
}

/**
 * Changes what is registered. `decide` is called again when others were first; it reads what it decides by through
 * `cx.storage` or from the registry, and throws to refuse.
 */
export const changeRegistry = <T>(
  cx: BackendContext,
  step: string,
  decide: (registry: () => Promise<Registry>) => Promise<Changed<T>>,
): Promise<T> =>
  untilWritten(async () => {
    const address = markAt(cx.storage);
    const mark = await cx.storage.get(address);
    const { writes, due = 0, result } = await decide(() => registryUnder(cx, mark));
    if (writes.length === 0) return result;
    const before = mark ? Mark.parse(mark.body).due : 0;
    const body = { due: due === 0 || before === 0 ? due + before : Math.min(due, before) };
    const when = mark ? { n: mark.n } : "absent";
    await cx.crash(`identity.oidc.${step}`, () =>
      cx.storage.write([...writes, { op: "put", address, body, when } as const]),
    );
    return result;
  });

/** Names of the records that refer to something, as texts list them. */
export const referring = <T>(records: ReadonlyMap<string, T>, refers: (record: T) => boolean): readonly string[] =>
  [...records].flatMap(([name, record]) => (refers(record) ? [name] : [])).sort();
