import { setTimeout as pause } from "node:timers/promises";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Canaries } from "./canaries.ts";
import { type Gate, type Passed, startGate } from "./gate.ts";
import { type Guard, watchContext } from "./guard.ts";
import { storm } from "./storm.ts";
import { tokensOf } from "./tokens.ts";
import { CLOCK_OF_WORKER, createWorkerClock } from "./worker-clock.ts";
import type { World } from "./world.ts";

/** A browser of one person: a context with its own cookies, storage and worker, behind a gate, watched by a guard. */

export interface VisitorOptions {
  readonly colorScheme?: "light" | "dark";
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: "reduce" | "no-preference";
  readonly forcedColors?: "active" | "none";
  readonly touch?: boolean;
  /** The clock of the session's worker goes when told, and only then: `advanceWorker`. */
  readonly workerClock?: boolean;
  /** Clipboard: `read` lets a test look at it. */
  readonly permissions?: readonly string[];
}

export interface Visitor {
  readonly context: BrowserContext;
  readonly gate: Gate;
  readonly guard: Guard;
  /** A new tab at an address such as `/ui/browse/secret/`; absent: `/ui/`. */
  tab(address?: string): Promise<Page>;
  /** Puts the worker's clock forward and waits until it has ticked. Only where the visitor has a `workerClock`. */
  advanceWorker(ms: number): Promise<void>;
  close(): Promise<void>;
}

const CLOSE_MS = 10_000;
/** What a busy machine of two cores needs at the most, and then some: a test that passes never waits for it. */
export const PATIENCE_MS = 45_000;

const LONG_MS = 5_000;
const TIMES_AS_LONG = 10;

/** What goes by itself in a page, such as a message, stays long enough for a busy machine to get to it. */
const waitLonger = ({ long, times }: { readonly long: number; readonly times: number }): void => {
  const later = setTimeout;
  Object.assign(globalThis, {
    setTimeout: (run: TimerHandler, ms = 0, ...given: unknown[]) => later(run, ms < long ? ms : ms * times, ...given),
  });
};

/** The token of a login is a secret whoever asked for it. */
const remember = (canaries: Canaries) => (passed: Passed) => {
  for (const token of tokensOf([passed])) canaries.add(token);
};

export const openVisitor = async (
  browser: Browser,
  world: World,
  canaries: Canaries,
  options: VisitorOptions = {},
): Promise<Visitor> => {
  const {
    colorScheme = "light",
    width = 1280,
    height = 900,
    reducedMotion = "reduce",
    forcedColors = "none",
  } = options;
  const clock = options.workerClock ? createWorkerClock() : undefined;
  const weather = storm();
  const gate = await startGate({
    origin: world.url,
    workerPrelude: `${weather?.worker ?? ""}${clock ? CLOCK_OF_WORKER : ""}`,
    lateMs: weather?.answerMs,
    workerClock: clock,
    onAnswer: remember(canaries),
  });
  const context = await browser.newContext({
    baseURL: world.url,
    proxy: { server: `http://127.0.0.1:${gate.port}`, bypass: "<-loopback>" },
    colorScheme,
    reducedMotion,
    forcedColors,
    hasTouch: options.touch ?? false,
    viewport: { width, height },
    permissions: [...(options.permissions ?? [])],
    serviceWorkers: "allow",
  });
  context.setDefaultTimeout(PATIENCE_MS);
  await weather?.over(context);
  await context.addInitScript(waitLonger, { long: LONG_MS, times: TIMES_AS_LONG });
  const guard = await watchContext(context, gate, canaries);
  return {
    context,
    gate,
    guard,
    tab: async (address = "/ui/") => {
      const page = await context.newPage();
      await page.goto(address);
      return page;
    },
    advanceWorker: (ms) => clock?.advance(ms) ?? Promise.reject(new Error("a visitor without a `workerClock`")),
    close: async () => {
      // A browser may wait for a worker that outlives its tabs: it goes with the browser then.
      await Promise.race([context.close(), pause(CLOSE_MS, undefined, { ref: false })]);
      await gate.close();
    },
  };
};
