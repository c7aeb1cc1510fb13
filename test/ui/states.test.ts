import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { framesDrawn } from "./support/axe.ts";
import { type Filled, fillWorld } from "./support/filled.ts";
import { signIn } from "./support/sign-in.ts";
import { describeUi } from "./support/suite.ts";

/** What pages say, and how they look to those who want no motion or colours of their own: on the pages themselves. */

/** Notes every text of a status line, for `said`. */
const listen = (): void => {
  const said: string[] = [];
  Object.assign(globalThis, { said });
  new MutationObserver((changes) => {
    const places = changes.map(({ target }) =>
      (target instanceof Element ? target : target.parentElement)?.closest("[role=status].unseen-text"),
    );
    for (const place of new Set(places)) if (place?.textContent) said.push(place.textContent.trim());
  }).observe(document, { childList: true, characterData: true, subtree: true });
};

describeUi("states", (ui) => {
  let filled: Promise<Filled> | undefined;
  const people = (): Promise<Filled> => {
    filled ??= fillWorld(ui.world);
    return filled;
  };

  const said = (page: Page): Promise<readonly string[]> => page.evaluate(() => Reflect.get(globalThis, "said"));
  const listening = async (address: string): Promise<Page> => {
    const visitor = await ui.visitor({ permissions: ["clipboard-read", "clipboard-write"] });
    await visitor.context.addInitScript(listen);
    return visitor.tab(address);
  };

  it("49. status messages once, without secrets", async () => {
    const { operator } = await people();
    const value = ui.world.canary("spoken");
    await ui.world.secret("secret/spoken/alpha", { password: value });
    await ui.world.secret("secret/spoken/beta", { password: value });
    const page = await listening("/ui/browse/secret/spoken/");
    await page.getByLabel("Name", { exact: true }).fill(operator.name);
    await page.getByLabel("Password", { exact: true }).fill("wrong");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText("Name or password wrong.").first().waitFor();
    await signIn(page, operator);
    await page.getByLabel("Filter", { exact: true }).fill("alp");
    await page.getByRole("status").getByText("1 match").waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Show password" }).click();
    await page.getByRole("button", { name: "Copy password" }).click();
    await page.locator(".toast").getByText("Copied password").waitFor();
    await page.getByRole("tab", { name: "History" }).click();
    await page.getByRole("button", { name: "Delete version 1", exact: true }).click();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.locator(".toast").getByText("Brought version 1 back").waitFor();
    await page.getByRole("button", { name: "Lock" }).click();
    await page.getByRole("dialog", { name: "Locked" }).waitFor();

    const all = await said(page);
    expect(all).toEqual([
      "Name or password wrong.",
      "1 match",
      "Copied password. Cleared in 30 s if this page stays open.",
      "Deleted version 1",
      "Brought version 1 back",
    ]);
    expect(all.join(" ")).not.toContain(value);
  });

  it("49. a denial is said once, and names no value", async () => {
    const { developer } = await people();
    const page = await listening("/ui/browse/secret/office/vpn");
    await signIn(page, developer);
    await page.getByRole("heading", { name: "What would allow it" }).waitFor();

    expect(await said(page)).toEqual(["You may not do this"]);
  });

  const running = (page: Page): Promise<readonly number[]> =>
    page.evaluate(() =>
      document.getAnimations().flatMap((animation) => {
        const { duration = 0 } = animation.effect?.getComputedTiming() ?? {};
        return typeof duration === "number" && duration > 1 ? [duration] : [];
      }),
    );

  it.each([
    ["reduce", (durations: readonly number[]) => durations.length === 0],
    ["no-preference", (durations: readonly number[]) => durations.length > 0 && durations.every((one) => one <= 120)],
  ] as const)("48. motion, where the system says %s", async (reducedMotion, fits) => {
    const { operator } = await people();
    const { page } = await ui.signedIn(operator, "/ui/browse/secret/team-a/db?tab=settings", { reducedMotion });
    await page.getByRole("button", { name: "Change settings" }).waitFor();
    await page.locator(".loading:visible").first().waitFor({ state: "hidden" });
    await page.evaluate(() => {
      const seen: number[] = [];
      Object.assign(globalThis, { seen });
      document.addEventListener("animationstart", ({ target }) => {
        if (!(target instanceof Element)) return;
        for (const animation of target.getAnimations()) {
          const { duration = 0 } = animation.effect?.getComputedTiming() ?? {};
          if (typeof duration === "number" && duration > 1) seen.push(duration);
        }
      });
    });
    await page.getByRole("button", { name: "Change settings" }).click();
    await page.getByRole("dialog").waitFor();
    // What moves begins with the first frame, and not while the dialog is made.
    if (reducedMotion === "no-preference")
      await page.waitForFunction(() => (Reflect.get(globalThis, "seen") as readonly number[]).length > 0);
    else await framesDrawn(page);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const seen = await page.evaluate(() => Reflect.get(globalThis, "seen") as readonly number[]);

    expect(fits([...seen, ...(await running(page))])).toBe(true);
  });

  it("48. forced colours: what is chosen, focused or written still shows", async () => {
    const { operator } = await people();
    const { page } = await ui.signedIn(operator, "/ui/browse/secret/team-a/db", { forcedColors: "active" });
    /** Everything that could tell one element from another at a glance. */
    const look = (selector: string): Promise<string> =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => {
          const { backgroundColor, color, fontWeight, borderColor, borderBottomColor, outlineStyle } =
            getComputedStyle(element);
          return [backgroundColor, color, fontWeight, borderColor, borderBottomColor, outlineStyle].join();
        });
    await page.getByRole("tab", { name: "History" }).waitFor();
    expect(await look(".shell-entry[aria-current]")).not.toBe(await look(".shell-entry:not([aria-current])"));
    expect(await look(".tab[aria-selected=true]")).not.toBe(await look(".tab[aria-selected=false]"));
    expect(await look(".button.primary")).not.toBe(await look(".button.plain"));
    await page.getByRole("tab", { name: "History" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)).not.toBe(
      "none",
    );

    await page.goto("/ui/policies/dev");
    const text = page.getByLabel("Policy", { exact: true });
    await text.waitFor();
    // Nothing is changed yet: what cannot be pressed looks so.
    expect(await look(".button.primary:disabled")).not.toBe(await look(".button.plain:not(:disabled)"));
    expect(await look(".button.primary:disabled")).toContain(await look(".button.plain:disabled"));
    const [ink, ground] = await text.evaluate((area) => [
      getComputedStyle(area).color,
      getComputedStyle(area.parentElement ?? area).backgroundColor,
    ]);
    expect(ink).not.toBe(ground);
    expect(ink).not.toMatch(/^rgba\(.*, 0\)$|transparent/);
  });
});
