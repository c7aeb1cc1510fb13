import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { answerTab, tabsKnown } from "./support/answer-tab.ts";
import { eventually } from "./support/eventually.ts";
import { hold, pathIs } from "./support/hold.ts";
import type { Visitor } from "./support/page.ts";
import { signIn } from "./support/sign-in.ts";
import { describeUi } from "./support/suite.ts";
import { tokensOf } from "./support/tokens.ts";

const MINUTE = 60_000;

const isSignedIn = (page: Page): Promise<void> => page.getByRole("button", { name: "Sign out" }).waitFor();
const isSignedOut = (page: Page): Promise<void> => page.getByRole("heading", { name: /^Sign in to/ }).waitFor();
const awayDialog = (page: Page) => page.getByRole("dialog", { name: /^(Locked|Your session ended)$/ });

const crash = async ({ context }: Visitor, page: Page): Promise<void> => {
  const crashed = page.waitForEvent("crash");
  const session = await context.newCDPSession(page);
  void session.send("Page.crash").catch(() => undefined);
  await crashed;
};

describeUi("the session", (ui) => {
  const lives = async (token: string): Promise<boolean> =>
    (await ui.world.call("GET", "auth/token/lookup-self", undefined, { token })).status === 200;
  const one = <T>([first]: readonly T[]): T => {
    if (first === undefined) throw new Error("nothing");
    return first;
  };

  it("4. reload keeps, a second tab shares, sign-out ends both", async () => {
    const { page, visitor } = await ui.signedIn(await ui.world.person("alias", []));
    for (let times = 0; times < 3; times += 1) {
      await page.reload();
      await isSignedIn(page);
    }
    const second = await visitor.tab("/ui/me");
    await isSignedIn(second);
    const token = one(tokensOf(visitor.gate.passed));
    expect(await lives(token)).toBe(true);

    await page.getByRole("button", { name: "Sign out" }).click();
    await Promise.all([isSignedOut(page), isSignedOut(second)]);

    // The page goes on without the server's answer where that takes more than three seconds.
    await eventually(async () => !(await lives(token)));
    await second.waitForURL((url) => url.pathname === "/ui/");
  });

  it("4. after a sign-out no form is drawn in the document that goes: what is written there would be lost", async () => {
    const { page } = await ui.signedIn(await ui.world.person("alias", []), "/ui/me");
    const drawn: string[] = [];
    await page.exposeFunction("drawn", (what: string) => drawn.push(what));
    await page.evaluate(() => {
      const told = globalThis as unknown as { drawn(what: string): Promise<void> };
      const signOut = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Sign out");
      new MutationObserver(() => {
        if (signOut?.isConnected) return;
        void told.drawn(document.querySelector("input, select, textarea")?.tagName ?? "nothing");
      }).observe(document.body, { childList: true, subtree: true });
    });
    await page.getByRole("button", { name: "Sign out" }).click();
    await isSignedOut(page);
    await page.waitForURL((url) => url.pathname === "/ui/");
    expect(new Set(drawn)).toEqual(new Set(["nothing"]));
  });

  /** A session without tabs ends after that long. */
  const GONE_MS = 15_000;

  it("5. last tab closed: after 15 s the server refuses the token", async () => {
    const { page, visitor } = await ui.signedIn(await ui.world.person("alias", []), "/ui/", { workerClock: true });
    const token = one(tokensOf(visitor.gate.passed));
    const second = await visitor.tab("/ui/me");
    await isSignedIn(second);
    const besides = await answerTab(visitor);
    await page.close();
    await tabsKnown(besides, 1);
    // One tab is enough to keep it.
    for (let times = 0; times < 3; times += 1) await visitor.advanceWorker(GONE_MS);
    expect(await lives(token)).toBe(true);

    await second.close();
    await tabsKnown(besides, 0);
    await visitor.advanceWorker(0);
    await visitor.advanceWorker(GONE_MS - 5_000);
    expect(await lives(token)).toBe(true);
    await visitor.advanceWorker(5_000);
    await eventually(async () => !(await lives(token)));

    await isSignedOut(await visitor.tab());
  });

  it("6. a crashed tab counts as closed", async () => {
    const { page, visitor } = await ui.signedIn(await ui.world.person("alias", []), "/ui/", { workerClock: true });
    const token = one(tokensOf(visitor.gate.passed));
    const second = await visitor.tab("/ui/me");
    await isSignedIn(second);
    const besides = await answerTab(visitor);
    await crash(visitor, second);
    await tabsKnown(besides, 1);
    for (let times = 0; times < 3; times += 1) await visitor.advanceWorker(GONE_MS);
    expect(await lives(token)).toBe(true);

    await page.close();
    await tabsKnown(besides, 0);
    await visitor.advanceWorker(0);
    await visitor.advanceWorker(GONE_MS);
    await eventually(async () => !(await lives(token)));
    await second.close();
    await visitor.guard.expected(/the page crashed/);
  });

  it("6. a worker that is gone ends the session, and the page goes on after signing in", async () => {
    const person = await ui.world.person("alias", []);
    const { page, visitor } = await ui.signedIn(person, "/ui/me");
    const second = await visitor.tab("/ui/me");
    await isSignedIn(second);
    // The worker runs in the process of the tab that made it.
    await crash(visitor, page);
    await page.close();
    await visitor.guard.expected(/the page crashed/);

    await awayDialog(second).waitFor();
    await signIn(second, person);
    await second.getByRole("button", { name: "Sign out" }).click();
    await isSignedOut(second);
  });

  it("6. a worker whose script did not load is opened again when asked", async () => {
    const visitor = await ui.visitor();
    const { gate } = visitor;
    gate.instead = ({ url }) => (url.pathname.includes("/worker-") ? "cut" : undefined);
    const page = await visitor.tab();
    const again = page.getByRole("button", { name: "Try again" });
    await again.waitFor();
    await visitor.guard.expected(/error on the console/);

    gate.instead = () => undefined;
    await again.click();
    await isSignedOut(page);
  });

  it("without shared workers each tab has a session of its own, which a reload ends", async () => {
    const visitor = await ui.visitor();
    await visitor.context.addInitScript(() => {
      Reflect.deleteProperty(globalThis, "SharedWorker");
    });
    const person = await ui.world.person("alias", []);
    const page = await visitor.tab();
    await signIn(page, person);
    await isSignedIn(page);
    await isSignedOut(await visitor.tab());

    await page.getByRole("button", { name: "Lock" }).click();
    await awayDialog(page).waitFor();
    await signIn(page, person);
    const [first, last] = tokensOf(visitor.gate.passed);
    await eventually(async () => !(await lives(first ?? "")));

    await page.reload();
    await isSignedOut(page);
    await eventually(async () => !(await lives(last ?? "")));
  });

  it("7. idle warns, stays, locks; values leave the DOM", async () => {
    const password = ui.world.canary("password");
    await ui.world.secret("secret/team-a/db", { password });
    await ui.world.policy("dev", 'path "secret/*" { capabilities = ["read", "list"] }');
    const person = await ui.world.person("alias", ["dev"]);
    const { page, visitor } = await ui.signedIn(person, "/ui/browse/secret/team-a/db", { workerClock: true });
    const token = one(tokensOf(visitor.gate.passed));
    await page.getByRole("button", { name: "Settings of this page" }).click();
    await page.getByLabel("Lock after minutes").fill("5");
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Show password" }).click();
    await page.getByText(password).waitFor();

    await visitor.advanceWorker(4 * MINUTE);
    await page.getByRole("dialog", { name: "Still there?" }).waitFor();
    await page.getByRole("button", { name: "Stay" }).click();
    await page.getByRole("dialog", { name: "Still there?" }).waitFor({ state: "detached" });
    await visitor.advanceWorker(2 * MINUTE);
    expect(await lives(token)).toBe(true);

    await visitor.advanceWorker(5 * MINUTE);
    await awayDialog(page).waitFor();
    expect(await page.evaluate(() => document.body.innerHTML)).not.toContain(password);
    await eventually(async () => !(await lives(token)));
    await signIn(page, person);
    await page.getByRole("button", { name: "Show password" }).waitFor();
  });

  it("7. over a locked page the form is drawn once its ways are known: none changes under the hands of whoever types", async () => {
    const person = await ui.world.person("alias", []);
    const { page, visitor } = await ui.signedIn(person, "/ui/me");
    await isSignedIn(page);
    const ways = hold(visitor.gate, pathIs("sys/internal/ui/mounts"));
    await page.getByRole("button", { name: "Lock" }).click();
    const dialog = awayDialog(page);
    await dialog.waitFor();
    await ways.asked;
    expect(await dialog.getByRole("textbox").or(dialog.getByRole("combobox")).count()).toBe(0);

    ways.release();
    await dialog.locator("input[name=password]:focus").waitFor();
    await page.keyboard.type(person.password);
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
  });

  it("8. token ends in the middle of an edit: nothing lost, save works", async () => {
    await ui.world.policy("dev", 'path "secret/*" { capabilities = ["create", "read", "update", "list"] }');
    const person = await ui.world.person("alias", ["dev"]);
    await ui.world.secret("secret/team-a/mail", { user: "before" });
    const { page, visitor } = await ui.signedIn(person, "/ui/edit/secret/team-a/mail");
    const field = page.getByLabel("Value of user");
    await page.getByRole("button", { name: "Show user" }).click();
    await field.fill("after the end");
    await ui.world.prepare("POST", "auth/token/revoke", { token: one(tokensOf(visitor.gate.passed)) });

    await page.getByRole("button", { name: "Save", exact: true }).click();
    await awayDialog(page).waitFor();
    await signIn(page, person);
    await page.getByRole("button", { name: "Save", exact: true }).click();

    await eventually(async () => {
      const { data } = await ui.world.prepare("GET", "secret/data/team-a/mail");
      return JSON.stringify(data["data"]) === '{"user":"after the end"}';
    });
  });

  it("9. another person signs in then: no draft, no value", async () => {
    await ui.world.policy("dev", 'path "secret/*" { capabilities = ["create", "read", "update", "list"] }');
    const person = await ui.world.person("alias", ["dev"]);
    const other = await ui.world.person("somebody", ["dev"]);
    const draft = ui.world.canary("draft");
    await ui.world.secret("secret/team-a/web", { user: "before" });
    const { page, visitor } = await ui.signedIn(person, "/ui/edit/secret/team-a/web");
    await page.getByRole("button", { name: "Show user" }).click();
    await page.getByLabel("Value of user").fill(draft);
    await ui.world.prepare("POST", "auth/token/revoke", { token: one(tokensOf(visitor.gate.passed)) });
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await awayDialog(page).waitFor();

    await signIn(page, other);

    await page.getByRole("button", { name: "Show user" }).click();
    expect(await page.getByLabel("Value of user").inputValue()).toBe("before");
    expect(await page.locator("body").textContent()).not.toContain(draft);
  });

  it("10. back, forward, bfcache after sign-out show nothing", async () => {
    const password = ui.world.canary("password");
    await ui.world.secret("secret/team-a/key", { password });
    await ui.world.policy("dev", 'path "secret/*" { capabilities = ["read", "list"] }');
    const { page, visitor } = await ui.signedIn(
      await ui.world.person("alias", ["dev"]),
      "/ui/browse/secret/team-a/key",
    );
    await page.getByRole("button", { name: "Show password" }).click();
    await page.getByText(password).waitFor();
    // Away from the document, so that it may go into the back/forward cache, and signed out in another tab meanwhile.
    const second = await visitor.tab("/ui/me");
    await page.goto("about:blank");
    await second.getByRole("button", { name: "Sign out" }).click();
    await isSignedOut(second);

    await page.goBack();
    await isSignedOut(page);
    expect(await page.content()).not.toContain(password);
    await second.goBack();
    expect(await second.content()).not.toContain(password);
    await page.goForward();
    await page.goBack();
    await isSignedOut(page);
  });

  it("11. no token in a heap snapshot of the page", async () => {
    const { page, visitor } = await ui.signedIn(await ui.world.person("alias", []), "/ui/me");
    await page.locator("h1").waitFor();
    const session = await visitor.context.newCDPSession(page);
    const chunks: string[] = [];
    session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => void chunks.push(chunk));
    await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
    const snapshot = chunks.join("");

    expect(snapshot).toContain("sys/internal/ui/mounts");
    expect(snapshot).not.toContain("hvs.");
    expect(snapshot).not.toContain(one(tokensOf(visitor.gate.passed)));
  });

  it("12. a root token survives reload like any other", async () => {
    const { page } = await ui.signedIn({ token: ui.world.root });
    await page.reload();
    await isSignedIn(page);

    await page.getByRole("button", { name: "Sign out" }).click();
    await isSignedOut(page);
    // Pasted, and not made by signing in: it is forgotten here, and lives on.
    expect(await lives(ui.world.root)).toBe(true);
  });
});
