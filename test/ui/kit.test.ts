import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { PAGE_HEADERS } from "../../src/ui-files/headers.ts";
import { axeEverywhere } from "./support/axe.ts";
import { eventually } from "./support/eventually.ts";
import { hasFocus } from "./support/focus.ts";
import type { VisitorOptions } from "./support/page.ts";
import { misfits, spaceText } from "./support/reflow.ts";
import { describeUi } from "./support/suite.ts";

/** The parts of the kit, each on one page of their own under the page's policy. */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DOCUMENT =
  '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Kit</title><link rel="icon" href="/ui/kit.svg"><link rel="stylesheet" href="/ui/kit.css"><script type="module" src="/ui/kit.js"></script><body></body></html>';

const text = async (entry: string): Promise<string> => {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    jsx: "automatic",
    jsxImportSource: "preact",
  });
  return outputFiles[0]?.text ?? "";
};
const files = (async () => ({
  "/ui/kit.js": ["text/javascript", await text("test/ui/kit/gallery.tsx")],
  "/ui/kit.css": ["text/css", await text("ui/styles/index.css")],
  "/ui/kit.svg": ["image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>"],
}))();

describeUi("the kit", (ui) => {
  /** `at`: the time in the browser, which then stands still; milliseconds. */
  const gallery = async (options: VisitorOptions = {}, at?: number) => {
    const visitor = await ui.visitor(options);
    if (at !== undefined) await visitor.context.clock.setFixedTime(at);
    const served: Readonly<Record<string, readonly string[]>> = await files;
    visitor.gate.instead = ({ url }) => {
      const [type = "text/html", body = DOCUMENT] = served[url.pathname] ?? [];
      return url.pathname.startsWith("/ui/")
        ? { status: 200, headers: { ...PAGE_HEADERS, "content-type": type }, body }
        : undefined;
    };
    const tab = async (): Promise<Page> => {
      const page = await visitor.tab("/ui/browse/secret/team-a/");
      await page.getByRole("heading", { level: 1 }).waitFor();
      return page;
    };
    return { page: await tab(), tab, visitor };
  };

  const focused = (page: Page): Promise<string> =>
    page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
    });
  const status = (page: Page): Promise<string> =>
    page.evaluate(() => document.querySelector("[role=status]")?.textContent?.trim() ?? "");

  it("44. has no violation in light, dark, 1280, 320; a dialog and an open menu neither", async () => {
    const { page } = await gallery();

    expect(await axeEverywhere(page)).toEqual([]);
    await page.getByRole("button", { name: "Destroy version 2" }).click();
    await page.getByRole("dialog").waitFor();
    expect(await axeEverywhere(page)).toEqual([]);
    await page.keyboard.press("Escape");
    const menu = page.getByRole("menu", { name: "Copy as" });
    const opened = async (): Promise<void> => {
      await page.keyboard.press("Escape");
      await menu.waitFor({ state: "hidden" });
      await page.getByRole("button", { name: "Copy as" }).click();
      await menu.waitFor();
    };
    expect(await axeEverywhere(page, opened)).toEqual([]);
    await menu.waitFor();
  });

  it("47. fits 320 pixels, also with spaced text", async () => {
    const { page } = await gallery({ width: 320 });
    await page.getByRole("button", { name: "Show notes" }).click();

    expect(await misfits(page)).toEqual([]);
    await spaceText(page);
    expect(await misfits(page)).toEqual([]);
  });

  it("values are eight dots, and in the document only while shown: a minute at most", async () => {
    const { page } = await gallery();
    await page.clock.install();
    const has = (part: string): Promise<boolean> =>
      page.evaluate((wanted) => document.body.innerHTML.includes(wanted), part);

    expect(await has("canary-password-1")).toBe(false);
    expect(await page.locator(".secret .dots").allTextContents()).toEqual(Array(3).fill("••••••••"));
    const show = page.getByRole("button", { name: "Show password" });
    await show.click();
    expect(await has("canary-password-1")).toBe(true);
    expect(await page.getByRole("button", { name: "Hide password" }).count()).toBe(1);
    await page.clock.fastForward(61_000);
    await show.waitFor();
    expect(await has("canary-password-1")).toBe(false);

    await show.click();
    await page.evaluate(() => dispatchEvent(new Event("pagehide")));
    await show.waitFor();
    expect(await has("canary-password-1")).toBe(false);
  });

  it("19. shows what a reader would not see, and keeps it exact", async () => {
    const { page } = await gallery();
    await page.getByRole("button", { name: "Show odd" }).click();
    const value = page.locator(".secret-value.shown");

    expect(await value.textContent()).toBe(" a\tb\u202ec\0d ");
    expect(
      await value.locator(".mark").evaluateAll((marks) => marks.map((mark) => mark.getAttribute("data-mark"))),
    ).toEqual(["·", "tab", "U+202E", "NUL", "·"]);
  });

  it("copies by the browser's promise, and clears: after 30 s at the next key or click in any tab, or at once", async () => {
    const { page, tab, visitor } = await gallery();
    let held = "";
    let refuses = false;
    let refused = 0;
    await visitor.context.exposeFunction("write", (given: string) => {
      if (refuses) refused += 1;
      if (refuses) throw new Error("refused");
      held = given;
    });
    const other = await tab();
    for (const one of [page, other]) {
      await one.clock.install();
      await one.evaluate(() => {
        Object.assign(navigator.clipboard, { writeText: (given: string) => Reflect.get(window, "write")(given) });
        const heard: string[] = [];
        new BroadcastChannel("clipboard").addEventListener("message", ({ data }) => heard.push(data));
        Object.assign(window, { heard });
      });
    }
    /** The other tab has been told so, and has begun to wait, or stopped. */
    const toldOther = (...said: readonly string[]) =>
      other.waitForFunction((wanted) => Reflect.get(window, "heard").join() === wanted, said.join());
    const toasts = page.locator(".toast");

    await page.getByRole("button", { name: "Copy password" }).click();
    await toasts.getByText("Copied password. Cleared in 30 s").waitFor();
    expect(held).toBe("canary-password-1");
    await toasts.getByRole("button", { name: "Clear now" }).click();
    await toasts.waitFor({ state: "detached" });
    expect(held).toBe("");

    // What was copied later by hand is nobody's secret.
    await page.getByRole("button", { name: "Copy notes" }).click();
    await toasts.getByText("Copied notes").waitFor();
    await page.getByRole("button", { name: "Copy command to log in" }).click();
    await toasts.getByText("Copied command to log in").waitFor();
    await toasts.getByText("Copied notes").waitFor({ state: "detached" });
    await page.clock.fastForward(31_000);
    expect(held).toContain("vault write");

    await page.getByRole("button", { name: "Copy password" }).click();
    await toasts.getByText("Copied password").waitFor();
    await toldOther("copied", "gone", "copied", "gone", "copied");
    expect(held).toBe("canary-password-1");
    refuses = true;
    await page.clock.fastForward(31_000);
    await eventually(() => refused > 0);
    expect(held).toBe("canary-password-1");
    refuses = false;
    await other.clock.fastForward(31_000);
    await other.keyboard.press("Shift");
    await toasts.getByText("Copied password").waitFor({ state: "detached" });
    expect(held).toBe("");
  });

  it("says that nothing was copied where the browser refuses", async () => {
    const { page } = await gallery();
    await page.evaluate(() => {
      Object.assign(navigator.clipboard, { writeText: () => Promise.reject(new Error("refused")) });
    });
    await page.getByRole("button", { name: "Copy password" }).click();

    await page.locator(".toast").getByText("password was not copied: the browser refused.").waitFor();
  });

  it("17. destroying wants the name; Enter does nothing", async () => {
    const { page } = await gallery();
    const open = page.getByRole("button", { name: "Destroy version 2" });
    await open.click();
    const dialog = page.getByRole("dialog", { name: "Destroy version 2" });
    const field = dialog.getByLabel("Type db to confirm");

    await field.press("Enter");
    await field.fill("dc");
    await field.press("Enter");
    await dialog.getByText("This is not db.").waitFor();
    expect(await dialog.getByRole("button", { name: "Destroy" }).isDisabled()).toBe(true);
    await page.mouse.click(2, 2);
    await field.fill("db");
    await field.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await hasFocus(page, open);
  });

  it("45. dialogs give focus back; one status line at a time", async () => {
    const { page } = await gallery();
    const open = page.getByRole("button", { name: "Destroy version 2" });
    await open.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();

    const oneStatusLine = (where: string) =>
      page.waitForFunction(
        (one) =>
          document.querySelectorAll("[role=status]").length === 1 &&
          document.querySelector("[role=status]")?.matches(one),
        where,
      );
    await oneStatusLine("dialog *");
    for (let press = 0; press < 3; press += 1) await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await hasFocus(page, open);
    await oneStatusLine(":not(dialog *)");
  });

  it("45. menus, tabs, rows and suggestions go by arrows, letters, Enter and Escape", async () => {
    const { page } = await gallery();
    const press = async (...keys: string[]): Promise<string> => {
      for (const key of keys) await page.keyboard.press(key);
      return focused(page);
    };

    await page.getByRole("button", { name: "More", exact: true }).focus();
    expect(await press("ArrowDown")).toBe("Rename");
    expect(await press("ArrowDown", "r")).toBe("Remove");
    expect(await press("ArrowDown")).toBe("Rename");
    expect(await press("Escape")).toBe("More");
    expect(await press("Enter", "End", "Enter")).toBe("More");
    expect(await status(page)).toBe("Remove");

    await page.getByRole("tab", { name: "People" }).focus();
    expect(await press("ArrowRight")).toBe("Groups");
    expect(await press("ArrowRight")).toBe("People");

    await page.getByRole("link", { name: /^db/ }).focus();
    expect(await press("ArrowDown")).toMatch(/^mail/);
    expect(await press("ArrowRight")).toBe("Copy mail");
    expect(await press("ArrowLeft", "End")).toMatch(/^stripe-live/);
    expect(await press("Home")).toMatch(/^db/);
    // One stop a row.
    expect(await press("Tab")).toMatch(/^mail/);

    const path = page.getByRole("combobox", { name: "Path" });
    await path.fill("secret");
    await path.press("ArrowDown");
    await path.press("ArrowDown");
    await path.press("Enter");
    expect(await path.inputValue()).toBe("secret/b");
    await path.fill("s");
    await path.press("Escape");
    expect(await path.getAttribute("aria-expanded")).toBe("false");
  });

  it("49. says each thing once, and a countdown at five minutes", async () => {
    const opened = Date.now();
    const { page } = await gallery({}, opened);
    await page.evaluate(() => {
      const said: string[] = [];
      Object.assign(window, { said });
      const place = document.querySelector("[role=status]");
      if (place)
        new MutationObserver(() => said.push(place.textContent?.trim() ?? "")).observe(place, {
          childList: true,
          characterData: true,
          subtree: true,
        });
    });
    const said = (): Promise<unknown> => page.evaluate(() => Reflect.get(window, "said"));

    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.locator(".toast").waitFor();
    await page.context().clock.setFixedTime(opened + 1_500);
    await page.locator(".countdown").getByText("5 min left", { exact: true }).waitFor();
    await page.waitForFunction(() => Reflect.get(window, "said").length > 1);
    expect(await said()).toEqual(["Saved db", "Credentials of readonly: 5 min left"]);
    // Drawn for the eye, and no second voice.
    expect(await page.locator(".toast").getAttribute("role")).toBeNull();
  });

  it("48. stands still where motion is unwanted, and shows states in forced colours", async () => {
    const { page } = await gallery({ forcedColors: "active" });
    await page.getByRole("button", { name: "Destroy version 2" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.locator(".toast").waitFor();
    const moving = await page.evaluate(() =>
      document.getAnimations().flatMap((animation) => {
        const { duration = 0 } = animation.effect?.getComputedTiming() ?? {};
        return typeof duration === "number" && duration > 1 ? [duration] : [];
      }),
    );
    const ground = (selector: string): Promise<string> =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => getComputedStyle(element).backgroundColor);

    expect(moving).toEqual([]);
    expect(await ground(".segmented input:checked + span")).not.toBe(
      await ground(".segmented input:not(:checked) + span"),
    );
    expect(await ground(".button.primary")).not.toBe(await ground(".button.plain"));
  });

  it("compares two versions masked, line by line where shown", async () => {
    const { page } = await gallery();
    const diff = page.locator(".diff");

    expect(await diff.textContent()).not.toContain("canary");
    await page.getByRole("button", { name: "Show both values of notes" }).click();
    expect(await diff.locator(".diff-line").allTextContents()).toEqual([
      "removed: −Rose is a rose",
      "added: +Rose is the rose",
      "unchanged:  is a rose",
      "unchanged:  is a rose",
    ]);
  });
});
