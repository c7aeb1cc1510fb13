import { afterAll, afterEach, beforeAll, describe } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { findBrowser, launchBrowser } from "./browser.ts";
import { createCanaries } from "./canaries.ts";
import { openVisitor, type Visitor, type VisitorOptions } from "./page.ts";
import { signIn } from "./sign-in.ts";
import { type Login, startWorld, type World, type WorldOptions } from "./world.ts";

/**
 * A file of browser tests: one browser and one server for all of them, a visitor of its own for each, and after each
 * test the guard, which fails it for what no test may see.
 */

export interface Ui {
  readonly world: World;
  /** Somebody who has not been here before. Closed after the test. */
  visitor(options?: VisitorOptions): Promise<Visitor>;
  /** A visitor who is signed in, at an address of the page. */
  signedIn(login: Login, address?: string, options?: VisitorOptions): Promise<{ page: Page; visitor: Visitor }>;
}

const lazily = <T>(what: string): { get: () => T; set: (value: T) => void } => {
  let held: T | undefined;
  return {
    get: () => {
      if (held === undefined) throw new Error(`${what} is there in tests and hooks only`);
      return held;
    },
    set: (value) => {
      held = value;
    },
  };
};

const executable = findBrowser();

/** Declares the tests of a file. Without a browser they are skipped. */
export const describeUi = (name: string, tests: (ui: Ui) => void, options: WorldOptions = {}): void => {
  const declare = executable === undefined ? describe.skip : describe;
  declare(name, () => {
    const canaries = createCanaries();
    const browser = lazily<Browser>("the browser");
    const world = lazily<World>("the world");
    const visitors: Visitor[] = [];

    beforeAll(async () => {
      const [started, launched] = await Promise.all([startWorld(canaries, options), launchBrowser(executable ?? "")]);
      world.set(started);
      browser.set(launched);
    });
    afterEach(async () => {
      const faults: string[] = [];
      for (const visitor of visitors.splice(0)) {
        try {
          await visitor.guard.sweep();
          faults.push(...visitor.guard.faults());
        } finally {
          await visitor.close();
        }
      }
      if (faults.length > 0) throw new Error(`the guard found:\n${faults.join("\n")}`);
    });
    afterAll(async () => {
      await browser.get().close();
      await world.get().close();
    });

    const visitor: Ui["visitor"] = async (given) => {
      const one = await openVisitor(browser.get(), world.get(), canaries, given);
      visitors.push(one);
      return one;
    };
    tests({
      get world() {
        return world.get();
      },
      visitor,
      signedIn: async (login, address, given) => {
        const one = await visitor(given);
        const page = await one.tab(address);
        await signIn(page, login);
        return { page, visitor: one };
      },
    });
  });
};
