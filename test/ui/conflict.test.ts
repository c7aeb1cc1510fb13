import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { axeEverywhere } from "./support/axe.ts";
import { button, isAt, value } from "./support/editor.ts";
import { describeUi, type Ui } from "./support/suite.ts";

/** Two people, or two tabs, change one secret. */

const TEAM = `
  path "secret/+/team-a/*" { capabilities = ["create", "read", "update", "delete", "list"] }
  path "old/*" { capabilities = ["create", "read", "update", "delete", "list"] }`;

const opened = async (ui: Ui, address: string, tabs: number) => {
  await ui.world.policy("team", TEAM);
  const person = await ui.world.person("ada", ["team"]);
  const { page, visitor } = await ui.signedIn(person, address);
  const pages = [page];
  while (pages.length < tabs) pages.push(await visitor.tab(address));
  return { pages, visitor };
};

const write = async (page: Page, name: string, text: string): Promise<void> => {
  const hidden = button(page, `Show ${name}`);
  await hidden.or(button(page, `Hide ${name}`)).waitFor();
  if (await hidden.isVisible()) await hidden.click();
  await value(page, name).fill(text);
};

const choice = (page: Page, name: string, side: string) =>
  page.getByRole("group", { name: `Which value of ${name}` }).getByText(side);

const dataOf = async (ui: Ui, path: string) => (await ui.world.call("GET", `secret/data/${path}`)).data["data"];

describeUi("conflicts", (ui) => {
  it("21. two tabs edit: base, theirs and mine by field; nothing is overwritten", async () => {
    await ui.world.secret("secret/team-a/db", { user: "user-old", password: "password-old", host: "host-old" });
    const {
      pages: [first, second],
    } = await opened(ui, "/ui/edit/secret/team-a/db", 2);
    if (!first || !second) throw new Error("two tabs");
    await write(first, "password", "password-first");
    await write(first, "user", "user-first");
    await write(second, "password", "password-second");
    await write(second, "host", "host-second");
    await button(first, "Save").click();
    await isAt(first, "browse/secret/team-a/db");
    await button(second, "Save").click();
    await second.getByRole("heading", { name: "Somebody saved this meanwhile" }).waitFor();

    expect(await dataOf(ui, "team-a/db")).toEqual({
      user: "user-first",
      password: "password-first",
      host: "host-old",
    });
    await second.getByText("Version 2 was saved while you were editing version 1.").waitFor();
    // The values are dots, field by field.
    expect(await second.locator(".edit-conflict").textContent()).not.toMatch(/password-/);
    await button(second, "Show all values of password").click();
    expect(await second.locator(".edit-side-value").allTextContents()).toEqual([
      "password-old",
      "password-first",
      "password-second",
    ]);
    expect(await axeEverywhere(second)).toEqual([]);

    await button(second, "Save as version 3").click();
    await second.getByText("Choose first: password.").waitFor();
    await choice(second, "password", "Keep mine").click();
    await button(second, "Save as version 3").click();
    await isAt(second, "browse/secret/team-a/db");

    expect(await dataOf(ui, "team-a/db")).toEqual({
      user: "user-first",
      password: "password-second",
      host: "host-second",
    });
  });

  it("21. a second conflict in a row, theirs taken, and a value written by hand", async () => {
    await ui.world.secret("secret/team-a/twice", { a: "a-old", b: "b-old" });
    const {
      pages: [page],
    } = await opened(ui, "/ui/edit/secret/team-a/twice", 1);
    if (!page) throw new Error("a tab");
    await write(page, "a", "a-mine");
    await write(page, "b", "b-mine");
    await ui.world.secret("secret/team-a/twice", { a: "a-theirs", b: "b-theirs" });
    await page.keyboard.press("Control+s");
    await choice(page, "a", "Take theirs").click();
    await write(page, "b", "b-by-hand");
    await ui.world.secret("secret/team-a/twice", { a: "a-later", b: "b-theirs" });
    await button(page, "Save as version 3").click();
    await page.getByText("Version 3 was saved while you were editing version 2.").waitFor();

    // Mine of a was theirs before, so what they made of it since is taken over.
    await button(page, "Save as version 4").click();
    await isAt(page, "browse/secret/team-a/twice");
    expect(await dataOf(ui, "team-a/twice")).toEqual({ a: "a-later", b: "b-by-hand" });
  });

  it("21. deleted meanwhile: says so, and saving brings it back", async () => {
    await ui.world.secret("secret/team-a/gone", { a: "a-old" });
    const {
      pages: [page],
    } = await opened(ui, "/ui/edit/secret/team-a/gone", 1);
    if (!page) throw new Error("a tab");
    await write(page, "a", "a-mine");
    await ui.world.secret("secret/team-a/gone", { a: "a-theirs" });
    await ui.world.prepare("DELETE", "secret/data/team-a/gone");
    await page.keyboard.press("Control+s");
    await page.getByText("It was deleted while you were editing.").waitFor();
    await button(page, "Save as version 3").click();
    await isAt(page, "browse/secret/team-a/gone");

    expect(await dataOf(ui, "team-a/gone")).toEqual({ a: "a-mine" });
  });

  it("21. a new secret that is there already is not written over", async () => {
    const {
      pages: [page],
    } = await opened(ui, "/ui/new/secret/team-a/", 1);
    if (!page) throw new Error("a tab");
    await ui.world.secret("secret/team-a/taken", { a: "a-theirs" });
    await page.getByLabel("Path in secret/team-a/").fill("taken");
    await page.getByLabel("Name of field 1").fill("b");
    await button(page, "Save").click();
    await page.getByText("There is a secret at this path already, at version 1.").waitFor();

    expect(await dataOf(ui, "team-a/taken")).toEqual({ a: "a-theirs" });
    await page.getByLabel("Path in secret/team-a/").fill("free");
    await page.getByRole("heading", { name: "Somebody saved this meanwhile" }).waitFor({ state: "detached" });
    await button(page, "Save").click();
    await isAt(page, "browse/secret/team-a/free");
  });

  it("22. of version 1: a change in between is noticed", async () => {
    await ui.world.prepare("POST", "sys/mounts/old", { type: "kv", options: { version: "1" } });
    await ui.world.prepare("POST", "old/db", { a: "a-old", b: "b-old" });
    const {
      pages: [page],
      visitor,
    } = await opened(ui, "/ui/edit/old/db", 1);
    if (!page) throw new Error("a tab");
    await page.getByText("This mount keeps one version").waitFor();
    await write(page, "a", "a-mine");
    await ui.world.prepare("POST", "old/db", { a: "a-theirs", b: "b-theirs" });
    await button(page, "Save").click();
    await page.getByText("It was changed while you were editing.").waitFor();

    expect((await ui.world.call("GET", "old/db")).data).toEqual({ a: "a-theirs", b: "b-theirs" });
    expect(visitor.gate.calls()).not.toContain("POST old/db");
    await choice(page, "a", "Keep mine").click();
    await button(page, "Save").click();
    await isAt(page, "browse/old/db");

    expect((await ui.world.call("GET", "old/db")).data).toEqual({ a: "a-mine", b: "b-theirs" });
  });
});
