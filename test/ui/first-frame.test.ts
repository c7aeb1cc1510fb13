import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { entersAtOnce } from "./support/focus.ts";
import { describeUi } from "./support/suite.ts";

/** What a key meets that is pressed before the browser has drawn what it is for: on a busy machine that is long. */

interface First {
  /** Label of the field that has the focus. */
  readonly focus: string;
  /** Of each row, whether Tab stops at its links and buttons. */
  readonly stops: readonly (readonly number[])[];
}

interface Told {
  first?: First;
}

/** Runs in the page. What comes into the document is looked at in the same task, before the browser draws it. */
const lookAtFirst = (selector: string): void => {
  const watch = new MutationObserver(() => {
    if (document.querySelector(selector) === null) return;
    watch.disconnect();
    const { activeElement: at } = document;
    const rows = [...document.querySelectorAll(".row")];
    Object.assign(globalThis, {
      first: {
        focus: at instanceof HTMLInputElement ? (at.ariaLabel ?? at.labels?.[0]?.textContent ?? "") : "",
        stops: rows.map((row) =>
          [...row.querySelectorAll<HTMLElement>("a, button:not([role=menuitem])")].map(({ tabIndex }) => tabIndex),
        ),
      },
    });
  });
  watch.observe(document, { childList: true, subtree: true });
};

const lookedAt = async (page: Page): Promise<First | undefined> => {
  await page.waitForFunction(() => (globalThis as unknown as Told).first !== undefined);
  return page.evaluate(() => (globalThis as unknown as Told).first);
};

/** Of a page that has arrived: its title is set after that. */
const fieldInUse = async (page: Page, title: string): Promise<string | null> => {
  await page.waitForFunction((start) => document.title.startsWith(start), title);
  return page.evaluate(() => document.activeElement?.localName ?? null);
};

describeUi("before the first frame", (ui) => {
  const root = async (address: string, title: string): Promise<Page> => {
    const { page } = await ui.signedIn({ token: ui.world.root }, address);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    return page;
  };

  it("a dialog has the focus in the field that it is there for", async () => {
    for (const path of ["first", "second"]) await ui.world.prepare("POST", `sys/auth/${path}`, { type: "userpass" });
    const page = await root("/ui/access", "Access");
    await page.evaluate(lookAtFirst, "dialog select");
    await page.getByRole("button", { name: "Add a person" }).click();
    expect((await lookedAt(page))?.focus).toBe("Name");
  });

  it("a page has the focus in the field that it is there for", async () => {
    const page = await root("/ui/me", "My access");
    await page.evaluate(lookAtFirst, "[type=search]");
    await page.keyboard.press("ControlOrMeta+k");
    expect((await lookedAt(page))?.focus).toBe("Search");
  });

  it("a field that was added to a secret has the focus in its name", async () => {
    const page = await root("/ui/new/secret/", "New secret");
    await page.evaluate(lookAtFirst, '[aria-label="Name of field 2"]');
    await page.getByRole("button", { name: "Add field" }).click();
    expect((await lookedAt(page))?.focus).toBe("Name of field 2");
  });

  it("Tab stops once at each row", async () => {
    for (const name of ["one", "two"]) await ui.world.secret("secret/rows", { password: ui.world.canary(name) });
    const page = await root("/ui/browse/secret/rows", "rows");
    await page.evaluate(lookAtFirst, ".row-actions");
    await page.getByRole("tab", { name: "History" }).click();
    const stops = (await lookedAt(page))?.stops ?? [];
    expect(stops.map(([first]) => first)).toEqual([0, 0]);
    expect(new Set(stops.flatMap(([, ...others]) => others))).toEqual(new Set([-1]));
  });

  it("a page that is arrived at leaves the focus to whoever is at work in it already", async () => {
    const page = await root("/ui/me", "My access");
    await entersAtOnce(page, ".page textarea");
    await page.getByRole("navigation").getByRole("link", { name: "Share" }).click();
    expect(await fieldInUse(page, "Share once")).toBe("textarea");
  });
});
