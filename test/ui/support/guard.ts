import { setTimeout as pause } from "node:timers/promises";
import type { BrowserContext, CDPSession, ConsoleMessage, Page } from "playwright-core";
import type { Canaries } from "./canaries.ts";
import type { Gate } from "./gate.ts";
import { type Found, sweepPage } from "./sweep.ts";

/**
 * Watches a browser context for what no test may see: violations of the policy, exceptions, errors on the console,
 * requests to other origins, cookies, and secrets where none may be.
 */

export interface Guard {
  /** Looks at every open page now; a test may ask in the middle. */
  sweep(): Promise<void>;
  /** Everything found until now; empty: nothing. `faults` alone does not look at pages, `sweep` does. */
  faults(): readonly string[];
  /** Waits for a fault that matches, because the test provokes it, and excuses all that do. Throws when none comes. */
  expected(pattern: RegExp): Promise<void>;
}

/** The browser notes calls that were answered 4xx or 5xx; the page handles them. */
const isAnsweredCall = (message: ConsoleMessage): boolean =>
  message.text().startsWith("Failed to load resource") && message.location().url.includes("/v1/");

/** Tells every address and state that the page puts into the history. Runs before the page's own scripts. */
const tellHistory = (): void => {
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name].bind(history);
    history[name] = (state, unused, url) => {
      (globalThis as unknown as { guardTold(text: string): void }).guardTold(
        `${name} ${JSON.stringify(state)} ${String(url ?? "")}`,
      );
      original(state, unused, url);
    };
  }
};

const EXPECT_MS = 30_000;
const LOOK_MS = 30_000;

export const watchContext = async (context: BrowserContext, gate: Gate, canaries: Canaries): Promise<Guard> => {
  const own: string[] = [];
  const fault = (text: string): void => {
    if (!own.includes(text)) own.push(text);
  };
  const look = (where: string, text: string): void => {
    const secret = canaries.in(text);
    if (secret !== undefined) fault(`a secret in ${where}: ${secret}`);
  };

  context.on("console", (message) => {
    look("a console line", message.text());
    if (message.type() === "error" && !isAnsweredCall(message)) fault(`an error on the console: ${message.text()}`);
  });
  context.on("weberror", (error) => fault(`an exception in the page: ${error.error().message}`));
  context.on("page", (page) => page.on("crash", () => fault("the page crashed")));
  await context.exposeBinding("guardTold", (_, text: unknown) => look("the history", String(text)));
  await context.addInitScript(tellHistory);
  const sessions = new Map<Page, CDPSession>();
  const visited = async (page: Page): Promise<void> => {
    const session = sessions.get(page) ?? (await context.newCDPSession(page));
    sessions.set(page, session);
    const { entries } = await session.send("Page.getNavigationHistory");
    for (const { url, title } of entries) look("an entry of the history", `${url} ${title}`);
  };
  const requests = (): void => {
    for (const line of gate.workerLines) look("a console line of a worker", line);
    for (const { url, headers } of gate.passed) {
      look("the address of a request", url.href);
      look("a referrer", headers["referer"] ?? "");
      if (headers["cookie"] !== undefined) fault("a request with a cookie");
    }
  };

  const lookAt = async (page: Page): Promise<void> => {
    await visited(page);
    const found: readonly Found[] = await page.evaluate(sweepPage);
    for (const { where, text } of found) look(where, text);
  };
  /** A page that goes elsewhere meanwhile cannot answer, or never will: it is looked at again where it is then. */
  const lookUntilSeen = async (page: Page): Promise<void> => {
    const until = Date.now() + LOOK_MS;
    for (;;) {
      try {
        const late = pause(LOOK_MS, "late" as const, { ref: false });
        if ((await Promise.race([lookAt(page), late])) !== "late") return;
        throw new Error(`${page.url()} does not answer`);
      } catch (error) {
        if (Date.now() > until + LOOK_MS) throw error;
        sessions.delete(page);
        await pause(100);
      }
    }
  };

  const sweep = async (): Promise<void> => {
    requests();
    if ((await context.cookies()).length > 0) fault("a cookie");
    for (const page of context.pages()) {
      if (!page.isClosed() && page.url().startsWith("http")) await lookUntilSeen(page);
    }
  };
  const excused: RegExp[] = [];
  const faults = (): readonly string[] =>
    [...own, ...gate.faults].filter((text) => !excused.some((pattern) => pattern.test(text)));
  const seen = (pattern: RegExp): boolean => faults().some((text) => pattern.test(text));
  return {
    sweep,
    faults,
    expected: async (pattern) => {
      const until = Date.now() + EXPECT_MS;
      await sweep();
      while (!seen(pattern) && Date.now() < until) {
        await pause(30);
        await sweep();
      }
      if (!seen(pattern)) throw new Error(`no fault matches ${pattern}; there are: ${faults().join("\n") || "none"}`);
      excused.push(pattern);
    },
  };
};
