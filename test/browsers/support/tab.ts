import { setTimeout as pause } from "node:timers/promises";
import { Key, type WebDriver, type WebElement } from "selenium-webdriver";
import { findElements, heard, type Kind, listen, readText } from "./in-page.ts";

/** One tab as a person uses it: finds things by their names, waits until they are there, presses real keys. */

export interface Tab {
  /** A path such as `/ui/me`, loaded as if it were typed. `elsewhere`: at another origin. */
  go(address: string, elsewhere?: { readonly origin: string }): Promise<void>;
  /** `within`: in the group of this name. */
  click(kind: Kind, name: string, within?: string): Promise<void>;
  /** Replaces what is in a field. */
  fill(name: string, text: string): Promise<void>;
  choose(field: string, option: string): Promise<void>;
  /** A file, by its path on this machine. */
  drop(path: string): Promise<void>;
  press(key: string): Promise<void>;
  /** With Control, or Command on a Mac. */
  pressControl(key: string): Promise<void>;
  /** Waits until the text is on the page. */
  sees(text: string): Promise<void>;
  misses(text: string): Promise<void>;
  has(kind: Kind, name: string): Promise<void>;
  lacks(kind: Kind, name: string): Promise<void>;
  /** Waits for one of two; true: it is the second. */
  hasOneOf(one: readonly [Kind, string], other: readonly [Kind, string]): Promise<boolean>;
  valueOf(field: string): Promise<string>;
  isAt(path: string): Promise<void>;
  /** The page has come: it says what it is, and nothing is on its way. */
  isDrawn(): Promise<void>;
  reload(): Promise<void>;
  back(): Promise<void>;
  close(): Promise<void>;
  /** Runs in the page; it refers to nothing outside itself. */
  evaluate<Given extends readonly unknown[], T>(run: (...given: Given) => T | Promise<T>, ...given: Given): Promise<T>;
  /** What the page put into its history, and its exceptions, since it was loaded. */
  heard(): Promise<readonly string[]>;
}

export const PATIENCE_MS = 15_000;
const CONTROL = process.platform === "darwin" ? Key.COMMAND : Key.CONTROL;

export const tabOf = (driver: WebDriver, handle: string, origin: string): Tab => {
  const here = (): Promise<void> => driver.switchTo().window(handle);

  const evaluate: Tab["evaluate"] = async (run, ...given) => {
    await here();
    return driver.executeScript(`return (${run.toString()}).apply(undefined, arguments)`, ...given);
  };

  /** Tries again until it gives something: pages are drawn again meanwhile, and elements replaced. */
  const eventually = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
    const until = Date.now() + PATIENCE_MS;
    let last: unknown;
    for (;;) {
      try {
        const found = await look();
        if (found !== undefined) return found;
      } catch (error) {
        last = error;
      }
      if (Date.now() > until)
        throw new Error(`${what}, on ${await driver.getCurrentUrl()}: ${await evaluate(readText)}`, { cause: last });
      await pause(50);
    }
  };
  const found = (kind: string, name: string, within?: string): Promise<readonly WebElement[]> =>
    evaluate(findElements, kind, name, within) as unknown as Promise<WebElement[]>;
  /** Does something to the first that fits. */
  const first = (
    kind: string,
    name: string,
    act: (element: WebElement) => Promise<unknown>,
    within?: string,
  ): Promise<boolean> =>
    eventually(`no ${kind} "${name}"`, async () => {
      const [element] = await found(kind, name, within);
      if (element === undefined) return undefined;
      await driver.executeScript("arguments[0].scrollIntoView({ block: 'center' })", element);
      await act(element);
      return true;
    });
  const until = async (what: string, look: () => Promise<boolean>): Promise<void> => {
    await eventually(what, async () => ((await look()) ? true : undefined));
  };
  const text = (): Promise<string> => evaluate(readText);

  return {
    go: async (address, elsewhere) => {
      await here();
      await driver.get((elsewhere?.origin ?? origin) + address);
      await evaluate(listen);
    },
    click: async (kind, name, within) => void (await first(kind, name, (element) => element.click(), within)),
    fill: async (name, given) =>
      void (await first("field", name, async (field) => {
        await field.sendKeys(Key.chord(CONTROL, "a"), Key.BACK_SPACE);
        if (given !== "") await field.sendKeys(given);
      })),
    choose: async (field, option) =>
      void (await first("field", field, async (select) => {
        const [wanted] = (await driver.executeScript(
          "return [...arguments[0].options].filter((one) => one.textContent.trim() === arguments[1])",
          select,
          option,
        )) as WebElement[];
        if (wanted === undefined) throw new Error(`no option ${option}`);
        await wanted.click();
      })),
    drop: async (path) => {
      await here();
      await eventually("no field for a file", async () => {
        const [input] = (await driver.executeScript(
          "return [...document.querySelectorAll('input[type=file]')]",
        )) as WebElement[];
        if (input === undefined) return undefined;
        await input.sendKeys(path);
        return true;
      });
    },
    press: async (key) => {
      await here();
      await driver.actions().sendKeys(key).perform();
    },
    pressControl: async (key) => {
      await here();
      await driver.actions().keyDown(CONTROL).sendKeys(key).keyUp(CONTROL).perform();
    },
    sees: (wanted) => until(`"${wanted}" is not seen`, async () => (await text()).includes(wanted)),
    misses: (unwanted) => until(`"${unwanted}" is seen`, async () => !(await text()).includes(unwanted)),
    has: (kind, name) => until(`no ${kind} "${name}"`, async () => (await found(kind, name)).length > 0),
    lacks: (kind, name) => until(`a ${kind} "${name}"`, async () => (await found(kind, name)).length === 0),
    hasOneOf: (one, other) =>
      eventually(`neither ${one.join(" ")} nor ${other.join(" ")}`, async () => {
        if ((await found(...other)).length > 0) return true;
        return (await found(...one)).length > 0 ? false : undefined;
      }),
    valueOf: async (field) => {
      let value = "";
      await first("field", field, async (one) => {
        value = (await driver.executeScript("return arguments[0].value", one)) as string;
      });
      return value;
    },
    isAt: (path) => until(`not at ${path}`, async () => (await evaluate(() => location.pathname)) === path),
    isDrawn: () =>
      until("the page does not come", () =>
        evaluate(() => document.querySelector("main h1") !== null && document.querySelector("main .loading") === null),
      ),
    reload: async () => {
      await here();
      await driver.navigate().refresh();
      await evaluate(listen);
    },
    back: async () => {
      await here();
      await driver.navigate().back();
    },
    close: async () => {
      await here();
      await driver.close();
    },
    evaluate,
    heard: () => evaluate(heard),
  };
};
