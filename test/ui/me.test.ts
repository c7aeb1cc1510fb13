import { expect, it } from "@jest/globals";
import { answered } from "./support/answered.ts";
import { axeEverywhere } from "./support/axe.ts";
import { listenToCopies } from "./support/copied.ts";
import { hold, pathIs } from "./support/hold.ts";
import { signIn } from "./support/sign-in.ts";
import { describeUi } from "./support/suite.ts";

describeUi("my access", (ui) => {
  const DEV = `path "secret/data/team-a/*" { capabilities = ["create", "read", "update"] }
path "secret/metadata/team-a/*" { capabilities = ["list"] }
path "auth/token/create" { capabilities = ["update"] }
path "sys/policies/acl/*" { capabilities = ["read"] }
`;

  it("says whose session it is, renews it, and explains what may be done where", async () => {
    await ui.world.policy("dev", DEV);
    const { page, visitor } = await ui.signedIn(await ui.world.person("alias", ["dev"]), "/ui/me");

    await page.getByText(/in 31 d 23 h|in 32 d/).waitFor();
    await page.getByRole("button", { name: "Renew" }).click();
    await page
      .getByText(/Renewed: ends in/)
      .first()
      .waitFor();

    await page.getByRole("combobox", { name: "What may I do at" }).fill("secret/team-a/db");
    await page.getByRole("button", { name: "Explain" }).click();
    await page.getByText(/db create, read, update, list · not patch, delete/).waitFor();
    const table = page.getByRole("list", { name: "Decisions at secret/data/team-a/db" });
    await table
      .getByText(/The rule secret\/data\/team-a\/\* of policy dev, line 1, allows create, read, update\./)
      .first()
      .waitFor();
    await table.getByText(/The rule secret\/metadata\/team-a\/\* of policy dev, line 2, allows list\./).waitFor();
    expect(visitor.gate.calls().filter((call) => call === "POST sys/policies/explain")).toHaveLength(6);
    expect(await axeEverywhere(page)).toEqual([]);
  });

  it("makes a token for the command line, which works, ends with its page, and is not the session's", async () => {
    await ui.world.policy("dev", DEV);
    const { page, visitor } = await ui.signedIn(await ui.world.person("maker", ["dev"]), "/ui/me");
    const copied = await listenToCopies(page);
    const session = visitor.gate.passed.find(({ url }) => url.pathname.endsWith("/login/maker"))?.answer ?? "";

    await page.getByRole("button", { name: "Make a token" }).click();
    await page.getByText("The token is made. It is shown this once. Ends in 1 h.").waitFor();
    await page.getByRole("button", { name: "Copy token for the command line" }).click();
    await page
      .getByText(/Copied token/)
      .first()
      .waitFor();
    const token = await copied();

    expect(token).toMatch(/^hvs\./);
    expect(session).not.toContain(token);
    expect(await page.locator("body").textContent()).not.toContain(token);
    const { data } = await ui.world.prepare("GET", "auth/token/lookup-self", undefined, { token });
    expect(data).toMatchObject({ display_name: "token-command-line", explicit_max_ttl: 3600 });
    await page.getByRole("button", { name: "Revoke it" }).click();
    await page.getByText("The token is revoked").first().waitFor();
    expect((await ui.world.call("GET", "auth/token/lookup-self", undefined, { token })).status).toBe(403);
  });

  it("shows a token for the command line no longer once a lock has ended it", async () => {
    await ui.world.policy("dev", DEV);
    const person = await ui.world.person("locker", ["dev"]);
    const { page } = await ui.signedIn(person, "/ui/me");
    const copied = await listenToCopies(page);
    await page.getByText("when you sign out, or when the page locks.").waitFor();
    await page.getByRole("button", { name: "Make a token" }).click();
    await page.getByRole("button", { name: "Copy token for the command line" }).click();
    const token = await copied();
    expect((await ui.world.call("GET", "auth/token/lookup-self", undefined, { token })).status).toBe(200);

    await page.getByRole("button", { name: "Lock", exact: true }).click();
    await page.getByRole("dialog", { name: "Locked" }).waitFor();
    await signIn(page, person);
    await page.getByRole("button", { name: "Make a token" }).waitFor();
    expect((await ui.world.call("GET", "auth/token/lookup-self", undefined, { token })).status).toBe(403);
  });

  it("no longer shows a token that a lock ends, though the server has not heard of the lock, and keeps an orphan", async () => {
    await ui.world.policy("orphans", `${DEV}path "auth/token/create-orphan" { capabilities = ["update", "sudo"] }`);
    const person = await ui.world.person("quick", ["orphans"]);
    const { page, visitor } = await ui.signedIn(person, "/ui/me");
    const lockAndReturn = async (): Promise<void> => {
      await page.getByRole("button", { name: "Lock", exact: true }).click();
      await page.getByRole("dialog", { name: "Locked" }).waitFor();
      await signIn(page, person);
      await page.getByRole("dialog", { name: "Locked" }).waitFor({ state: "detached" });
    };
    const make = page.getByRole("button", { name: "Make a token" });
    await make.click();
    await page.getByText("The token is made").waitFor();
    const { release } = hold(visitor.gate, pathIs("auth/token/revoke-self"));
    await lockAndReturn();
    await make.waitFor();
    release();

    await page.getByRole("checkbox").check();
    await make.click();
    await page.getByText("The token is made").waitFor();
    await lockAndReturn();
    await answered(visitor, "auth/token/revoke-self", 2);
    await page.getByRole("button", { name: "Revoke it" }).click();
    await page.getByText("The token is revoked").first().waitFor();
  });

  it("leaves out what may not be done, and shows one's rules by their own spelling", async () => {
    await ui.world.policy("plus", 'path "secret/data/+/shared" { capabilities = ["read"] }');
    const { page } = await ui.signedIn(await ui.world.person("plain", ["plus"]), "/ui/me");

    const rules = page.getByRole("list", { name: "My rules" });
    await rules.getByText("secret/data/+/shared").waitFor();
    expect(await page.getByRole("button", { name: "Make a token" }).count()).toBe(0);
    expect(await rules.getByRole("listitem").first().textContent()).toContain("secret/data/+/shared");
  });

  it("names groups where they may be read, and counts the others", async () => {
    const person = await ui.world.person("member", []);
    await ui.world.prepare("POST", "auth/userpass/login/member", { password: person.password }, { token: null });
    const { data } = await ui.world.prepare("GET", "identity/entity/id?list=true");
    const info = data["key_info"] as Record<string, { aliases: readonly { name: string }[] }>;
    const id = Object.keys(info).find((one) => info[one]?.aliases.some(({ name }) => name === "member"));
    const seen = await ui.world.prepare("POST", "identity/group", {
      name: "seen",
      member_entity_ids: [id],
      policies: ["own-group"],
    });
    await ui.world.prepare("POST", "identity/group", { name: "unseen", member_entity_ids: [id] });
    await ui.world.policy(
      "own-group",
      `path "identity/group/id/${String(seen.data["id"])}" { capabilities = ["read"] }`,
    );

    const { page } = await ui.signedIn(person, "/ui/me");

    await page.getByText("one group whose name you may not read").waitFor();
    await page.getByText("seen", { exact: true }).waitFor();
    expect(await page.getByText("unseen", { exact: true }).count()).toBe(0);
  });
});
