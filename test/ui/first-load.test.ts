import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { answerTab, tabsKnown } from "./support/answer-tab.ts";
import { answered } from "./support/answered.ts";
import { hold, pathIs } from "./support/hold.ts";
import { latch } from "./support/latch.ts";
import type { Visitor } from "./support/page.ts";
import { signIn } from "./support/sign-in.ts";
import { describeUi } from "./support/suite.ts";
import { tokensOf } from "./support/tokens.ts";

/** What is fetched until somebody can type, and what is not. */

const files = ({ gate }: Visitor): readonly string[] =>
  gate.passed.map(({ url }) => url.pathname).filter((path) => path.startsWith("/ui/"));

describeUi("the first load", (ui) => {
  it("is the document, then the sheet, three scripts and the worker, each once", async () => {
    const visitor = await ui.visitor();
    const page = await visitor.tab();
    await page.getByLabel("How", { exact: true }).waitFor();
    const [document = "", ...others] = files(visitor);

    expect(document).toBe("/ui/");
    expect(new Set(others).size).toBe(others.length);
    const names = others.map(
      (path) => /^\/ui\/assets\/(styles|worker|chunk|icon)-\w+\.(?:js|css|svg)$/.exec(path)?.[1],
    );
    // The icon may come later.
    expect(names.filter((name) => name !== "icon").sort()).toEqual(["chunk", "chunk", "chunk", "styles", "worker"]);
    // Nobody is asked anything before somebody signs in, but which ways there are.
    expect(visitor.gate.calls()).toEqual(["GET sys/internal/ui/mounts"]);
  });

  it("is kept by the browser: a reload fetches the document alone", async () => {
    const visitor = await ui.visitor();
    const page = await visitor.tab();
    await page.getByLabel("How", { exact: true }).waitFor();
    const before = files(visitor).length;

    await page.reload();
    await page.getByLabel("How", { exact: true }).waitFor();

    expect(files(visitor).slice(before)).toEqual(["/ui/"]);
  });

  it("makes no formats of times before a time is drawn: they take longer than all of its scripts", async () => {
    const visitor = await ui.visitor();
    await visitor.context.addInitScript(() => {
      for (const name of ["DateTimeFormat", "RelativeTimeFormat", "NumberFormat", "Collator"] as const) {
        const construct = (): never => {
          document.documentElement.dataset["made"] = name;
          throw new Error(name);
        };
        Object.defineProperty(Intl, name, { value: new Proxy(Intl[name], { construct, apply: construct }) });
      }
    });
    const page = await visitor.tab();
    await page.getByLabel("How", { exact: true }).waitFor();

    expect(await page.locator("html").getAttribute("data-made")).toBeNull();
  });

  it("shows a page at any of its addresses, with dots in names too", async () => {
    await ui.world.secret("secret/app.config/db.json", { user: "app" });
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/browse/secret/app.config/db.json");
    await page.getByRole("heading", { name: "db.json" }).waitFor();
    await page.reload();

    await page.getByRole("heading", { name: "db.json" }).waitFor();
  });
});

/** Put before the page's scripts: what a worker tells of the session comes once the tab hears `states-of-tests`. */
const HOLD_STATES = `{
  const { addEventListener: listen } = MessagePort.prototype;
  const told = new Promise((resolve) => addEventListener("states-of-tests", resolve));
  MessagePort.prototype.addEventListener = function (type, heard) {
    listen.call(this, type, (event) => {
      if (event.data?.kind === "state") void told.then(() => heard(event));
      else heard(event);
    });
  };
}`;

