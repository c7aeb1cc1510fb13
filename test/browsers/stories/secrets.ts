import { strict as assert } from "node:assert";
import { Key } from "selenium-webdriver";
import type { Story } from "../support/suite.ts";

/** Finding, seeing, copying, making and changing secrets. */

const TEAM = 'path "secret/*" { capabilities = ["create", "read", "update", "delete", "list"] }';

const find: Story = [
  "browses folders, finds by letters, and goes back",
  async ({ world, signedIn }) => {
    await world.policy("team", TEAM);
    await world.secret("secret/find/deep/stripe-live", { password: world.canary("found") });
    const { tab } = await signedIn(await world.person("finder", ["team"]), "/ui/browse/secret/find/");
    await tab.click("link", "deep/…");
    await tab.isAt("/ui/browse/secret/find/deep/");
    await tab.click("link", "stripe-live…");
    await tab.has("heading", "stripe-live");
    await tab.back();
    await tab.isAt("/ui/browse/secret/find/deep/");
    await tab.pressControl("k");
    await tab.isAt("/ui/");
    await tab.fill("Search", "live");
    await tab.has("link", "secret/find/deep/stripe-live");
    await tab.press(Key.ENTER);
    await tab.isAt("/ui/browse/secret/find/deep/stripe-live");
  },
];

const copy: Story = [
  "shows and hides a value; copies one unseen, and the clipboard has it",
  async ({ world, signedIn }) => {
    await world.policy("team", TEAM);
    const password = world.canary("copied");
    await world.secret("secret/copy/db", { user: "app", password });
    const { tab } = await signedIn(await world.person("copier", ["team"]), "/ui/browse/secret/copy/db");
    await tab.has("button", "Show password");
    await tab.misses(password);
    await tab.click("button", "Show password");
    await tab.sees(password);
    await tab.click("button", "Hide password");
    await tab.misses(password);
    await tab.click("button", "Copy password");
    await tab.sees("Copied password");

    await tab.pressControl("k");
    await tab.fill("Search", "");
    await tab.pressControl("v");
    assert.equal(await tab.valueOf("Search"), password);
    await tab.fill("Search", "");
    await tab.click("button", "Clear now");
    await tab.lacks("button", "Clear now");
    await tab.fill("Search", "");
    await tab.pressControl("v");
    assert.equal(await tab.valueOf("Search"), "");
  },
];

const make: Story = [
  "makes a secret with a generated password, and keeps long numbers and line ends exactly",
  async ({ world, signedIn }) => {
    await world.policy("team", TEAM);
    const { tab, person } = await signedIn(await world.person("maker", ["team"]), "/ui/new/secret/made/");
    await tab.fill("Path in secret/made/", "stripe");
    await tab.click("button", "Generate…");
    await tab.has("button", "Show and edit password…");
    await tab.pressControl("s");
    await tab.isAt("/ui/browse/secret/made/stripe");
    const { data } = await world.prepare("GET", "secret/data/made/stripe");
    assert.match(JSON.stringify(data["data"]), /^\{"password":"[A-Za-z0-9]{20}"\}$/);

    const exact = '{"data":{"n":12345678901234567890,"text":"one\\r\\ntwo\\t","half":0.10,"change":"me"}}';
    const headers = { "x-vault-token": world.root };
    await fetch(`${world.url}/v1/secret/data/made/exact`, { method: "POST", headers, body: exact });
    const second = await person.tab("/ui/edit/secret/made/exact");
    await second.click("button", "Show change");
    await second.fill("Value of change", "changed");
    await second.click("button", "Save");
    await second.isAt("/ui/browse/secret/made/exact");
    const saved = await (await fetch(`${world.url}/v1/secret/data/made/exact`, { headers })).text();
    for (const kept of ['"n":12345678901234567890', '"text":"one\\r\\ntwo\\t"', '"half":0.10', '"change":"changed"'])
      assert.ok(saved.includes(kept), saved);
  },
];

const conflict: Story = [
  "two people change one secret: nothing is overwritten, and each value is chosen",
  async ({ world, signedIn }) => {
    await world.policy("team", TEAM);
    await world.secret("secret/both/db", { user: "user-old", password: "password-old" });
    const { tab } = await signedIn(await world.person("editor", ["team"]), "/ui/edit/secret/both/db");
    await tab.click("button", "Show password");
    await tab.fill("Value of password", "password-mine");
    await world.secret("secret/both/db", { user: "user-theirs", password: "password-theirs" });
    await tab.click("button", "Save");
    await tab.has("heading", "Somebody saved this meanwhile");
    await tab.misses("password-theirs");
    await tab.click("button", "Show all values of password");
    await tab.sees("password-theirs");
    await tab.click("option", "Keep mine", "Which value of password");
    await tab.click("button", "Save as version 3");
    await tab.isAt("/ui/browse/secret/both/db");
    const { data } = await world.prepare("GET", "secret/data/both/db");
    assert.deepEqual(data["data"], { user: "user-theirs", password: "password-mine" });
  },
];

const leaving: Story = [
  "asks before unsaved work is left, inside the page and out of it",
  async ({ world, signedIn }) => {
    await world.policy("team", TEAM);
    await world.secret("secret/leave/db", { user: "app" });
    const { tab } = await signedIn(await world.person("leaver", ["team"]), "/ui/browse/secret/leave/db");
    await tab.click("link", "Edit");
    await tab.isAt("/ui/edit/secret/leave/db");
    await tab.click("button", "Show user");
    await tab.fill("Value of user", "unsaved");
    await tab.back();
    await tab.has("dialog", "Leave…");
    await tab.click("button", "Stay");
    assert.equal(await tab.valueOf("Value of user"), "unsaved");
    await tab.isAt("/ui/edit/secret/leave/db");
    const asked = await tab.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
    assert.equal(asked, true);
    await tab.click("button", "Cancel");
  },
];

export const SECRETS: readonly Story[] = [find, copy, make, conflict, leaving];
