import { createCaches } from "../../../../../../src/core/caches.ts";
import { transitEngine } from "../../../../../../src/engines/transit/backend.ts";
import { multiError, VaultError } from "../../../../../../src/framework/index.ts";
import { statusOf } from "../../../../../../src/http/failure.ts";
import type { JsonObject } from "../../../../../../src/std/json.ts";
import type { RandomSource } from "../../../../../../src/std/random.ts";
import { createHarness, type Harness } from "../../../../../support/backend-harness.ts";
import { createMemoryView, type MemoryView } from "../../../../../support/memory-view.ts";

/** What a caller gets, refusals included. */
export interface Told {
  readonly status: number;
  readonly errors?: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks at is a shape of its own
  readonly data?: any;
  readonly warnings?: readonly string[];
}

/** A transit mount in memory that writes only, and tells refusals as callers see them. */
export interface UseMount extends Harness {
  readonly view: MemoryView;
  post(path: string, body?: JsonObject): Promise<Told>;
  /** The answer's data. Throws unless it is 200. */
  data(path: string, body?: JsonObject): Promise<Told["data"]>;
}

export const createMount = (random?: RandomSource): UseMount => {
  const view = createMemoryView();
  const clock = { now: () => Date.UTC(2030, 0, 2, 3, 4, 5) };
  const cache = createCaches({ clock }).of(view.mount);
  const harness = createHarness(transitEngine, { view, clock, context: random ? { cache, random } : { cache } });
  const post = async (path: string, body: JsonObject = {}): Promise<Told> => {
    try {
      const { status, data, warnings } = await harness.request("update", path, body);
      return warnings.length > 0 ? { status, data, warnings } : { status, data };
    } catch (cause) {
      if (!(cause instanceof VaultError)) throw cause;
      const { code, multi, wire = "" } = cause;
      return { status: statusOf(code), errors: [multi ? multiError(wire) : wire] };
    }
  };
  return {
    ...harness,
    view,
    post,
    data: async (path, body) => {
      const { status, data, errors } = await post(path, body);
      if (status !== 200) throw new Error(`${path}: ${status} ${errors}`);
      return data;
    },
  };
};
