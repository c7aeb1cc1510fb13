import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { axeEverywhere } from "./support/axe.ts";
import { listenToCopies } from "./support/copied.ts";
import { describeUi } from "./support/suite.ts";

/** What a page shows where a call failed. Seen at the addresses of people in Access, which everybody may type. */

describeUi("failures", (ui) => {
  const READER = 'path "sys/policies/acl/*" { capabilities = ["read"] }\n';
  const panel = (page: Page) => page.getByRole("region", { name: "You may not do this" });

  it("54. every 403 explains itself; the request text holds no secret", async () => {
    await ui.world.policy(
      "team",
      `${READER}path "identity/group/id" {\n  capabilities = ["list"]\n}\npath "identity/group/*" {\n  capabilities = ["update"]\n}\n`,
    );
    const { data } = await ui.world.prepare("POST", "identity/group", { name: "sales" });
    const path = `identity/group/id/${String(data["id"])}`;
    const person = await ui.world.person("alias", ["team"]);

    const { page, visitor } = await ui.signedIn(person, `/ui/access/groups/${String(data["id"])}`);
    const copied = await listenToCopies(page);

    await panel(page)
      .getByText(/The rule identity\/group\/\* of policy team, line 5, allows only update\./)
      .waitFor();
    await panel(page).getByText(`read ${path}`).waitFor();
    await panel(page).getByText(`path "${path}" {`).waitFor();
    expect(await axeEverywhere(page)).toEqual([]);
    await panel(page).getByRole("button", { name: "Copy a request for access" }).click();
    await page.getByText("Copied the request for access").first().waitFor();
    const text = await copied();
    expect(text).toContain("Who:        alias (auth/userpass/)");
    expect(text).toContain(`Path:       ${path}`);
    expect(text).toContain(`path "${path}" {\n  capabilities = ["read"]\n}`);
    expect(text).not.toMatch(/hv[bs]\./);
    expect(text).not.toContain(person.password);
    expect(visitor.gate.calls()).toContain("POST sys/policies/explain");
  });

  it("54. whoever may not read policies sees their own rules, and a policy that grants nothing is said", async () => {
    await ui.world.policy("blind", 'path "identity/group/name/*" { capabilities = ["read"] }');
    const { page } = await ui.signedIn(await ui.world.person("blind", ["blind"]), "/ui/access/groups/some-id");

    await panel(page).getByText("Your own rules nearest to this path").waitFor();
    await panel(page).getByText("identity/group/name/*").waitFor();
    expect(await panel(page).getByText("of policy blind").count()).toBe(0);
  });

  it("54. where the server does not explain, one's own rules and the stanza are there all the same", async () => {
    await ui.world.policy(
      "unexplained",
      'path "sys/policies/explain" { capabilities = ["deny"] }\npath "identity/group/*" { capabilities = ["list"] }',
    );
    const { page } = await ui.signedIn(
      await ui.world.person("unexplained", ["unexplained"]),
      "/ui/access/groups/an-id",
    );

    await panel(page).getByText("Your own rules nearest to this path").waitFor();
    await panel(page).getByText('path "identity/group/id/an-id" {').waitFor();
  });

  it("54. a link to what one cannot even reach says what to ask for", async () => {
    await ui.world.secret("secret/team-a/db", { password: "not for everybody" });
    const { page, visitor } = await ui.signedIn(await ui.world.person("linked", []), "/ui/browse/secret/team-a/db");
    const copied = await listenToCopies(page);

    await page.getByText("No mount that you can reach serves this path.").waitFor();
    await panel(page).getByText('path "secret/data/team-a/db" {').waitFor();
    await panel(page).getByRole("button", { name: "Copy a request for access" }).click();
    expect(await copied()).toContain("Path:       secret/data/team-a/db");
    await page.goto("/ui/credentials/database/readonly");
    await panel(page).getByText('path "database/creds/readonly" {').waitFor();
    expect(visitor.gate.calls().filter((call) => /(secret|database)\//.test(call))).toEqual([]);
  });

  it("54. who may read a secret and not change it learns what changing needs", async () => {
    await ui.world.secret("secret/team-b/db", { password: "not for everybody" });
    await ui.world.policy("reader", `${READER}path "secret/data/team-b/*" { capabilities = ["read"] }`);
    const { page } = await ui.signedIn(await ui.world.person("reader", ["reader"]), "/ui/edit/secret/team-b/db");

    await panel(page)
      .getByText(/The rule secret\/data\/team-b\/\* of policy reader, line 2, allows only read\./)
      .waitFor();
    await panel(page).getByText("write secret/data/team-b/db").waitFor();
  });

  it("says that something is not there, and where to go", async () => {
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/access/groups/none");

    await page.getByRole("heading", { name: "There is nothing here" }).waitFor();
    await page.getByRole("link", { name: "Go to identity/group" }).click();
    await page.getByRole("tab", { name: "Groups" }).waitFor();
  });

  it("52. counts down what a busy server asks for, then reads again by itself", async () => {
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/");
    let asked = 0;
    visitor.gate.instead = ({ url }) => {
      if (!url.pathname.endsWith("identity/group/id")) return undefined;
      asked += 1;
      const body = JSON.stringify({ errors: ["request path is rate limited"] });
      return asked === 1 ? { status: 429, headers: { "retry-after": "600" }, body } : undefined;
    };
    await page.clock.install();
    await page.goto("/ui/access?tab=groups");

    await page.getByText("Too many requests").first().waitFor();
    await page.getByText(/Trying again in (5\d\d|600) s\./).waitFor();
    expect(await page.getByRole("button", { name: "Try again" }).isDisabled()).toBe(true);
    await page.clock.runFor(500_000);
    await page.getByText(/Trying again in [1-9]\d? s\./).waitFor();
    expect(asked).toBe(1);
    await page.clock.runFor(101_000);
    await page.getByRole("link", { name: /^sales/ }).waitFor();
    expect(asked).toBeGreaterThanOrEqual(2);
  });

  it("52. tells a gateway's answer, a sealed server and a lost network from each other", async () => {
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/");
    const seen = async (instead: typeof visitor.gate.instead, title: string): Promise<void> => {
      visitor.gate.instead = (request) =>
        request.url.pathname.includes("identity/group/id") ? instead(request) : undefined;
      await page.goto("/ui/access?tab=groups");
      await page.getByRole("heading", { name: title }).waitFor();
    };

    await seen(
      () => ({
        status: 504,
        headers: { "content-type": "application/json" },
        body: '{"message":"Endpoint request timed out"}',
      }),
      "Something on the way did not pass this on",
    );
    await seen(() => ({ status: 503, body: '{"errors":["Vault is sealed"]}' }), "The server is sealed");
    await seen(() => "cut", "No answer from the server");
    visitor.gate.instead = () => undefined;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("link", { name: /^sales/ }).waitFor();
  });
});
