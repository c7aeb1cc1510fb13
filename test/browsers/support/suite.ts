import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, it } from "@jest/globals";
import { type Canaries, createCanaries } from "../../ui/support/canaries.ts";
import { type Gate, startGate } from "../../ui/support/gate.ts";
import { sweepPage } from "../../ui/support/sweep.ts";
import { tokensOf } from "../../ui/support/tokens.ts";
import { type Login, startWorld, type World } from "../../ui/support/world.ts";
import type { Engine } from "./engines.ts";
import { type BrowserSession, openSession } from "./session.ts";
import { PATIENCE_MS, type Tab, tabOf } from "./tab.ts";

/**
 * A browser and a server for all stories of a file. Each person has an origin of their own, so a storage and a worker
 * too: the gate answers as if it were the server. After each story every tab is looked at, and closed.
 */

export interface Person {
  readonly gate: Gate;
  readonly origin: string;
  /** A new tab; absent: `/ui/`. */
  tab(address?: string): Promise<Tab>;
  /** The same, 320 px wide: a window that a page opens may be narrower than one with bars. */
  narrowTab(address: string): Promise<Tab>;
}

export interface Stage {
  readonly engine: Engine;
  readonly world: World;
  readonly session: BrowserSession;
  person(): Promise<Person>;
  /** A person who is signed in, in the first of their tabs. */
  signedIn(login: Login, address?: string): Promise<{ readonly tab: Tab; readonly person: Person }>;
  /** Waits for a fault that matches, and excuses all that do. */
  expected(pattern: RegExp): Promise<void>;
}

export type Story = readonly [name: string, play: (stage: Stage) => Promise<void>];

export const signIn = async (tab: Tab, login: Login): Promise<void> => {
  if ("token" in login) {
    await tab.choose("How", "Token");
    await tab.fill("Token", login.token);
  } else {
    await tab.choose("How", "Name and password");
    await tab.fill("Name", login.name);
    await tab.fill("Password", login.password);
  }
  await tab.click("button", "Sign in");
  await tab.lacks("field", "How");
};

const isOurs = (address: string, origins: readonly string[]): boolean =>
  origins.some((origin) => address.startsWith(`${origin}/`));

const createStage = (engine: Engine, world: World, session: BrowserSession, canaries: Canaries) => {
  const { driver } = session;
  const gates: Gate[] = [];
  const closed: (() => Promise<void>)[] = [];
  const faults: string[] = [];
  const excused: RegExp[] = [];
  const origins = (): readonly string[] => gates.map(({ port }) => `http://127.0.0.1:${port}`);
  const look = (where: string, text: string): void => {
    const secret = canaries.in(text);
    if (secret !== undefined) faults.push(`a secret in ${where}: ${secret}`);
  };

  const person = async (): Promise<Person> => {
    const gate = await startGate({
      origin: world.url,
      onAnswer: (passed) => {
        for (const token of tokensOf([passed])) canaries.add(token);
      },
    });
    gates.push(gate);
    closed.push(() => gate.close());
    const origin = `http://127.0.0.1:${gate.port}`;
    const tabHere = async (address: string): Promise<Tab> => {
      const tab = tabOf(driver, await driver.getWindowHandle(), origin);
      await tab.go(address);
      return tab;
    };
    return {
      gate,
      origin,
      tab: async (address = "/ui/") => {
        // A tab behind another one would be drawn by no browser: each has a window.
        const [any = ""] = await driver.getAllWindowHandles();
        await driver.switchTo().window(any);
        await driver.switchTo().newWindow("window");
        return tabHere(address);
      },
      narrowTab: async (address) => {
        const before = await driver.getAllWindowHandles();
        await driver.executeScript("window.open('about:blank', '', 'width=320,height=800')");
        const [opened] = (await driver.getAllWindowHandles()).filter((handle) => !before.includes(handle));
        if (opened === undefined) throw new Error("no window was opened");
        await driver.switchTo().window(opened);
        return tabHere(address);
      },
    };
  };

  const sweepTab = async (handle: string): Promise<void> => {
    await driver.switchTo().window(handle);
    if (!isOurs(await driver.getCurrentUrl(), origins())) return;
    const tab = tabOf(driver, handle, "");
    for (const { where, text } of await tab.evaluate(sweepPage)) look(where, text);
    for (const line of await tab.heard()) {
      look("the history", line);
      if (line.startsWith("exception")) faults.push(line);
    }
  };
  const sweep = async (): Promise<void> => {
    for (const handle of await driver.getAllWindowHandles()) await sweepTab(handle);
    for (const { passed, faults: seen, workerLines } of gates) {
      faults.push(...seen);
      for (const line of workerLines) look("a console line of a worker", line);
      for (const { url, headers } of passed) {
        look("the address of a request", url.href);
        look("a referrer", headers["referer"] ?? "");
        if (headers["cookie"] !== undefined) faults.push("a request with a cookie");
      }
    }
  };
  const left = (): readonly string[] => [...new Set(faults)].filter((text) => !excused.some((one) => one.test(text)));

  const stage: Stage = {
    engine,
    world,
    session,
    person,
    signedIn: async (login, address) => {
      const one = await person();
      const tab = await one.tab(address);
      await signIn(tab, login);
      return { tab, person: one };
    },
    expected: async (pattern) => {
      const until = Date.now() + PATIENCE_MS;
      await sweep();
      while (!left().some((text) => pattern.test(text)) && Date.now() < until) {
        await pause(50);
        await sweep();
      }
      if (!left().some((text) => pattern.test(text)))
        throw new Error(`no fault matches ${pattern}; there are: ${left().join("\n") || "none"}`);
      excused.push(pattern);
    },
  };
  /** Leaves one empty window, in which the browser waits for the next story. */
  const clear = async (): Promise<void> => {
    const [first, ...others] = await driver.getAllWindowHandles();
    for (const handle of others) {
      await driver.switchTo().window(handle);
      await driver.close();
    }
    if (first !== undefined) await driver.switchTo().window(first);
    for (const close of closed) await close();
  };
  return { stage, sweep, left, clear };
};

/** Declares the stories for one browser. Without it they are skipped. */
export const tellIn = (engine: Engine, stories: readonly Story[]): void => {
  const { found } = engine;
  const declare = "missing" in found ? describe.skip : describe;
  declare(`the page in ${engine.name}`, () => {
    const canaries = createCanaries();
    let world: World | undefined;
    let session: BrowserSession | undefined;
    let played: ReturnType<typeof createStage> | undefined;

    beforeAll(async () => {
      if ("missing" in found) return;
      world = await startWorld(canaries);
      session = await openSession(engine, found);
      process.stdout.write(`test:browsers: ${engine.name} ${session.version}\n`);
    });
    afterEach(async () => {
      const last = played;
      played = undefined;
      if (last === undefined) return;
      try {
        await last.sweep();
      } finally {
        await last.clear();
      }
      if (last.left().length > 0) throw new Error(`the guard found:\n${last.left().join("\n")}`);
    });
    afterAll(async () => {
      await session?.close();
      await world?.close();
    });
    for (const [name, play] of stories)
      it(name, async () => {
        if (world === undefined || session === undefined) throw new Error("started before the stories");
        played = createStage(engine, world, session, canaries);
        await play(played.stage);
      });
  });
};
