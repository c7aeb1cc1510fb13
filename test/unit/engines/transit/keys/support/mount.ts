import { createCaches } from "../../../../../../src/core/caches.ts";
import { transitEngine } from "../../../../../../src/engines/transit/backend.ts";
import { findKey } from "../../../../../../src/engines/transit/keys/find.ts";
import {
  type KeyVersion,
  keyAddress,
  StoredKey,
  type TransitKey,
} from "../../../../../../src/engines/transit/model.ts";
import type { BackendContext, CrashPoint } from "../../../../../../src/framework/index.ts";
import { createHarness, type Harness, type Outcome } from "../../../../../support/backend-harness.ts";
import { createMemoryView, type MemoryView } from "../../../../../support/memory-view.ts";
import { createTestClock, type TestClock } from "../../../../../support/storage.ts";

/** A transit mount in memory, with a clock the test moves and the periodic work at hand. */
export interface TestMount extends Harness {
  readonly view: MemoryView;
  readonly clock: TestClock;
  readonly cx: BackendContext;
  make(name: string, options?: Readonly<Record<string, boolean | number | string>>): Promise<Outcome>;
  /** The periodic work, once. */
  keep(deadlineMs?: number): Promise<void>;
  key(name: string): Promise<TransitKey>;
  /** A process that has nothing in memory. */
  restart(): void;
  /** What is stored besides keys that can be found and their versions: nothing, when all is well. */
  strays(): Promise<readonly string[]>;
}

export const START = Date.UTC(2030, 0, 2, 3, 4, 5);
export const HOUR = 3_600_000;

/** Everything a key needs to be whole: each version it names can be read, and none is below its minimum. */
export const whole = async (key: TransitKey): Promise<ReadonlyMap<number, KeyVersion>> => {
  const numbers = Object.keys(key.stored.versions).map(Number);
  const versions = await key.versions(numbers);
  const { minAvailable, latest } = key.stored;
  const wanted = Array.from(
    { length: latest - Math.max(1, minAvailable) + 1 },
    (_, at) => Math.max(1, minAvailable) + at,
  );
  if (String([...versions.keys()].sort((a, b) => a - b)) !== String(wanted)) {
    throw new Error(`the key has versions ${[...versions.keys()]}, wanted ${wanted}`);
  }
  return versions;
};

export const createMount = (given: { readonly view?: MemoryView; readonly crash?: CrashPoint } = {}): TestMount => {
  const view = given.view ?? createMemoryView();
  const clock = createTestClock(START);
  const crash = given.crash ?? ((_, step) => step());
  let caches = createCaches({ clock });
  const cache: BackendContext["cache"] = (name, options) => caches.of(view.mount)(name, options);
  const harness = createHarness(transitEngine, { view, clock, crash, context: { cache } });
  const cx = harness.context;
  const stored = async (name: string) => {
    const entry = await view.get(keyAddress(view, name));
    return entry && StoredKey.parse(entry.body);
  };
  return {
    ...harness,
    view,
    clock,
    cx,
    make: (name, options = {}) => harness.request("update", `keys/${name}`, options),
    keep: async (deadlineMs = Number.POSITIVE_INFINITY) => transitEngine.periodic?.run(cx, deadlineMs),
    key: async (name) => {
      const key = await findKey(name, cx);
      if (!key) throw new Error(`there is no key ${name}`);
      return key;
    },
    restart: () => {
      caches = createCaches({ clock });
    },
    strays: async () => {
      const names = await view.list("key/");
      const known = new Set<string>();
      for (const name of names) {
        known.add(`key/${name}`);
        const key = await stored(name);
        for (const number of Object.keys(key?.versions ?? {})) known.add(`version/${key?.id}/${number}`);
      }
      const places = view.keys().map((place) => place.slice(place.indexOf(" ") + 1));
      return places.filter((place) => !known.has(place) && !/^(?:config\/|wrapping-key$|rotation\/)/.test(place));
    },
  };
};
