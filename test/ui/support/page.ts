import { setTimeout as pause } from "node:timers/promises";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Canaries } from "./canaries.ts";
import { type Gate, type Passed, startGate } from "./gate.ts";
import { type Guard, watchContext } from "./guard.ts";
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
  /** Times as fast go the timers and the clock of the session's worker: 60 makes minutes of seconds. */
  readonly workerHurry?: number;
  /** Clipboard: `read` lets a test look at it. */
  readonly permissions?: readonly string[];
}

export interface Visitor {
  readonly context: BrowserContext;
  readonly gate: Gate;
  readonly guard: Guard;
  /** A new tab at an address such as `/ui/browse/secret/`; absent: `/ui/`. */
  tab(address?: string): Promise<Page>;
  close(): Promise<void>;
}

const CLOSE_MS = 10_000;
/** What a busy machine of two cores needs at the most, and then some: a test that passes never waits for it. */
export const PATIENCE_MS = 45_000;

/** Timers and clock of a worker at another speed. */
const hurry = (times: number): string => `{
  const times = ${times}, start = Date.now(), now = Date.now.bind(Date), tick = performance.now.bind(performance);
  const { setTimeout: later, setInterval: often } = self;
  self.setTimeout = (run, ms = 0, ...given) => later.call(self, run, ms / times, ...given);
  self.setInterval = (run, ms = 0, ...given) => often.call(self, run, ms / times, ...given);
  Date.now = () => start + (now() - start) * times;
  performance.now = () => tick() * times;
}`;

/** The token of a login is a secret whoever asked for it. */
const remember = (canaries: Canaries) => (passed: Passed) => {
  const [, token] = /"client_token":"([^"]{8,})"/.exec(passed.answer ?? "") ?? [];
  if (token !== undefined) canaries.add(token);
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
  const gate = await startGate({
    origin: world.url,
    workerPrelude: options.workerHurry === undefined ? undefined : hurry(options.workerHurry),
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
    close: async () => {
      // A browser may wait for a worker that outlives its tabs: it goes with the browser then.
      await Promise.race([context.close(), pause(CLOSE_MS, undefined, { ref: false })]);
      await gate.close();
    },
  };
};
