import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { axeEverywhere } from "./support/axe.ts";
import { store, stored } from "./support/editor.ts";
import { describeUi } from "./support/suite.ts";

const row = (page: Page, version: number) =>
  page
    .getByRole("list", { name: "Versions" })
    .getByRole("listitem")
    .filter({ hasText: new RegExp(`^Version ${version}(?!\\d)`) });

describeUi("history", (ui) => {
  const opened = async (name: string, ...versions: readonly Readonly<Record<string, string>>[]) => {
    for (const data of versions) await ui.world.secret(`secret/team/${name}`, data);
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, `/ui/browse/secret/team/${name}?tab=history`);
    await row(page, versions.length).waitFor();
    return { page, visitor };
  };
  const read = async (name: string, version?: number) =>
    ui.world.call("GET", `secret/data/team/${name}${version === undefined ? "" : `?version=${version}`}`);

  it("16. compare shows what changed, hidden until a field is shown", async () => {
    const [old, now, lines] = [ui.world.canary("old"), ui.world.canary("new"), ui.world.canary("line")];
    const { page } = await opened(
      "compared",
      { password: old, notes: `${lines}\nsecond\nthird`, gone: ui.world.canary("gone"), same: ui.world.canary("same") },
      { password: now, notes: `${lines}\nchanged line\nthird`, fresh: ui.world.canary("fresh"), same: "same" },
    );
    await row(page, 2).getByRole("button", { name: "Compare version 2", exact: true }).click();
    await page.getByRole("menuitem", { name: "with version 1" }).click();
    const dialog = page.getByRole("dialog", { name: "Version 1 and version 2" });
    await dialog.getByText("removed").waitFor();
    expect(await dialog.textContent()).not.toContain(old);
    await dialog.getByRole("button", { name: "Show both values of password" }).click();
    await dialog.getByText(old).waitFor();
    await dialog.getByText(now).waitFor();
    expect(await dialog.textContent()).not.toContain(lines);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await page.locator("body").textContent()).not.toContain(old);
  });

  it("16. restore writes the old values as the newest version, digit by digit", async () => {
    await store(ui.world, "secret/data/team/restored", '{"n":12345678901234567890,"s":"restored text"}');
    await ui.world.secret("secret/team/restored", { s: "newer text" });
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/browse/secret/team/restored?tab=history");
    await page.getByRole("button", { name: "Restore version 1", exact: true }).click();
    await page.getByText("Restored version 1 as version 3").first().waitFor();
    await row(page, 3).waitFor();
    expect(await stored(ui.world, "secret/data/team/restored")).toContain('"n":12345678901234567890');
  });

  it("16. restore writes over nobody: a newer version stops it", async () => {
    const { page } = await opened("raced", { a: "first one" }, { a: "second one" });
    await ui.world.secret("secret/team/raced", { a: "third one" });
    await page.getByRole("button", { name: "Restore version 1", exact: true }).click();
    await page.getByText("Somebody saved a newer version meanwhile.").waitFor();
    expect((await read("raced")).data).toMatchObject({ data: { a: "third one" }, metadata: { version: 3 } });
  });

  it("16. delete is undone by Undo, and undelete brings a version back", async () => {
    const { page } = await opened("deleted", { a: "first one" }, { a: "second one" });
    await page.getByRole("button", { name: "Delete version 2", exact: true }).click();
    await page.getByText("Deleted version 2").first().waitFor();
    expect((await read("deleted")).status).toBe(404);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Brought version 2 back").first().waitFor();
    expect((await read("deleted")).data).toMatchObject({ data: { a: "second one" } });

    await page.getByRole("button", { name: "Delete version 1", exact: true }).click();
    await row(page, 1).getByText("deleted", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Undelete version 1", exact: true }).click();
    await page.getByRole("button", { name: "Delete version 1", exact: true }).waitFor();
    expect((await read("deleted", 1)).status).toBe(200);
  });

  it("45. what is pressed and gone leaves the focus in its row; a message gives it back", async () => {
    const { page } = await opened("by-keys", { a: "first one" }, { a: "second one" });
    const focused = (): Promise<string> =>
      page.evaluate(() => {
        const { activeElement } = document;
        return activeElement?.getAttribute("aria-label") ?? activeElement?.textContent ?? "";
      });
    await page.getByRole("button", { name: "Delete version 2", exact: true }).press("Enter");
    await page.getByRole("button", { name: "Undelete version 2", exact: true }).waitFor();
    expect(await focused()).toMatch(/^Version 2/);

    const undo = page.getByRole("button", { name: "Undo" });
    for (let stop = 0; stop < 40 && !(await undo.evaluate((one) => one === document.activeElement)); stop += 1)
      await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Delete version 2", exact: true }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe("BODY");
  });

  it("16. a deleted version says so, and can be brought back from its own page", async () => {
    await ui.world.secret("secret/team/gone", { a: "the one" });
    await ui.world.prepare("DELETE", "secret/data/team/gone");
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/browse/secret/team/gone");
    await page.getByText("This version is deleted. It can be brought back.").waitFor();
    await page.getByRole("button", { name: "Undelete version 1", exact: true }).click();
    await page.getByRole("button", { name: "Copy a", exact: true }).waitFor();
  });

  it("17. destroying wants the name; Enter does nothing", async () => {
    const { page, visitor } = await opened("doomed", { a: "first one" }, { a: "second one" });
    const destroyed = () =>
      visitor.gate.calls().filter((call) => /POST secret\/destroy|DELETE secret\/metadata/.test(call));
    await page.getByRole("button", { name: "Delete version 1", exact: true }).click();
    await page.getByRole("button", { name: "Destroy version 1", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Destroy version 1 of doomed?" });
    await dialog.waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.type("doome");
    await page.keyboard.press("Enter");
    expect(await dialog.getByRole("button", { name: "Destroy" }).isDisabled()).toBe(true);
    expect(destroyed()).toEqual([]);

    await page.keyboard.type("d");
    await page.keyboard.press("Enter");
    await row(page, 1).getByText("destroyed").waitFor();
    expect((await read("doomed", 1)).data).toMatchObject({ metadata: { destroyed: true } });
    expect((await read("doomed")).data).toMatchObject({ data: { a: "second one" } });

    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Remove with all versions" }).click();
    const all = page.getByRole("dialog", { name: "Remove doomed with all its versions?" });
    await all.waitFor();
    await page.keyboard.press("Enter");
    expect(destroyed()).toHaveLength(1);
    await all.getByLabel("Type doomed to confirm").fill("doomed");
    await all.getByRole("button", { name: "Remove with all versions" }).click();
    await page.getByRole("heading", { name: "team", level: 1 }).waitFor();
    expect((await ui.world.call("GET", "secret/metadata/team/doomed")).status).toBe(404);
  });

  it("17. version 1 keeps no history: deleting wants the name", async () => {
    await ui.world.prepare("POST", "sys/mounts/plain", { type: "kv", options: { version: "1" } });
    await ui.world.prepare("POST", "plain/team/db", { a: "only one" });
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/browse/plain/team/db");
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog", { name: "Delete db?" }).waitFor();
    await page.keyboard.press("Enter");
    expect((await ui.world.call("GET", "plain/team/db")).status).toBe(200);
    await page.getByLabel("Type db to confirm").fill("db");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "team", level: 1 }).waitFor();
    expect((await ui.world.call("GET", "plain/team/db")).status).toBe(404);
  });

  it("settings are changed, and not over somebody else's change", async () => {
    const { page } = await opened("settled", { a: "first one" });
    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Change settings" }).click();
    const dialog = page.getByRole("dialog", { name: "Settings" });
    await dialog.getByLabel("Versions kept").fill("3");
    await dialog.getByRole("button", { name: "Add a note" }).click();
    await dialog.getByLabel("Name of the note").fill("owner");
    await dialog.getByLabel("Value of owner").fill("team-a");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved the settings").first().waitFor();
    await page.getByText("team-a", { exact: true }).waitFor();
    const { data } = await ui.world.call("GET", "secret/metadata/team/settled");
    expect(data).toMatchObject({ custom_metadata: { owner: "team-a" } });
    expect(String(data["max_versions"])).toBe("3");

    await page.getByRole("button", { name: "Change settings" }).click();
    await ui.world.prepare("POST", "secret/metadata/team/settled", { max_versions: 7 });
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Somebody changed the settings meanwhile.").waitFor();
    expect(String((await ui.world.call("GET", "secret/metadata/team/settled")).data["max_versions"])).toBe("7");
  });

  it("44. axe finds nothing in the dialogs of a secret", async () => {
    const { page } = await opened("looked-at", { a: "first one", b: "same" }, { a: "second one", b: "same" });
    await row(page, 2).getByRole("button", { name: "Compare version 2", exact: true }).click();
    await page.getByRole("menuitem", { name: "with version 1" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Show both values of a" }).click();
    expect(await axeEverywhere(page)).toEqual([]);
    await page.keyboard.press("Escape");

    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Change settings" }).click();
    await dialog.getByRole("button", { name: "Add a note" }).click();
    expect(await axeEverywhere(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Remove with all versions" }).click();
    expect(await axeEverywhere(page)).toEqual([]);
  });
});
