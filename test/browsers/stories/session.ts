import { strict as assert } from "node:assert";
import { setTimeout as pause } from "node:timers/promises";
import { tokensOf } from "../../ui/support/tokens.ts";
import { type Stage, type Story, signIn } from "../support/suite.ts";
import { PATIENCE_MS, type Tab } from "../support/tab.ts";

/** Who is signed in, in which tabs, and until when. */

const isSignedIn = (tab: Tab): Promise<void> => tab.has("button", "Sign out");
const isSignedOut = (tab: Tab): Promise<void> => tab.has("heading", "Sign in to…");

const lives = async ({ world }: Stage, token: string): Promise<boolean> =>
  (await world.call("GET", "auth/token/lookup-self", undefined, { token })).status === 200;

const dies = async (stage: Stage, token: string): Promise<void> => {
  const until = Date.now() + PATIENCE_MS;
  while (await lives(stage, token)) {
    if (Date.now() > until) throw new Error("the token lives on");
    await pause(50);
  }
};

const guards: Story = [
  "the guard hears what the policy refuses, exceptions, and a secret in the history",
  async (stage) => {
    const person = await stage.person();
    const tab = await person.tab();
    await isSignedOut(tab);
    const canary = stage.world.canary("planted");
    await tab.evaluate((secret) => {
      const image = document.createElement("img");
      image.src = "https://elsewhere.example/x.png";
      document.body.append(image);
      dispatchEvent(new ErrorEvent("error", { message: "planted" }));
      history.replaceState({ secret }, "");
      document.body.dataset["secret"] = secret;
    }, canary);
    await stage.expected(/violation of the policy/);
    await stage.expected(/exception.*planted/);
    await stage.expected(/a secret in the history/);
    await stage.expected(/a secret in history state/);
    await stage.expected(/a secret in attribute/);
  },
];

const password: Story = [
  "signs in by name and password; a wrong one says so and keeps the name",
  async ({ world, person }) => {
    const one = await world.person("alias", []);
    const tab = await (await person()).tab();
    await tab.choose("How", "Name and password");
    await tab.fill("Name", one.name);
    await tab.fill("Password", "not the password");
    await tab.click("button", "Sign in");
    await tab.sees("Name or password wrong.");
    assert.equal(await tab.valueOf("Name"), "alias");
    await signIn(tab, one);
    await isSignedIn(tab);
  },
];

const token: Story = [
  "signs in by a token, and takes nothing of it into addresses or storages",
  async ({ world, signedIn }) => {
    const { tab } = await signedIn(await world.token(["default"]), "/ui/me");
    await isSignedIn(tab);
    await tab.has("heading", "My access");
  },
];

const tabs: Story = [
  "two tabs share one session; sign-out in one reaches the other, and the server",
  async (stage) => {
    const { tab, person } = await stage.signedIn(await stage.world.person("alias", []));
    const second = await person.tab("/ui/me");
    await isSignedIn(second);
    // With another tab open the worker lives on in every browser.
    await tab.reload();
    await isSignedIn(tab);
    await tab.go("/ui/share");
    await isSignedIn(tab);
    const [made = ""] = tokensOf(person.gate.passed);
    assert.ok(await lives(stage, made));
    await tab.click("button", "Sign out");
    await isSignedOut(tab);
    await isSignedOut(second);
    await dies(stage, made);
    await tab.back();
    await isSignedOut(tab);
  },
];

const lock: Story = [
  "locks: values go; the same person goes on, with the draft as it was",
  async (stage) => {
    const { world } = stage;
    const secret = world.canary("locked");
    await world.secret("secret/team-a/lock", { password: secret });
    await world.policy("editor", 'path "secret/*" { capabilities = ["create", "read", "update", "list"] }');
    const one = await world.person("alias", ["editor"]);
    const { tab } = await stage.signedIn(one, "/ui/edit/secret/team-a/lock");
    await tab.click("button", "Show password");
    await tab.fill("Value of password", "changed-in-draft");
    await tab.click("button", "Lock");
    await tab.has("dialog", "Locked…");
    await tab.misses("changed-in-draft");
    await signIn(tab, one);
    await tab.click("button", "Show password");
    assert.equal(await tab.valueOf("Value of password"), "changed-in-draft");
    await tab.click("button", "Save");
    await tab.isAt("/ui/browse/secret/team-a/lock");
    assert.deepEqual((await world.call("GET", "secret/data/team-a/lock")).data["data"], {
      password: "changed-in-draft",
    });
  },
];

const ended: Story = [
  "a token that ends in the middle of an edit: signing in goes on with the draft",
  async (stage) => {
    const { world } = stage;
    await world.secret("secret/team-a/ends", { user: "app" });
    await world.policy("editor", 'path "secret/*" { capabilities = ["create", "read", "update", "list"] }');
    const one = await world.person("alias", ["editor"]);
    const { tab, person } = await stage.signedIn(one, "/ui/edit/secret/team-a/ends");
    await tab.click("button", "Show user");
    await tab.fill("Value of user", "kept");
    const [made = ""] = tokensOf(person.gate.passed);
    await world.prepare("POST", "auth/token/revoke", { token: made });
    await tab.click("button", "Save");
    await tab.has("dialog", "Your session ended…");
    await signIn(tab, one);
    await tab.click("button", "Save");
    await tab.isAt("/ui/browse/secret/team-a/ends");
    assert.deepEqual((await world.call("GET", "secret/data/team-a/ends")).data["data"], { user: "kept" });
  },
];

const closed: Story = [
  "the last tab that closes takes the session with it",
  async (stage) => {
    const { tab, person } = await stage.signedIn(await stage.world.person("alias", []));
    await isSignedIn(tab);
    const [made = ""] = tokensOf(person.gate.passed);
    await tab.close();
    // WebKit's worker goes before it could tell the server: nobody knows the token, which ends by itself.
    if (stage.engine.name === "Firefox") await dies(stage, made);
    await isSignedOut(await person.tab());
  },
];

const away: Story = [
  "whoever comes back from another site goes on, or signs in again; nothing hangs",
  async (stage) => {
    const one = await stage.world.person("alias", []);
    const { tab } = await stage.signedIn(one, "/ui/me");
    await isSignedIn(tab);
    const elsewhere = await stage.person();
    await tab.go("/ui/", elsewhere);
    await isSignedOut(tab);
    await tab.back();
    await tab.isAt("/ui/me");
    if (await tab.hasOneOf(["button", "Sign out"], ["field", "How"])) await signIn(tab, one);
    await tab.click("button", "Sign out");
    await isSignedOut(tab);
  },
];

export const SESSION: readonly Story[] = [guards, password, token, tabs, lock, ended, closed, away];
