import { expect, it } from "@jest/globals";
import { axeEverywhere } from "./support/axe.ts";
import { asJson, button, isAt, show, store, stored, value } from "./support/editor.ts";
import { hasFocus } from "./support/focus.ts";
import { hold, pathIs } from "./support/hold.ts";
import { signIn } from "./support/sign-in.ts";
import { describeUi, type Ui } from "./support/suite.ts";

/** Making and editing secrets: exact, masked, guarded. */

const TEAM = `
  path "secret/data/team-a/*" { capabilities = ["create", "read", "update", "delete"] }
  path "secret/metadata/team-a/*" { capabilities = ["create", "read", "update", "list"] }
  path "secret/subkeys/team-a/*" { capabilities = ["read"] }
  path "sys/policies/password" { capabilities = ["list"] }
  path "sys/policies/password/+/generate" { capabilities = ["read"] }`;

const signedIn = async (ui: Ui, address: string, name = "ada") => {
  await ui.world.policy("team", TEAM);
  return ui.signedIn(await ui.world.person(name, ["team"]), address);
};

describeUi("making and editing a secret", (ui) => {
  it("16. makes a secret by keys alone: name, generate, save", async () => {
    const { page, visitor } = await signedIn(ui, "/ui/new/secret/team-a/");
    const path = page.getByLabel("Path in secret/team-a/");
    await path.waitFor();
    // What the page is for has the focus; then the view, the field's name, its value, and Generate.
    await hasFocus(page, path);
    await page.keyboard.type("stripe");
    for (let tab = 0; tab < 4; tab++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await button(page, "Show and edit password").waitFor();
    await page.keyboard.press("Control+s");
    await isAt(page, "browse/secret/team-a/stripe");

    expect(await stored(ui.world, "secret/data/team-a/stripe")).toMatch(/^\{"password":"[A-Za-z0-9]{20}"\}$/);
    expect(visitor.gate.calls().filter((call) => call.startsWith("POST secret/"))).toEqual([
      "POST secret/data/team-a/stripe",
    ]);
    await page.getByText("Saved version 1 of stripe").first().waitFor();
  });

  it("16. edits one field unseen by others, and leaves the rest", async () => {
    await ui.world.secret("secret/team-a/db", { user: ui.world.canary("user"), password: ui.world.canary("old") });
    const kept = await stored(ui.world, "secret/data/team-a/db");
    const { page } = await signedIn(ui, "/ui/edit/secret/team-a/db");
    await button(page, "Show and edit password").waitFor();

    expect(await page.content()).not.toContain("canary-");

    await show(page, "password");
    await value(page, "password").fill("new word");
    await button(page, "Save").click();
    await isAt(page, "browse/secret/team-a/db");

    expect(await stored(ui.world, "secret/data/team-a/db")).toBe(
      kept.replace(/"password":"[^"]*"/, '"password":"new word"'),
    );
  });

  it("hides a shown value 60 s after the last key, and keeps what was typed and the focus", async () => {
    await store(ui.world, "secret/data/team-a/minute", '{"a":"1"}');
    await ui.world.policy("team", TEAM);
    const visitor = await ui.visitor();
    const page = await visitor.context.newPage();
    await page.clock.install();
    await page.goto("/ui/edit/secret/team-a/minute");
    await signIn(page, await ui.world.person("ada", ["team"]));
    await button(page, "Show and edit a").click();
    await page.clock.runFor(50_000);
    await value(page, "a").press("X");
    await page.clock.runFor(50_000);

    expect(await value(page, "a").inputValue()).toContain("X");

    await page.clock.runFor(11_000);
    const dots = button(page, "Show and edit a");
    await dots.waitFor();

    await hasFocus(page, dots);
    await page.keyboard.press("Control+s");
    await isAt(page, "browse/secret/team-a/minute");
    expect(await stored(ui.world, "secret/data/team-a/minute")).toMatch(/X/);
  });

  it("adds a field that has the focus once, and does not take it back", async () => {
    const { page } = await signedIn(ui, "/ui/new/secret/team-a/");
    await button(page, "Add field").click();
    await hasFocus(page, page.getByLabel("Name of field 2"));

    await page.keyboard.press("Tab");
    await page.keyboard.type("unnamed");

    expect(await page.getByLabel("Value of the field without a name").last().inputValue()).toBe("unnamed");
    await button(page, "Remove the field without a name").last().click();
  });

  it("hides what is typed, and takes it out of the document once it is left", async () => {
    const { page } = await signedIn(ui, "/ui/new/secret/team-a/");
    await page.getByLabel("Name of field 1").fill("pin");
    await value(page, "pin").fill("typed-unseen");

    expect(
      await value(page, "pin").evaluate((area) => getComputedStyle(area).getPropertyValue("-webkit-text-security")),
    ).toBe("disc");

    await page.getByLabel("Name of field 1").focus();
    await button(page, "Show and edit pin").waitFor();

    expect(await page.locator("textarea").count()).toBe(0);

    await show(page, "pin");

    expect(await value(page, "pin").inputValue()).toBe("typed-unseen");
  });

  it("23. generates by a policy of the server, or here", async () => {
    await ui.world.prepare("PUT", "sys/policies/password/pin", {
      policy: 'length = 7\nrule "charset" { charset = "0123456789" }',
    });
    const { page } = await signedIn(ui, "/ui/new/secret/team-a/");
    await page.getByLabel("Path in secret/team-a/").fill("generated");
    await page.getByLabel("Name of field 1").fill("pin");
    // A menu once it is known that there are policies.
    await page.getByRole("button", { name: "Generate pin", expanded: false }).click();
    await page.getByRole("menuitem", { name: "By policy pin" }).click();
    await button(page, "Show and edit pin").click();

    expect(await value(page, "pin").inputValue()).toMatch(/^\d{7}$/);

    await button(page, "Generate pin").click();
    await page.getByRole("menuitem", { name: "20 letters and digits" }).click();

    expect(await value(page, "pin").inputValue()).toMatch(/^[A-Za-z0-9]{20}$/);
    await ui.world.prepare("DELETE", "sys/policies/password/pin");
    await button(page, "Cancel").click();
    await button(page, "Discard").click();
    await isAt(page, "browse/secret/team-a/");
  });

  it("23. the button that generates keeps the focus when policies come: then it opens a menu", async () => {
    await ui.world.prepare("PUT", "sys/policies/password/late", {
      policy: 'length = 7\nrule "charset" { charset = "0123456789" }',
    });
    await ui.world.policy("team", TEAM);
    const { page, visitor } = await ui.signedIn(await ui.world.person("ada", ["team"]));
    const policies = hold(visitor.gate, pathIs("sys/policies/password"));
    await page.goto("/ui/new/secret/team-a/");
    await page.getByLabel("Name of field 1").fill("pin");
    await button(page, "Generate pin").focus();

    policies.release();
    await page.getByRole("button", { name: "Generate pin", expanded: false }).waitFor();
    await page.keyboard.press("Enter");
    await hasFocus(page, page.getByRole("menuitem", { name: "By policy late" }));
    await page.keyboard.press("Enter");
    await button(page, "Show and edit pin").click();

    expect(await value(page, "pin").inputValue()).toMatch(/^\d{7}$/);
    await ui.world.prepare("DELETE", "sys/policies/password/late");
  });

  it("refuses names that are not read alike everywhere, at the field", async () => {
    const { page, visitor } = await signedIn(ui, "/ui/new/secret/team-a/");
    const path = page.getByLabel("Path in secret/team-a/");
    for (const [name, words] of [
      ["", "Give it a name."],
      ["a?b", "The signs ?, # and %"],
      ["a//b", "slashes with nothing between"],
      ["../b", "cannot be . or .."],
      [" a", "cannot begin or end with a blank"],
    ] as const) {
      await path.fill(name);
      await button(page, "Save").click();
      await page.getByText(words).waitFor();

      await hasFocus(page, path);
    }
    expect(visitor.gate.calls().filter((call) => call.startsWith("POST secret/"))).toEqual([]);
    await page.getByLabel("Path in secret/team-a/").fill("");
  });

  it("takes what was entered along when another mount is chosen", async () => {
    await ui.world.prepare("POST", "sys/mounts/other", { type: "kv", options: { version: "2" } });
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/new");
    await page.getByLabel("Path in", { exact: false }).fill("moved");
    await page.getByLabel("Name of field 1").fill("a");
    await page.getByLabel("Where", { exact: true }).selectOption("other/");
    await page.getByLabel("Path in other/").waitFor();
    await page.keyboard.press("Control+s");
    await isAt(page, "browse/other/moved");

    expect(await stored(ui.world, "other/data/moved")).toBe('{"a":""}');
  });

  it("hears Ctrl+S from the moment it is drawn", async () => {
    await ui.world.prepare("POST", "sys/mounts/quick", { type: "kv", options: { version: "2" } });
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/new");
    await page.getByLabel("Path in", { exact: false }).fill("quick");
    await page.getByLabel("Name of field 1").fill("a");
    // As soon as the editor of the other mount is in the document, before the browser has painted it.
    await page.evaluate(() => {
      new MutationObserver((_, observer) => {
        if (!document.body.textContent?.includes("Path in quick/")) return;
        observer.disconnect();
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "s", ctrlKey: true, bubbles: true }));
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await page.getByLabel("Where", { exact: true }).selectOption("quick/");
    await isAt(page, "browse/quick/quick");

    expect(await stored(ui.world, "quick/data/quick")).toBe('{"a":""}');
  });

  it("25. sets the end before it writes", async () => {
    const { page, visitor } = await signedIn(ui, "/ui/new/secret/team-a/");
    await page.getByLabel("Path in secret/team-a/").fill("brief");
    await page.getByText("30 days", { exact: true }).click();
    await button(page, "Generate the field without a name").click();
    await button(page, "Save").click();
    await isAt(page, "browse/secret/team-a/brief");

    expect(visitor.gate.calls().filter((call) => call.startsWith("POST secret/"))).toEqual([
      "POST secret/metadata/team-a/brief",
      "POST secret/data/team-a/brief",
    ]);
    const { data } = await ui.world.prepare("GET", "secret/metadata/team-a/brief");
    expect(data["delete_version_after"]).toBe("720h0m0s");
  });

  it("takes a pasted .env file apart where that is wanted", async () => {
    const { page } = await signedIn(ui, "/ui/new/secret/team-a/");
    await page.getByLabel("Path in secret/team-a/").fill("env");
    await page.getByLabel("Name of field 1").evaluate((input) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", "DB_USER=app\nDB_PASSWORD='a b'\n");
      input.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    });
    await page.getByText("This looks like 2 fields.").waitFor();
    await button(page, "Split into fields").click();
    await page.keyboard.press("Control+s");
    await isAt(page, "browse/secret/team-a/env");

    expect(await stored(ui.world, "secret/data/team-a/env")).toBe('{"DB_USER":"app","DB_PASSWORD":"a b"}');
  });

  it("asks before unsaved work is left, keeps it, and gives it back", async () => {
    await store(ui.world, "secret/data/team-a/left", '{"a":"1"}');
    const { page } = await signedIn(ui, "/ui/edit/secret/team-a/left");
    await show(page, "a");
    await value(page, "a").fill("unsaved words");
    await page.getByRole("link", { name: "team-a", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Stay" }).click();

    expect(await value(page, "a").inputValue()).toBe("unsaved words");

    await page.getByRole("link", { name: "team-a", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
    await page.getByRole("heading", { name: "team-a" }).waitFor();
    await page.goBack();
    await page.getByText("This is unsaved work from before").waitFor();
    await show(page, "a");

    expect(await value(page, "a").inputValue()).toBe("unsaved words");

    await button(page, "Discard it").click();
    await show(page, "a");

    expect(await value(page, "a").inputValue()).toBe("1");
  });

  it("7. locked in the middle of an edit: values leave the document, and are there again afterwards", async () => {
    await store(ui.world, "secret/data/team-a/locked", '{"a":"1"}');
    const { page } = await signedIn(ui, "/ui/edit/secret/team-a/locked", "grace");
    const again = await ui.world.person("grace", ["team"]);
    await show(page, "a");
    await value(page, "a").fill("kept words");
    await button(page, "Add field").click();
    await page.getByLabel("Name of field 2").fill("b");
    await value(page, "b").fill("typed unseen");
    await button(page, "Lock").click();
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();

    expect(await page.locator("textarea").count()).toBe(0);
    expect(await page.getByLabel("Name of field 2").inputValue()).toBe("");
    await dialog.getByLabel("Name", { exact: true }).fill(again.name);
    await dialog.getByLabel("Password", { exact: true }).fill(again.password);
    await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
    await dialog.waitFor({ state: "detached" });

    await page.keyboard.press("Control+s");
    await isAt(page, "browse/secret/team-a/locked");
    expect(await stored(ui.world, "secret/data/team-a/locked")).toBe('{"a":"kept words","b":"typed unseen"}');
  });

  it("stands where reading is not allowed: replacing is confirmed, patching says so, making new is tried", async () => {
    await store(ui.world, "secret/data/team-a/unread", '{"a":"1","b":"2"}');
    const rule = (name: string, ...capabilities: readonly string[]) =>
      ui.world.policy(
        name,
        `path "secret/data/team-a/*" { capabilities = ${JSON.stringify(capabilities)} }
        path "secret/subkeys/team-a/*" { capabilities = ["read"] }`,
      );
    await rule("writer", "update");
    await rule("patcher", "patch");
    await rule("maker", "create");

    const writer = await ui.signedIn(await ui.world.person("writer", ["writer"]), "/ui/edit/secret/team-a/unread");
    await writer.page.getByText("Saving replaces everything that is stored. It has the fields a, b.").waitFor();
    await writer.page.getByLabel("Name of field 1").fill("c");
    await button(writer.page, "Save").click();
    await writer.page.getByText("Confirm that you replace what you have not seen.").waitFor();
    await writer.page.getByLabel("Replace what is stored without seeing it").check();
    await button(writer.page, "Save").click();
    await isAt(writer.page, "browse/secret/team-a/unread");
    expect(await stored(ui.world, "secret/data/team-a/unread")).toBe('{"c":""}');

    const patcher = await ui.signedIn(await ui.world.person("patcher", ["patcher"]), "/ui/edit/secret/team-a/unread");
    await patcher.page.getByText("The fields you give are set; all others stay as they are.").waitFor();
    await patcher.page.getByLabel("Name of field 1").fill("d");
    await button(patcher.page, "Save").click();
    await isAt(patcher.page, "browse/secret/team-a/unread");
    expect(await stored(ui.world, "secret/data/team-a/unread")).toBe('{"c":"","d":""}');

    const maker = await ui.signedIn(await ui.world.person("maker", ["maker"]), "/ui/edit/secret/team-a/unread");
    await maker.page.getByText("Saving works only if there is nothing yet.").waitFor();
    await maker.page.getByLabel("Name of field 1").fill("e");
    await button(maker.page, "Save").click();
    await maker.page.getByRole("heading", { name: "You may not do this" }).waitFor();
    expect(await stored(ui.world, "secret/data/team-a/unread")).toBe('{"c":"","d":""}');
    await maker.page.getByLabel("Name of field 1").fill("");
  });

  it("has no fault for axe, in fields, JSON, an error and a hint", async () => {
    await store(ui.world, "secret/data/team-a/axe", '{"a":"1\\tx","n":0.10}');
    const { page } = await signedIn(ui, "/ui/edit/secret/team-a/axe");
    await show(page, "a");
    await button(page, "Add field").click();
    await page.getByLabel("Name of field 3").fill("a");
    await page.getByText("Date", { exact: true }).click();
    await button(page, "Save").click();
    await page.getByText("Another field has this name.").waitFor();

    expect(await axeEverywhere(page)).toEqual([]);

    await button(page, "Remove a").last().click();
    await asJson(page).click();
    await button(page, "Show values and edit").click();

    expect(await axeEverywhere(page)).toEqual([]);
  });

  it("16. what may not be made is told before it is written; the cubbyhole is chosen by nobody but the person", async () => {
    await ui.world.policy("narrow", 'path "secret/data/team-a/mine" { capabilities = ["create"] }');
    const { page } = await ui.signedIn(await ui.world.token(["narrow"]), "/ui/new");
    await page.getByLabel("Path in secret/").fill("team-a/theirs");
    const told = page.getByText("Your policies do not let you make a secret at secret/team-a/theirs.");
    await told.waitFor();
    await page.getByLabel("Path in secret/").fill("team-a/mine");
    await told.waitFor({ state: "detached" });

    await page.getByLabel("Where", { exact: true }).selectOption("cubbyhole/");
    await page.getByText("gone when you sign out").waitFor();
  });
});
