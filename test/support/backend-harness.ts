import { createCaches } from "../../src/core/caches.ts";
import {
  type Backend,
  type BackendContext,
  type CrashPoint,
  compileRoutes,
  type Operation,
  type Reply,
  VaultError,
} from "../../src/framework/index.ts";
import { parseInput } from "../../src/framework/parse.ts";
import { fillText, isListing } from "../../src/policy/index.ts";
import { type Accessor, as, type MountPath } from "../../src/std/brand.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { systemRandom } from "../../src/std/random.ts";
import { type Clock, seconds } from "../../src/std/time.ts";
import type { Address, Entry, View } from "../../src/storage/store.ts";
import { checkAnswer } from "./answers.ts";

/**
 * Runs a backend's handlers as core would, without core: routes by its path table, prefetches, asks the existence
 * check, coerces the input, holds the answer against what the operation declares. No tokens, no policies.
 */
export interface Harness {
  /** What a backend is given outside requests, by its periodic work for example. */
  readonly context: BackendContext;
  request(
    verb: "read" | "list" | "scan" | "update" | "patch" | "delete",
    path: string,
    data?: JsonObject,
  ): Promise<Outcome>;
}

export interface Outcome {
  readonly operation: Operation;
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks at is a shape of its own
  readonly data: any;
  readonly warnings: readonly string[];
  readonly reply: Reply | undefined;
}

export interface HarnessOptions {
  readonly view: View;
  readonly clock: Clock;
  readonly options?: Readonly<Record<string, string>>;
  readonly crash?: CrashPoint;
  /** Parts of the context a test sets otherwise. */
  readonly context?: Partial<BackendContext>;
}

const keyOf = ({ pk, sk }: Address): string => `${pk} ${sk}`;

/** Prefetched entries are served once to the handler; the existence check looks without taking. */
const prefetching = (view: View) => {
  const fetched = new Map<string, Entry | undefined>();
  const reader = (keep: boolean): View => ({
    ...view,
    get: async (address) => {
      const key = keyOf(address);
      if (!fetched.has(key)) return view.get(address);
      const entry = fetched.get(key);
      if (!keep) fetched.delete(key);
      return entry;
    },
  });
  return {
    peek: reader(true),
    read: reader(false),
    fetch: async (addresses: readonly Address[]) => {
      if (addresses.length === 0) return;
      const entries = await view.getMany(addresses);
      for (const [index, address] of addresses.entries()) fetched.set(keyOf(address), entries[index]);
    },
  };
};

export const createHarness = (backend: Backend, given: HarnessOptions): Harness => {
  const routes = compileRoutes(backend.paths);
  const contextOver = (storage: View): BackendContext => ({
    storage,
    mount: {
      id: given.view.mount,
      path: as<MountPath>("test/"),
      type: backend.type,
      accessor: as<Accessor>(`${backend.type}_00000000`),
      options: given.options ?? {},
      defaultTtl: seconds(2764800),
      maxTtl: seconds(2764800),
    },
    clock: given.clock,
    random: systemRandom,
    requestId: "00000000-0000-4000-8000-000000000000",
    sourceAddress: "",
    headers: {},
    pend: () => Promise.reject(new Error("this harness keeps no leases")),
    leaseStands: async () => true,
    scanLeavesOut: async () => false,
    fillIdentity: (text, accepts) => fillText(text, undefined, accepts),
    generatePassword: async () => undefined,
    challenges: { ask: async () => undefined, look: async (ids) => ids.map(() => undefined) },
    cache: createCaches({ clock: given.clock }).of(given.view.mount),
    signal: () => undefined,
    crash: given.crash ?? ((_, step) => step()),
    log: () => undefined,
    ...given.context,
  });

  return {
    context: contextOver(given.view),
    request: async (verb, path, data = {}) => {
      const match = routes.match(path);
      if (!match) throw new VaultError("unsupported_path", { wire: "unsupported path" });
      const { ops, exists } = match.path;
      const storage = prefetching(given.view);
      const first = verb === "update" ? (ops.update ?? ops.create) : ops[verb];
      const { cache } = contextOver(given.view);
      await storage.fetch((await first?.prefetch?.({ params: match.params, data }, given.view, cache)) ?? []);
      const known = verb === "update" && exists ? await exists(match, contextOver(storage.peek)) : true;
      const operation = known ? verb : "create";
      const op = ops[operation] ?? first;
      if (!op) throw new VaultError("unsupported_operation", { wire: "unsupported operation" });
      const { input, warnings } = parseInput(match.path, operation, op, match.params, data);
      const reply: Reply | undefined = await op.handle(
        { params: match.params, given: match.given, input, operation, path: match.below },
        contextOver(storage.read),
      );
      checkAnswer({
        where: `${backend.kind} ${backend.type}: ${operation} ${match.path.template}`,
        op,
        operation,
        reply,
      });
      const none = operation === "read" || isListing(operation) ? 404 : 204;
      return {
        operation,
        status: reply === undefined ? none : (reply.status ?? 200),
        data: reply?.data,
        warnings: reply === undefined ? [] : [...(reply.warnings ?? []), ...warnings],
        reply,
      };
    },
  };
};