/** What begins early, in every order in which files and answers may come. */
describeUi("the start", (ui) => {
  const form = (page: Page) => page.getByLabel("How", { exact: true });
  const signOut = (page: Page) => page.getByRole("button", { name: "Sign out" });
  const STARTING = { waitUntil: "commit" } as const;

  /** As the document names them: what begins, and what draws. */
  const BEGIN = /<script type="module" async src="([^"]+)"/;
  const MAIN = /<script type="module" src="([^"]+)"/;

  const fileOf = async (named: RegExp): Promise<string> => {
    const [, path] = named.exec(await (await fetch(`${ui.world.url}/ui/`)).text()) ?? [];
    if (path === undefined) throw new Error(`the document does not have ${named}`);
    return ui.world.url + path;
  };

  /** A new tab at an address, where one file comes when it is let go. */
  const tabWithout = async ({ context }: Visitor, held: RegExp, address = "/ui/") => {
    const gate = latch();
    const page = await context.newPage();
    await page.route(await fileOf(held), async (route) => {
      await gate.opened;
      await route.continue();
    });
    await page.goto(address, STARTING);
    return { page, letGo: gate.open };
  };

  const MOUNTS = "sys/internal/ui/mounts";

  it("asks who is signed in while the other scripts are on their way, and only once", async () => {
    const visitor = await ui.visitor();
    const { page, letGo } = await tabWithout(visitor, MAIN);
    await answered(visitor, MOUNTS, 1);
    expect(await page.locator("body > *:not(noscript)").count()).toBe(0);

    letGo();
    await form(page).waitFor();
    expect(visitor.gate.calls()).toEqual([`GET ${MOUNTS}`]);
  });

  it("runs in its order, whatever comes first: the other scripts wait for what begins", async () => {
    const visitor = await ui.visitor();
    const first = await visitor.tab();
    await form(first).waitFor();
    await first.close();
    const before = visitor.gate.calls().length;

    const main = latch();
    const file = await fileOf(MAIN);
    visitor.context.on("requestfinished", (request) => request.url() === file && main.open());
    const { page, letGo } = await tabWithout(visitor, BEGIN);
    await main.opened;
    expect(visitor.gate.calls()).toHaveLength(before);

    letGo();
    await form(page).waitFor();
    expect(visitor.gate.calls().slice(before)).toEqual([`GET ${MOUNTS}`]);
  });

  it("says that it is loading while the server does not answer, and draws the form when it does", async () => {
    const visitor = await ui.visitor();
    const ways = hold(visitor.gate, pathIs(MOUNTS));
    const page = await visitor.tab();
    await page.getByRole("progressbar").waitFor({ state: "attached" });
    expect(await form(page).count()).toBe(0);

    ways.release();
    await form(page).waitFor();
    expect(visitor.gate.calls()).toEqual([`GET ${MOUNTS}`]);
  });

  it("takes a link out of the address before the other scripts are there", async () => {
    const visitor = await ui.visitor();
    const { page, letGo } = await tabWithout(visitor, MAIN, "/ui/open#v1.none");
    await page.waitForURL((url) => url.pathname === "/ui/open" && url.hash === "", STARTING);

    letGo();
    await page.getByRole("heading").first().waitFor();
  });

  it("knows of somebody who signs in at another tab after the answers came", async () => {
    const visitor = await ui.visitor();
    const other = await visitor.tab();
    await form(other).waitFor();
    const { page, letGo } = await tabWithout(visitor, MAIN);
    await answered(visitor, MOUNTS, 2);
    await signIn(other, await ui.world.person("alias", []));
    await signOut(other).waitFor();

    letGo();
    await signOut(page).waitFor();
    await signOut(page).click();
    await Promise.all([form(page).waitFor(), form(other).waitFor()]);
  });

  it("knows of somebody who signs out at another tab after the answers came", async () => {
    const person = await ui.world.person("alias", []);
    const { page: other, visitor } = await ui.signedIn(person);
    await signOut(other).waitFor();
    await answered(visitor, "auth/token/lookup-self", 1);
    const { page, letGo } = await tabWithout(visitor, MAIN, "/ui/me");
    await answered(visitor, "auth/token/lookup-self", 2);
    await answered(visitor, MOUNTS, 3);
    await signOut(other).click();
    await form(other).waitFor();

    letGo();
    await form(page).waitFor();
    expect(await page.getByText(person.name).count()).toBe(0);
  });

  it("knows that the session was locked before this tab was opened", async () => {
    const { page: other, visitor } = await ui.signedIn(await ui.world.person("alias", []));
    await other.getByRole("button", { name: "Lock", exact: true }).click();
    await other.getByRole("dialog", { name: "Locked" }).waitFor();
    await answered(visitor, MOUNTS, 3);
    const { page, letGo } = await tabWithout(visitor, MAIN);
    await answered(visitor, MOUNTS, 4);

    letGo();
    await page.getByText("This page was locked.").waitFor();
  });

  it("says that the session was locked, also where the worker tells it after the answers", async () => {
    const { page: other, visitor } = await ui.signedIn(await ui.world.person("alias", []));
    await other.getByRole("button", { name: "Lock", exact: true }).click();
    await other.getByRole("dialog", { name: "Locked" }).waitFor();
    const page = await visitor.context.newPage();
    await page.addInitScript(HOLD_STATES);
    await page.goto("/ui/", STARTING);
    await form(page).selectOption("Token");
    await page.getByLabel("Token", { exact: true }).fill("typed");
    expect(await page.getByText("This page was locked.").count()).toBe(0);

    await page.evaluate(() => dispatchEvent(new Event("states-of-tests")));
    await page.getByText("This page was locked.").waitFor();
    expect(await page.getByLabel("Token", { exact: true }).inputValue()).toBe("typed");
  });

  it("keeps a tab that was closed before its scripts came from holding a session", async () => {
    const { page: other, visitor } = await ui.signedIn(await ui.world.person("alias", []), "/ui/", {
      workerClock: true,
    });
    const [token = ""] = tokensOf(visitor.gate.passed);
    await answered(visitor, "auth/token/lookup-self", 1);
    const { page, letGo } = await tabWithout(visitor, MAIN);
    await answered(visitor, "auth/token/lookup-self", 2);
    const besides = await answerTab(visitor);
    await tabsKnown(besides, 2);
    await other.close();
    await page.close();
    letGo();
    await tabsKnown(besides, 0);
    await visitor.advanceWorker(0);
    await visitor.advanceWorker(15_000);

    await answered(visitor, "auth/token/revoke-self", 1);
    const { status } = await ui.world.call("GET", "auth/token/lookup-self", undefined, { token });
    expect(status).toBe(403);
  });
});
