import { beforeAll, expect, it } from "@jest/globals";
import { describeUi } from "./support/suite.ts";
import type { Login } from "./support/world.ts";

describeUi("any path", (ui) => {
  let operator: Login;
  beforeAll(async () => {
    await ui.world.policy(
      "operator",
      'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }',
    );
    operator = await ui.world.person("operator", ["operator"]);
    await ui.world.prepare("POST", "sys/auth/approle", { type: "approle" });
  });

  it("60. a path is found, its form sent, and the answer read with dots for values", async () => {
    const { page } = await ui.signedIn(operator, "/ui/api");
    await page.getByRole("searchbox", { name: "Find a path" }).fill("approle/role/{role_name} ");
    await page.getByRole("link", { name: /^Write auth\/approle\/role\/\{role_name\} / }).click();

    await page.getByRole("heading", { level: 1, name: "auth/approle/role/{role_name}" }).waitFor();
    await page.getByLabel("role_name").fill("deploy");
    await page.getByLabel("token_policies").fill("dev\nops");
    await page.getByLabel("token_ttl", { exact: true }).fill("soon");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("A duration is a number and a unit").waitFor();
    await page.waitForFunction(
      () => document.activeElement?.closest(".field")?.querySelector("label")?.textContent === "token_ttl",
    );
    await page.getByLabel("token_ttl", { exact: true }).fill("20m");
    await page.getByText("As a command").click();
    const command = `echo '{"token_policies":["dev","ops"],"token_ttl":"20m"}' | vault write auth/approle/role/deploy -`;
    expect(await page.getByRole("figure", { name: "curl" }).textContent()).toContain(
      '-H "X-Vault-Token: $VAULT_TOKEN"',
    );
    expect(await page.getByRole("figure", { name: "vault" }).textContent()).toContain(command);
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("Done. The server has nothing to add.").waitFor();
    const { data } = await ui.world.prepare("GET", "auth/approle/role/deploy");
    expect(data).toMatchObject({ token_policies: ["dev", "ops"], token_ttl: 1200 });

    await page.goto("/ui/api/auth/approle/role/deploy/role-id?method=read");
    await page.getByRole("button", { name: "Send" }).click();
    const answer = page.getByRole("region", { name: "Answer" }).last();
    await answer.getByText('"role_id":').waitFor();
    const { data: role } = await ui.world.prepare("GET", "auth/approle/role/deploy/role-id");
    expect(await answer.textContent()).not.toContain(String(role["role_id"]));
    await answer.getByRole("button", { name: "Show role_id" }).click();
    expect(await answer.textContent()).toContain(String(role["role_id"]));
  });

  it("60. an error of the server is shown; what deletes wants the path typed", async () => {
    await ui.world.prepare("POST", "auth/approle/role/gone", {});
    const { page } = await ui.signedIn(operator, "/ui/api/auth/approle/role/gone?method=delete");
    expect(await page.getByLabel("role_name").inputValue()).toBe("gone");
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(/^Type /).fill("auth/approle/role/gone");
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByText("Done. The server has nothing to add.").waitFor();
    expect((await ui.world.call("GET", "auth/approle/role/gone")).status).toBe(404);

    await page.goto("/ui/api/sys/auth/{path}?method=write");
    await page.getByLabel("path", { exact: true }).fill("x");
    await page.getByLabel("type", { exact: true }).fill("nothing-such");
    await page.getByRole("button", { name: "Send" }).click();
    await page
      .getByText(/nothing-such/)
      .first()
      .waitFor();
  });
});
