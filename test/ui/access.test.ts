import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import type { JsonObject } from "../../src/std/json.ts";
import { axeEverywhere } from "./support/axe.ts";
import { listenToCopies } from "./support/copied.ts";
import { describeUi } from "./support/suite.ts";

describeUi("access", (ui) => {
  const choose = async (page: Page, field: string, name: string): Promise<void> => {
    const box = page.getByRole("combobox", { name: field });
    await box.fill(name);
    await box.press("Enter");
    await page.getByRole("button", { name: `Remove ${name}` }).waitFor();
  };
  const idOf = async (alias: string): Promise<string> => {
    const { data } = await ui.world.prepare("GET", "identity/entity/id?list=true");
    const info = data["key_info"] as Record<string, { aliases?: readonly { name: string }[] }>;
    const found = Object.entries(info).find(([, entity]) => entity.aliases?.some(({ name }) => name === alias));
    if (!found) throw new Error(`no entity of ${alias}`);
    return found[0];
  };
  const login = (name: string, password: string, wrong = "") =>
    ui.world.call("POST", `auth/userpass/login/${name}`, { password: password + wrong }, { token: null });

  it("adds a person with a group and a link to the password, which opens once and signs in", async () => {
    await ui.world.person("operator", []);
    await ui.world.policy("sales-rules", 'path "secret/data/sales/*" { capabilities = ["read"] }');
    await ui.world.prepare("POST", "identity/group", { name: "sales", policies: ["sales-rules"] });
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/access");
    const copied = await listenToCopies(page);

    await page.getByRole("button", { name: "Add a person" }).click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("newcomer");
    await choose(page, "Groups", "sales");
    await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("dialog", { name: "newcomer can sign in" }).waitFor();
    await page.getByRole("button", { name: "Copy link to the password" }).click();
    const link = await copied();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("link", { name: /newcomer.*userpass\/newcomer.*sales/ }).waitFor();

    expect(link).toMatch(new RegExp(`^${ui.world.url}/ui/open#v1\\.open\\.`));
    const token = link.split(".open.")[1]?.split(".").slice(1, -1).join(".") ?? "";
    const opened = await ui.world.prepare("POST", "sys/wrapping/unwrap", undefined, { token });
    expect(opened.data).toMatchObject({ name: "newcomer", method: "userpass/" });
    const { body } = await login("newcomer", String(opened.data["password"]));
    expect(body["auth"]).toMatchObject({ identity_policies: ["sales-rules"] });
    const order = visitor.gate.calls().filter((call) => /^(POST|PUT) (identity|auth)/.test(call));
    expect(order.at(-1)).toBe("POST auth/userpass/users/newcomer");
  });

  it("replaces nobody: a name that is taken is refused before anything is written", async () => {
    const taken = await ui.world.person("taken", []);
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/access");

    await page.getByRole("button", { name: "Add a person" }).click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("taken");
    await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();

    await page.getByText("This name is taken.").waitFor();
    expect(visitor.gate.calls().filter((call) => call.startsWith("POST auth/userpass/users"))).toEqual([]);
    expect((await login("taken", taken.password)).status).toBe(200);
  });

  it("tells what a person may do by method, entity and group together; disables and enables them", async () => {
    await ui.world.policy("by-method", 'path "secret/data/method" { capabilities = ["read"] }');
    await ui.world.policy("by-group", 'path "secret/data/own/{{identity.entity.name}}" { capabilities = ["read"] }');
    const person = await ui.world.person("examined", ["by-method"]);
    await login(person.name, person.password);
    const id = await idOf("examined");
    await ui.world.prepare("POST", "identity/group", { name: "team", policies: ["by-group"], member_entity_ids: [id] });
    await ui.world.prepare("POST", `identity/entity/id/${id}`, { name: "examined-person" });
    const { page } = await ui.signedIn({ token: ui.world.root }, `/ui/access/people/${id}`);
    const ask = async (path: string, says: RegExp): Promise<void> => {
      await page.getByRole("combobox", { name: "What may they do at" }).fill(path);
      await page.getByRole("button", { name: "Explain" }).click();
      await page.getByText(says).first().waitFor();
    };

    await page.getByRole("heading", { name: "examined-person" }).waitFor();
    await ask("secret/method", /The rule secret\/data\/method of policy by-method, line 1, allows read\./);
    await ask("secret/own/examined-person", /of policy by-group, line 1, allows read\./);

    await page.getByRole("button", { name: "Disable" }).click();
    await page.getByText("Disabled: every token of this person is refused.").waitFor();
    expect((await login(person.name, person.password)).status).toBe(403);
    await page.getByRole("button", { name: "Enable" }).click();
    await page.getByRole("button", { name: "Disable" }).waitFor();
    expect((await login(person.name, person.password)).status).toBe(200);
  });

  it("sets policies and a new password, and unlocks whoever typed a wrong one too often", async () => {
    await ui.world.policy("more", 'path "secret/data/more" { capabilities = ["read"] }');
    const person = await ui.world.person("forgetful", []);
    await login(person.name, person.password);
    const id = await idOf("forgetful");
    for (let attempt = 0; attempt < 6; attempt++) await login(person.name, person.password, "wrong");
    expect((await login(person.name, person.password)).status).not.toBe(200);
    const { page } = await ui.signedIn({ token: ui.world.root }, `/ui/access/people/${id}`);

    await page.getByRole("button", { name: "Unlock" }).click();
    await page.getByText("Unlocked forgetful").first().waitFor();
    expect((await login(person.name, person.password)).status).toBe(200);

    await page.getByRole("button", { name: "Set policies" }).click();
    await choose(page, "Policies", "more");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved policies of the person").first().waitFor();
    expect((await ui.world.prepare("GET", `identity/entity/id/${id}`)).data["policies"]).toEqual(["more"]);

    await page.getByRole("button", { name: "New password" }).click();
    await page.getByRole("textbox", { name: "Password", exact: true }).fill(ui.world.canary("new-password"));
    const typed = await page.getByRole("textbox", { name: "Password", exact: true }).inputValue();
    await page.getByRole("button", { name: "Set the password" }).click();
    await page.getByText("Send this link.").waitFor();
    expect((await login(person.name, typed)).status).toBe(200);
  });

  it("makes, changes and deletes a group; two who change it at once lose nobody", async () => {
    for (const name of ["first", "second"]) {
      const { password } = await ui.world.person(name, []);
      await login(name, password);
    }
    const [first, second] = [await idOf("first"), await idOf("second")];
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/access?tab=groups");

    await page.getByRole("button", { name: "New group" }).click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("crew");
    await page.getByRole("button", { name: "Make the group" }).click();
    await page.getByRole("heading", { name: "crew" }).waitFor();
    const id = page.url().split("/").at(-1) ?? "";

    await page.getByRole("button", { name: "Edit" }).click();
    await choose(page, "Members", "first");
    await ui.world.prepare("POST", `identity/group/id/${id}`, { member_entity_ids: [second] });
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("link", { name: "second" }).waitFor();
    const { data } = await ui.world.prepare("GET", `identity/group/id/${id}`);
    expect([...(data["member_entity_ids"] as string[])].sort()).toEqual([first, second].sort());

    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("textbox", { name: /Type crew/ }).fill("crew");
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("Deleted the group crew").first().waitFor();
    expect((await ui.world.call("GET", `identity/group/id/${id}`)).status).toBe(404);
  });

  it("33. wrapped secret id logs in once; the page never had it", async () => {
    await ui.world.prepare("POST", "sys/auth/approle", { type: "approle" });
    await ui.world.policy("job", 'path "secret/data/job" { capabilities = ["read"] }');
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/access?tab=applications");
    const copied = await listenToCopies(page);

    await page.getByRole("button", { name: "New application" }).click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("nightly-job");
    await choose(page, "Policies", "job");
    await page.getByRole("textbox", { name: "Sign-ins with one secret id" }).or(page.getByRole("spinbutton")).fill("1");
    await page.getByRole("button", { name: "Make the role" }).click();
    await page.getByRole("heading", { name: "nightly-job" }).waitFor();
    await page.getByRole("button", { name: "Make the commands" }).click();
    const shown = page.getByRole("figure", { name: "commands for the application" });
    await shown.waitFor();
    expect(await axeEverywhere(page)).toEqual([]);
    expect(await shown.textContent()).not.toMatch(/hvs\./);
    await page.getByRole("button", { name: "Copy commands" }).click();
    const commands = await copied();

    const [, token = ""] = /VAULT_TOKEN=(hvs\.\S+) vault unwrap/.exec(commands) ?? [];
    const [, roleId = ""] = /role_id=(\S+) secret_id="\$SECRET_ID"/.exec(commands) ?? [];
    const { data } = await ui.world.prepare("POST", "sys/wrapping/unwrap", undefined, { token });
    const secretId = String(data["secret_id"]);
    expect((await ui.world.call("POST", "sys/wrapping/unwrap", undefined, { token })).status).toBe(400);
    const logIn = () =>
      ui.world.call("POST", "auth/approle/login", { role_id: roleId, secret_id: secretId }, { token: null });
    const { body } = await logIn();
    expect((body["auth"] as JsonObject)["policies"]).toContain("job");
    expect((await logIn()).status).toBe(400);
    expect(visitor.gate.passed.some(({ answer, body: sent }) => `${answer}${sent}`.includes(secretId))).toBe(false);
  });

  it("leaves out everything that the caller may not do", async () => {
    await ui.world.policy(
      "looker",
      `path "identity/entity/id" { capabilities = ["list"] }
path "identity/entity/id/*" { capabilities = ["read"] }
path "auth/userpass/users" { capabilities = ["list"] }
path "auth/userpass/users/*" { capabilities = ["read"] }`,
    );
    const looker = await ui.world.person("looker", ["looker"]);
    const { page } = await ui.signedIn(looker, "/ui/access");

    await page.getByRole("link", { name: /looker/ }).click();
    await page.getByRole("heading", { name: "looker" }).waitFor();
    for (const name of ["Disable", "Set policies", "Unlock"])
      expect(await page.getByRole("button", { name }).count()).toBe(0);
    await page.goBack();
    await page.getByRole("tab", { name: "Methods" }).waitFor();
    expect(await page.getByRole("tab").allInnerTexts()).toEqual(["People", "Methods"]);
    expect(await page.getByRole("button", { name: "Add a person" }).count()).toBe(0);
    await page.getByRole("tab", { name: "Methods" }).click();
    await page.getByRole("link", { name: "looker" }).click();
    await page.getByText("token_ttl").waitFor();
    for (const name of ["Set policies", "New password", "Delete"])
      expect(await page.getByRole("button", { name }).count()).toBe(0);
  });
});
