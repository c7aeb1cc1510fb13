import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { axeEverywhere } from "./support/axe.ts";
import { readClipboard } from "./support/clipboard.ts";
import { hold, pathIs } from "./support/hold.ts";
import type { Visitor } from "./support/page.ts";
import { signIn } from "./support/sign-in.ts";
import { describeUi } from "./support/suite.ts";

/** Giving a secret away: what the sender's browser never sees, and what becomes of the links. */

describeUi("sharing", (ui) => {
  const RULES = `
    path "secret/data/team-a/*" { capabilities = ["read"] }
    path "secret/subkeys/team-a/*" { capabilities = ["read"] }
    path "secret/data/short/*" { capabilities = ["read"] max_wrapping_ttl = "10m" }`;

  const permissions = ["clipboard-read", "clipboard-write"] as const;

  const sender = async (path = "secret/team-a/db") => {
    await ui.world.policy("sender", RULES);
    const person = await ui.world.person("sender", ["sender"]);
    return ui.signedIn(person, `/ui/share/${path}`, { permissions });
  };

  const make = (page: Page, name = "Make link") => page.getByRole("button", { name, exact: true }).click();
  const copied = async (page: Page, visitor: Visitor, name: string): Promise<string> => {
    await page.getByRole("button", { name, exact: true }).click();
    await page
      .getByText(`Copied ${name.replace(/^Copy (link|code)(?:: | for )/, "$1 for ")}`)
      .first()
      .waitFor();
    const text = await readClipboard(visitor);
    await page.bringToFront();
    return text;
  };
  const opener = async (link: string, code?: string): Promise<Page> => {
    const visitor = await ui.visitor();
    const page = await visitor.tab(link.slice(link.indexOf("/ui/")));
    if (code !== undefined) await page.getByLabel("Code", { exact: true }).fill(code);
    await page.getByRole("button", { name: "Open it now" }).and(page.locator(":not([type=submit])")).waitFor();
    return page;
  };
  const open = (page: Page) => page.getByRole("button", { name: "Open it now" }).click();

  it("27. the value is in no answer to the sender's browser; the opener has it, with the code", async () => {
    const value = ui.world.canary("given");
    await ui.world.secret("secret/team-a/db", { password: value, user: "app" });
    const { page, visitor } = await sender();
    await page.getByLabel("For").fill("Anna");
    await make(page);
    await page.getByText("To Anna").waitFor();
    const code = await copied(page, visitor, "Copy code for Anna");
    const link = await copied(page, visitor, "Copy link: Anna");

    expect(visitor.gate.passed.filter(({ answer }) => answer?.includes(value))).toEqual([]);
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    const page2 = await opener(link, code);
    await page2.getByText("secret/data/team-a/db").waitFor();
    await open(page2);
    await page2.getByRole("button", { name: "Show password" }).click();
    await page2.getByText(value).waitFor();

    await page.getByRole("button", { name: "Look again" }).click();
    await page.getByText("opened", { exact: true }).waitFor();
    expect(await page.getByRole("button", { name: "Copy link: Anna" }).count()).toBe(0);
  });

  it("gives chosen fields, and only them", async () => {
    const value = ui.world.canary("chosen");
    const other = ui.world.canary("other");
    await ui.world.secret("secret/team-a/two", { one: value, two: other });
    const { page, visitor } = await sender("secret/team-a/two");
    await page.getByText("Chosen fields").click();
    await page.getByLabel("one", { exact: true }).check();
    await page.getByLabel("Code to say on the phone").uncheck();
    await make(page);
    const link = await copied(page, visitor, "Copy link: somebody");
    const page2 = await opener(link);
    await open(page2);
    await page2.getByRole("button", { name: "Show one" }).click();
    await page2.getByText(value).waitFor();
    expect(await page2.getByRole("button", { name: "Show two" }).count()).toBe(0);
  });

  it("gives a text to several people, a link each, and forgets the text", async () => {
    const text = ui.world.canary("text");
    const { page, visitor } = await sender("");
    await page.getByLabel("Text", { exact: true }).fill(text);
    await page.getByLabel("For").fill("Anna\n\nBen\nCleo");
    await make(page, "Make 3 links");
    await page.getByText("To Cleo").waitFor();
    expect(await axeEverywhere(page)).toEqual([]);
    const links = [];
    for (const name of ["Anna", "Ben", "Cleo"]) links.push(await copied(page, visitor, `Copy link: ${name}`));

    expect(new Set(links).size).toBe(3);
    expect(await page.getByLabel("Text", { exact: true }).inputValue()).toBe("");
  });

  it("keeps what is written while a link is made for the next one", async () => {
    const { page, visitor } = await sender("");
    const text = page.getByLabel("Text", { exact: true });
    await text.fill("the first");
    await page.getByLabel("For", { exact: true }).fill("Anna");
    const { asked, release } = hold(visitor.gate, pathIs("sys/wrapping/wrap"));
    await make(page);
    await asked;
    await text.fill("the second");
    await page.getByLabel("For", { exact: true }).fill("Ben");

    release();
    await page.getByText("To Anna").waitFor();
    expect([await text.inputValue(), await page.getByLabel("For", { exact: true }).inputValue()]).toEqual([
      "the second",
      "Ben",
    ]);
    await text.fill("");
  });

  it("keeps to the shortest and longest times of the rule", async () => {
    await ui.world.secret("secret/short/db", { password: ui.world.canary("short") });
    const { page } = await sender("secret/short/db");

    await page.getByText("The policy for this path allows no other times.").waitFor();
    await page.getByRole("radio", { name: "10 minutes" }).waitFor();
    expect(await page.getByRole("radio", { name: /hour|day/ }).count()).toBe(0);
    await make(page);
    await page.getByText("To somebody").waitFor();
  });

  it("32. the link outlives the sender's session; cancel kills it", async () => {
    const value = ui.world.canary("outlives");
    await ui.world.secret("secret/team-a/long", { password: value });
    const first = await sender("secret/team-a/long");
    await first.page.getByLabel("Code to say on the phone").uncheck();
    await make(first.page);
    const link = await copied(first.page, first.visitor, "Copy link: somebody");
    await first.page.getByRole("button", { name: "Sign out" }).click();
    await first.page.getByLabel("How", { exact: true }).waitFor();
    const later = await opener(link);
    await open(later);
    await later.getByText("Here it is").waitFor();

    const second = await sender("secret/team-a/long");
    await second.page.getByLabel("Code to say on the phone").uncheck();
    await make(second.page);
    const killed = await copied(second.page, second.visitor, "Copy link: somebody");
    await second.page.getByRole("button", { name: "Cancel link for somebody" }).click();
    await second.page.getByText("cancelled", { exact: true }).waitFor();
    const visitor = await ui.visitor();
    const page = await visitor.tab(killed.slice(killed.indexOf("/ui/")));
    await page.getByText("This link was opened already.").first().waitFor();
  });

  it("shows a link only where it is asked for, and its token nowhere else", async () => {
    await ui.world.secret("secret/team-a/seen", { password: ui.world.canary("seen") });
    const { page, visitor } = await sender("secret/team-a/seen");
    await page.getByLabel("Code to say on the phone").uncheck();
    await make(page);
    await page.getByText("/ui/open#v1.open.").waitFor();
    const link = await copied(page, visitor, "Copy link: somebody");
    const [, token = ""] = /\.(hvs\.[\w.-]+)\.[0-9a-f]{8}$/.exec(link) ?? [];
    expect(token).not.toBe("");
    await page.getByRole("button", { name: "Hide link for somebody" }).click();
    expect(await page.content()).not.toContain(token);
    expect(page.url()).not.toContain(token);
    expect(visitor.gate.passed.filter(({ url }) => url.href.includes(token))).toEqual([]);
  });

  it("7. a lock takes a text that is not given yet out of the document, and gives it back", async () => {
    const person = await ui.world.person("writer", []);
    const text = ui.world.canary("written");
    const { page, visitor } = await ui.signedIn(person, "/ui/share");
    const area = page.getByLabel("Text", { exact: true });
    await area.fill(text);
    await page.getByRole("button", { name: "Lock" }).click();
    await page.getByRole("dialog", { name: "Locked" }).waitFor();
    expect(await area.inputValue()).toBe("");
    await visitor.guard.sweep();
    expect(visitor.guard.faults()).toEqual([]);

    await signIn(page, person);
    expect(await area.inputValue()).toBe(text);
    await area.fill("");
  });

  it("7. a code that is shown goes with the lock, and not a frame later", async () => {
    await ui.world.secret("secret/team-a/shown", { password: ui.world.canary("shown") });
    const { page } = await sender("secret/team-a/shown");
    await make(page);
    const code = (await page.locator(".share-code strong").textContent()) ?? "";
    expect(code).toMatch(/^\w{4}-\w{4}$/);
    const painted = page.evaluate(
      (code) =>
        new Promise<boolean>((resolve) => {
          const observer = new MutationObserver(() => {
            if (!document.querySelector("dialog[open]")) return;
            observer.disconnect();
            requestAnimationFrame(() => resolve(document.body.innerHTML.includes(code)));
          });
          observer.observe(document.body, { attributes: true, childList: true, subtree: true });
        }),
      code,
    );
    await page.getByRole("button", { name: "Lock", exact: true }).click();
    expect(await painted).toBe(false);
  });

  it("whoever locked the page finds the links again; another person does not, by whatever name", async () => {
    await ui.world.secret("secret/team-a/mine", { password: ui.world.canary("mine") });
    await ui.world.policy("sender", RULES);
    await ui.world.policy("stranger", RULES);
    // Tokens without an entity: both are called "token".
    const owner = await ui.world.token(["sender"]);
    const { page } = await ui.signedIn(owner, "/ui/share/secret/team-a/mine");
    const lock = async (): Promise<void> => {
      await page.getByRole("button", { name: "Lock", exact: true }).click();
      await page.getByRole("dialog", { name: "Locked" }).waitFor();
    };
    await page.getByLabel("Code to say on the phone").uncheck();
    await make(page);
    await page.getByText("/ui/open#v1.open.").waitFor();

    await lock();
    expect(await page.content()).not.toContain("#v1.open.");
    await signIn(page, owner);
    await page.getByText("To somebody").waitFor();
    await lock();
    await signIn(page, await ui.world.token(["stranger"]));
    await page.getByText("No links yet.").waitFor();
    expect(await page.content()).not.toContain("To somebody");
  });

  it("signing out leaves no link behind", async () => {
    await ui.world.secret("secret/team-a/mine", { password: ui.world.canary("mine") });
    const { page } = await sender("secret/team-a/mine");
    await make(page);
    await page.getByText("To somebody").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("How", { exact: true }).waitFor();
    expect(await page.content()).not.toContain("To somebody");
  });
});
