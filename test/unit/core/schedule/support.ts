import type { CatalogRow } from "../../../../src/core/catalog.ts";
import type { Tick } from "../../../../src/core/schedule/types.ts";
import { type BackendContext, defineBackend } from "../../../../src/framework/index.ts";
import { seconds } from "../../../../src/std/time.ts";
import { sweeperMarkAddress } from "../../../../src/storage/index.ts";
import { createKiller, type Killer } from "../../../support/crash.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** A server with mounts `a/` and `b/` whose backend does something every ten minutes, as the test says. */

export interface Stage {
  readonly server: TestServer;
  readonly killer: Killer;
  /** Paths of the mounts whose work was done, in order. */
  readonly done: string[];
  /** Paths whose backend was told that its mount goes. */
  readonly takenDown: string[];
  /** What the work does, besides being recorded. */
  work: (cx: BackendContext, deadlineMs: number) => Promise<void>;
  takeDown: (cx: BackendContext) => Promise<void>;
  /** Rings for every run that did not stop at its deadline. */
  ring(): void;
  tick(): Promise<Tick>;
  wait(seconds: number): void;
  /** As if the sweeper had run all along: a walk over every minute of days takes its time. */
  pass(seconds: number): Promise<void>;
  /** What the table knows of a mount's work. */
  stateOf(path: string): Promise<{ readonly error: string; readonly failures: number; readonly succeededMs: number }>;
}

export const EVERY = 600;

export const sweptSoFar = async ({ core, clock }: TestServer): Promise<void> => {
  const at = Math.floor(clock.now() / 1000);
  await core.store.write([{ op: "put", address: sweeperMarkAddress, body: { at }, when: "any" }]);
};

export const setStage = async (): Promise<Stage> => {
  const killer = createKiller();
  const bells = new Set<() => void>();
  const backend = defineBackend({
    kind: "secret",
    type: "busy",
    help: "Does something by the clock.",
    paths: [],
    periodic: {
      every: seconds(EVERY),
      run: async (cx, deadlineMs) => {
        stage.done.push(cx.mount.path);
        await stage.work(cx, deadlineMs);
      },
    },
    onUnmount: async (cx) => {
      stage.takenDown.push(cx.mount.path);
      await stage.takeDown(cx);
    },
  });
  const row: CatalogRow = {
    kind: "secret",
    type: "busy",
    home: "dynamic",
    onUnmount: true,
    load: async () => backend,
  };
  const server = await makeServer({
    rows: [row],
    crash: killer.crash,
    timer: (_ms, ring) => {
      bells.add(ring);
      return () => bells.delete(ring);
    },
  });
  for (const path of ["a", "b"]) await server.call("POST", `sys/mounts/${path}`, { body: { type: "busy" } });
  const stage: Stage = {
    server,
    killer,
    done: [],
    takenDown: [],
    work: async () => undefined,
    takeDown: async () => undefined,
    ring: () => {
      for (const bell of bells) bell();
    },
    tick: () => server.core.schedule.tick(server.clock.now() + 50_000),
    wait: (given) => server.clock.advance(given * 1000),
    pass: async (given) => {
      server.clock.advance(given * 1000);
      await sweptSoFar(server);
    },
    stateOf: async (path) => {
      const row = (await server.core.schedule.list()).find(({ mount }) => mount === path);
      if (!row) throw new Error(`nothing is known of ${path}`);
      return row;
    },
  };
  return stage;
};
