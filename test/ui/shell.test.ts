import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { axeEverywhere } from "./support/axe.ts";
import { isAt } from "./support/editor.ts";
import { describeUi } from "./support/suite.ts";
import { showsTexts } from "./support/texts.ts";

const POLICY = 'path "secret/*" { capabilities = ["create", "read", "update", "list"] }';

const pathOf = (page: Page): string => new URL(page.url()).pathname;
const focusedHeading = (page: Page, name: string): Promise<void> =>
  page.locator("h1:focus", { hasText: name }).waitFor();

describeUi("what stands around every page", (ui) => {
  const developer = async () => {
    await ui.world.policy("dev", POLICY);
    return ui.world.person("alias", ["dev"]);
  };

  it("shows entries where the caller may, and no others", async () => {
    const entries = async (page: Page): Promise<readonly string[]> => {
      const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
      return (await links.allTextContents()).map((text) => text.trim());
    };
    const { page } = await ui.signedIn(await developer());
    await showsTexts(() => entries(page), ["Secrets", "Expiring soon", "Share", "My access", "Leases"]);

    const root = await ui.signedIn({ token: ui.world.root });
    await showsTexts(
      () => entries(root.page),
      [
        ...["Secrets", "Expiring soon", "Share", "My access", "Leases"],
        ...["Access", "Policies", "Audit", "Mounts", "Status", "Any path"],
      ],
    );
  });

  it("holds a move back while work is unsaved, by links and by the browser's buttons", async () => {
    await ui.world.secret("secret/team-a/guarded", { user: "before" });
    const { page } = await ui.signedIn(await developer(), "/ui/browse/secret/team-a/guarded");
    await page.getByRole("link", { name: "Edit", exact: true }).click();
    await page.getByRole("button", { name: "Save", exact: true }).waitFor();
    await page.getByRole("button", { name: "Show user" }).click();
    await page.getByLabel("Value of user").fill("changed");
    const question = page.getByRole("dialog", { name: "Leave without saving?" });

    await page.evaluate(() => history.back());
    await question.waitFor();
    await isAt(page, "edit/secret/team-a/guarded");
    await question.getByRole("button", { name: "Stay" }).click();
    expect(await page.getByLabel("Value of user").inputValue()).toBe("changed");

    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "My access" }).click();
    await question.getByRole("button", { name: "Stay" }).click();
    expect(pathOf(page)).toBe("/ui/edit/secret/team-a/guarded");
    await page.evaluate(() => history.back());
    await question.waitFor();
    await isAt(page, "edit/secret/team-a/guarded");
    await question.getByRole("button", { name: "Leave" }).click();
    await isAt(page, "browse/secret/team-a/guarded");
    // The entry after it is still there, and is the page that was left.
    await page.goForward();
    await isAt(page, "edit/secret/team-a/guarded");
  });

  it("a move that is allowed before the history is back where it was happens all the same, without a second question", async () => {
    await ui.world.secret("secret/team-a/quick", { user: "before" });
    const { page } = await ui.signedIn(await developer(), "/ui/browse/secret/team-a/quick");
    await page.getByRole("link", { name: "Edit", exact: true }).click();
    await page.getByRole("button", { name: "Show user" }).click();
    await page.getByLabel("Value of user").fill("changed");
    await page.evaluate(() => {
      const go = history.go.bind(history);
      const held: number[] = [];
      history.go = (by = 0) => void held.push(by);
      const release = (): void => {
        history.go = go;
        for (const by of held) go(by);
      };
      Object.assign(window, { release });
      history.back();
    });
    const question = page.getByRole("dialog", { name: "Leave without saving?" });
    await question.getByRole("button", { name: "Leave" }).click();
    await page.evaluate(() => (window as unknown as { release: () => void }).release());

    await page.getByRole("button", { name: "Copy user" }).waitFor();
    await isAt(page, "browse/secret/team-a/quick");
    expect(await question.count()).toBe(0);
  });

  it("puts focus at the heading after a move, and Ctrl+K at the search", async () => {
    const { page } = await ui.signedIn(await developer());
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "My access" }).click();
    await page.waitForFunction(() => location.pathname === "/ui/me");
    await focusedHeading(page, "My access");

    await page.keyboard.press("Control+k");
    await page.waitForFunction(() => document.activeElement?.matches("input") === true && location.pathname === "/ui/");
    await page.goBack();
    await page.waitForFunction(() => location.pathname === "/ui/me");
  });

  it("whoever writes in a page before its focus has come goes on writing", async () => {
    const { page } = await ui.signedIn(await developer());
    await page.locator("[data-autofocus]:focus").waitFor();
    // What comes after drawing waits for a frame, and time stands still.
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "My access" }).click();
    await page.clock.runFor(1_000);
    const field = page.getByRole("combobox", { name: "What may I do at" });
    await field.focus();
    await page.keyboard.type("secret/");
    await page.clock.runFor(1_000);
    await page.keyboard.type("team-a");
    expect(await field.inputValue()).toBe("secret/team-a");
  });

  it("tells of an address that no page has", async () => {
    const { page } = await ui.signedIn(await developer(), "/ui/nothing/like/this");
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    await page.getByRole("link", { name: "Go to the start" }).click();
    await page.waitForFunction(() => location.pathname === "/ui/");
    await page.getByRole("heading", { name: "Secrets" }).waitFor();
  });

  it("tells of a server that does not answer, and goes on when it does", async () => {
    const { page, visitor } = await ui.signedIn(await developer(), "/ui/me");
    visitor.gate.instead = ({ url }) =>
      url.pathname.startsWith("/v1/") ? { status: 503, body: '{"errors":["Vault is sealed"]}' } : undefined;
    await page.reload();
    await page.getByRole("heading", { name: "The server does not answer" }).waitFor();
    visitor.gate.instead = () => undefined;

    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("button", { name: "Sign out" }).waitFor();
  });

  it("44. has no axe violation: signing in, settings, locked", async () => {
    const person = await developer();
    const visitor = await ui.visitor();
    const page = await visitor.tab();
    await page.getByLabel("Name", { exact: true }).fill(person.name);
    await page.getByLabel("Password", { exact: true }).fill("wrong");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.locator(".error").waitFor();
    expect(await axeEverywhere(page)).toEqual([]);

    await page.getByLabel("Password", { exact: true }).fill(person.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByRole("button", { name: "Settings of this page" }).click();
    await page.getByRole("dialog").waitFor();
    expect(await axeEverywhere(page)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Lock" }).click();
    await page.getByRole("dialog", { name: "Locked" }).getByLabel("How", { exact: true }).waitFor();
    expect(await axeEverywhere(page)).toEqual([]);
  });
});
