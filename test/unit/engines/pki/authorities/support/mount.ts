import { createCaches } from "../../../../../../src/core/caches.ts";
import { pkiEngine } from "../../../../../../src/engines/pki/backend.ts";
import { IssuersIndex, indexAddress } from "../../../../../../src/engines/pki/model.ts";
import { type CrashPoint, VaultError } from "../../../../../../src/framework/index.ts";
import type { JsonObject } from "../../../../../../src/std/json.ts";
import { createHarness, type Harness } from "../../../../../support/backend-harness.ts";
import { createMemoryView, type MemoryView } from "../../../../../support/memory-view.ts";

/** A mount of the engine over a map, without core: its handlers, what it stores, and a memory that lasts. */

/** What the mount takes for the time. */
export const NOW = Date.UTC(2026, 10, 30, 12);

export interface PkiMount extends Harness {
  readonly view: MemoryView;
  /** What an update answers as data. */
  data(path: string, input?: JsonObject): Promise<Record<string, unknown>>;
  /** The text of a refusal, with its code in front; fails where there is none. */
  refusal(path: string, input?: JsonObject): Promise<string>;
  index(): Promise<IssuersIndex>;
  /** Another process over the same table. */
  another(): PkiMount;
}

export const createPkiMount = (options: { readonly view?: MemoryView; readonly crash?: CrashPoint } = {}): PkiMount => {
  const { view = createMemoryView(), crash } = options;
  const clock = { now: () => NOW };
  const cache = createCaches({ clock }).of(view.mount);
  const harness = createHarness(pkiEngine, { view, clock, context: { cache }, ...(crash ? { crash } : {}) });
  return {
    ...harness,
    view,
    data: async (path, input) => (await harness.request("update", path, input)).data,
    refusal: async (path, input) => {
      try {
        await harness.request("update", path, input);
      } catch (cause) {
        if (cause instanceof VaultError) return `${cause.code}: ${cause.wire ?? ""}`;
        throw cause;
      }
      throw new Error(`${path} was not refused`);
    },
    index: async () => IssuersIndex.parse((await view.get(indexAddress(view)))?.body),
    another: () => createPkiMount({ ...options, view }),
  };
};

export const ROOT = { common_name: "Root", key_type: "ec", ttl: "700h" } as const;

/** Ids of the entries below `issuer/` and `key/`, sorted. */
export const stored = (view: MemoryView, what: "issuer" | "key"): readonly string[] => {
  const start = `data#${view.mount} ${what}/`;
  return view
    .keys()
    .filter((key) => key.startsWith(start))
    .map((key) => key.slice(start.length));
};
