import { kv } from "../../../../src/engines/kv/backend.ts";
import type { CrashPoint } from "../../../../src/framework/index.ts";
import { createHarness, type Harness } from "../../../support/backend-harness.ts";
import { createMemoryView, type MemoryView } from "../../../support/memory-view.ts";
import { createTestClock, type TestClock } from "../../../support/storage.ts";

/** A key-value mount in memory, with a clock the test moves. */
export interface TestMount extends Harness {
  readonly view: MemoryView;
  readonly clock: TestClock;
  /** Writes `{ n }` for each number to `data/<path>`. */
  fill(path: string, numbers: readonly number[]): Promise<void>;
  /** What `metadata/<path>` says. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks at is a shape of its own
  metadata(path: string): Promise<any>;
}

export const START = Date.UTC(2026, 0, 2, 3, 4, 5);

export const createMount = (
  version: "1" | "2" = "2",
  given: { view?: MemoryView; crash?: CrashPoint } = {},
): TestMount => {
  const view = given.view ?? createMemoryView();
  const clock = createTestClock(START);
  const options = { version };
  const crash = given.crash ? { crash: given.crash } : {};
  const harness = createHarness(kv.backendFor(options), { view, clock, options, ...crash });
  return {
    ...harness,
    view,
    clock,
    fill: async (path, numbers) => {
      for (const n of numbers) await harness.request("update", `data/${path}`, { data: { n } });
    },
    metadata: async (path) => (await harness.request("read", `metadata/${path}`)).data,
  };
};

export const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);
