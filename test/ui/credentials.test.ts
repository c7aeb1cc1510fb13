import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import postgres from "postgres";
import { ADMIN, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { axeEverywhere } from "./support/axe.ts";
import { readClipboard } from "./support/clipboard.ts";
import { hold, pathIs } from "./support/hold.ts";
import { latch } from "./support/latch.ts";
import { atRest, countCalls } from "./support/rest.ts";
import { signIn } from "./support/sign-in.ts";
import { describeUi } from "./support/suite.ts";
import { showsTexts } from "./support/texts.ts";

/** Credentials that are made on demand, with a real database behind them, and their leases. */

describeUi("credentials and leases", (ui) => {
  let database: TestPostgres;
  beforeAll(async () => {
    database = await startPostgres();
    const { prepare } = ui.world;
    await prepare("POST", "sys/mounts/database", { type: "database", description: "PostgreSQL" });
    await prepare("POST", "database/config/main", {
      plugin_name: "postgresql-database-plugin",
      connection_url: database.url,
      allowed_roles: "*",
      username: ADMIN.username,
      password: ADMIN.password,
    });
    await prepare("POST", "database/roles/readonly", {
      db_name: "main",
      creation_statements: `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}';`,
      default_ttl: "1h",
      max_ttl: "24h",
    });
    await prepare("POST", "sys/mounts/ssh", { type: "ssh" });
    await prepare("POST", "ssh/roles/web", { key_type: "otp", default_user: "ubuntu", cidr_list: "10.0.0.0/8" });
    await prepare("POST", "sys/mounts/totp", { type: "totp" });
    await prepare("POST", "totp/keys/mail", { generate: true, issuer: "Mail", account_name: "team" });
    await prepare("POST", "sys/mounts/pki", { type: "pki" });
    await prepare("POST", "pki/root/generate/internal", { common_name: "Test root", key_type: "ec", ttl: "720h" });
    await prepare("POST", "pki/roles/web", { allow_any_name: true, key_type: "ec", max_ttl: "24h" });
    await ui.world.policy(
      "taker",
      `path "database/roles" { capabilities = ["list"] }
       path "database/static-roles" { capabilities = ["list"] }
       path "database/creds/readonly" { capabilities = ["read"] }
       path "ssh/creds/web" { capabilities = ["update"] }
       path "totp/keys" { capabilities = ["list"] }
       path "totp/code/mail" { capabilities = ["read"] }
       path "pki/roles" { capabilities = ["list"] }
       path "pki/issue/web" { capabilities = ["update"] }
       path "sys/leases/revoke" { capabilities = ["update"] }`,
    );
  });
  afterAll(() => database.stop());

  const permissions = ["clipboard-read", "clipboard-write"] as const;
  const taker = async (address: string) =>
    ui.signedIn(await ui.world.person("taker", ["taker"]), address, { permissions });
  const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
  const userOn = async (page: Page): Promise<string> =>
    (await page.locator("dd", { hasText: /^v-/ }).first().textContent()) ?? "";

  it("58. credentials count down, renew, revoke; leaving asks", async () => {
    const { page, visitor } = await taker("/ui/credentials");
    await page.getByRole("link", { name: /database\// }).click();
    await page.getByRole("link", { name: /readonly/ }).click();
    await press(page, "Get credentials");
    await page.getByRole("progressbar", { name: "Credentials of readonly" }).waitFor();
    const user = await userOn(page);
    expect(await database.exists(user)).toBe(true);
    await page.getByText(/^(1 h|59 min \d+ s) left$/).waitFor();

    // Half an hour later, by the server's clock: the page learns it from the answer to the renewal.
    ui.world.clock.advance(30 * 60_000);
    await press(page, "Renew");
    await page.getByText("The credentials are renewed.").first().waitFor();
    await page.getByText(/^(1 h|59 min \d+ s) left$/).waitFor();

    await press(page, "Copy password");
    await page.getByText("Copied password").first().waitFor();
    const password = await readClipboard(visitor);
    await page.bringToFront();
    expect(await database.logsIn(user, password)).toBe(true);

    await page.getByRole("link", { name: "Credentials", exact: true }).first().click();
    const dialog = page.getByRole("dialog", { name: "Leave these credentials?" });
    await dialog.getByRole("button", { name: "Stay" }).click();
    await page.getByRole("progressbar", { name: "Credentials of readonly" }).waitFor();

    await press(page, "Revoke now");
    await page.getByText("The credentials are revoked.").first().waitFor();
    expect(await database.exists(user)).toBe(false);
    expect(await page.content()).not.toContain(user);
    await page.getByRole("link", { name: "Credentials", exact: true }).first().click();
    await page.getByRole("heading", { name: "Credentials", exact: true }).waitFor();
  });

  it("58. a lock ends what was taken, and the page says so", async () => {
    const { page, visitor } = await taker("/ui/credentials/database/readonly");
    await press(page, "Get credentials");
    await page.getByRole("progressbar", { name: "Credentials of readonly" }).waitFor();
    const user = await userOn(page);

    await press(page, "Lock");
    await page.getByRole("dialog", { name: "Locked" }).waitFor();
    await signIn(page, await ui.world.person("taker", ["taker"]));
    await page.getByText("These credentials have ended.").waitFor();
    expect(await page.content()).not.toContain(user);
    const revoked = () => visitor.gate.passed.filter(pathIs("auth/token/revoke-self"));
    await showsTexts(async () => revoked().map(({ status }) => `${status}`), ["204"]);
    expect(await database.exists(user)).toBe(false);
  });

  it("58. a lock ends what was taken, though the server revokes it later than somebody signs in again", async () => {
    const { page, visitor } = await taker("/ui/credentials/database/readonly");
    await press(page, "Get credentials");
    await page.getByRole("progressbar", { name: "Credentials of readonly" }).waitFor();
    const user = await userOn(page);
    const revoking = hold(visitor.gate, pathIs("auth/token/revoke-self"));

    await press(page, "Lock");
    await revoking.asked;
    await signIn(page, await ui.world.person("taker", ["taker"]));
    await page.getByText("These credentials have ended.").waitFor();
    expect(await page.content()).not.toContain(user);
    revoking.release();
  });

  it("58. the countdown is read out at five minutes and at one, and ends", async () => {
    const { page, visitor } = await taker("/ui/credentials/database/readonly");
    await page.clock.install();
    await countCalls(visitor.context);
    await page.reload();
    await press(page, "Get credentials");
    await page.getByRole("progressbar", { name: "Credentials of readonly" }).waitFor();
    // Each answer sets the page's clock by the server's: from here on none may come that sets it back.
    await atRest(page);
    const status = page.getByRole("status");

    await page.clock.runFor(55 * 60_000 + 2_000);
    await status.filter({ hasText: /Credentials of readonly: (5 min|4 min 5\d s) left/ }).waitFor();
    await page.clock.runFor(4 * 60_000);
    await status.filter({ hasText: /Credentials of readonly: (1 min|5\d s) left/ }).waitFor();
    await page.clock.runFor(60_000);
    await page.getByText("These credentials have ended.").waitFor();
  });

  it("connects: what is copied as a URL logs in, wherever the server was typed", async () => {
    const { page, visitor } = await taker("/ui/credentials/database/readonly");
    await press(page, "Get credentials");
    await page.getByText("Enter the host.").waitFor();
    await page.getByLabel("Host", { exact: true }).fill(database.host);
    await page.getByLabel("Port", { exact: true }).fill(String(database.port));
    await page.getByLabel("Database", { exact: true }).fill("postgres");
    await page.getByLabel("as", { exact: true }).selectOption("URL");
    await press(page, "Copy URL connection");
    await page.getByText("Copied URL connection").first().waitFor();
    const sql = postgres(await readClipboard(visitor), { max: 1 });
    try {
      expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    } finally {
      await sql.end();
    }
  });

  it("knows where the server is for those who may read it", async () => {
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/credentials/database/readonly");
    await press(page, "Get credentials");
    await page.getByRole("button", { name: "Show psql connection" }).waitFor();

    expect(await page.getByLabel("Host", { exact: true }).inputValue()).toBe(database.host);
    expect(await page.getByLabel("Port", { exact: true }).inputValue()).toBe(String(database.port));
    expect(await axeEverywhere(page)).toEqual([]);
    await press(page, "Show psql connection");
    await page.getByText(`PGHOST=${database.host} PGPORT=${database.port} PGDATABASE=postgres`).waitFor();
  });

  it("gives one-time passwords of SSH, whose roles may not be listed, and codes, and certificates", async () => {
    const { page } = await taker("/ui/credentials/ssh/");
    await page.getByText("You may not list the roles.").waitFor();
    await page.getByLabel("Name of a role").fill("web");
    await press(page, "Go on");
    await press(page, "Get a password");
    await page.getByText("This is needed.").waitFor();
    await page.getByLabel("Address of the host").fill("10.1.2.3");
    await press(page, "Get a password");
    await page.getByRole("button", { name: "Show key", exact: true }).waitFor();
    await page.getByText("ubuntu").waitFor();
    await press(page, "Revoke now");
    await page.getByText("The credentials are revoked.").first().waitFor();

    await page.goto("/ui/credentials/totp/");
    await page.getByRole("link", { name: /mail/ }).click();
    // Time stands still, or a new code comes before this one is looked at.
    await page.clock.setFixedTime(Date.now());
    await press(page, "Show the code");
    await page.getByRole("progressbar", { name: "Code of mail" }).waitFor();
    await press(page, "Show code");
    await page.getByText(/^\d{6}$/).waitFor();

    await page.goto("/ui/credentials/pki/");
    await page.getByRole("link", { name: /web/ }).click();
    await page.getByLabel("Common name").fill("app.example.com");
    await press(page, "Issue a certificate");
    await page.getByText("-----BEGIN CERTIFICATE-----").first().waitFor();
    await page.getByRole("button", { name: "Save private_key as a file" }).waitFor();
    expect(await page.content()).not.toContain("PRIVATE KEY");
  });

  it("leases: a tree, one by its id, and all below a prefix once its name is typed", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) {
      const { body } = await ui.world.prepare("GET", "database/creds/readonly");
      ids.push(String(body["lease_id"]));
    }
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/leases");
    await page.getByRole("link", { name: "database/" }).click();
    await page.getByRole("link", { name: "creds/" }).click();
    await page.getByRole("link", { name: "readonly/" }).click();
    await page.getByRole("table", { name: "Leases by the day they end" }).waitFor();
    expect(await axeEverywhere(page)).toEqual([]);
    await page.getByRole("link", { name: new RegExp(ids[0]?.split("/").at(-1) ?? "") }).click();
    await press(page, "Revoke");
    await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByText("There is no lease with this id, or it has ended.").waitFor();

    await page.goto("/ui/leases/database/creds/readonly/");
    await press(page, "Revoke all below database/creds/readonly/");
    const dialog = page.getByRole("dialog");
    await page.keyboard.press("Enter");
    expect(await dialog.getByRole("button", { name: "Revoke all below" }).isDisabled()).toBe(true);
    await dialog.getByLabel(/^Type/).fill("database/creds/readonly/");
    await dialog.getByRole("button", { name: "Revoke all below" }).click();
    await page.getByText("Everything below database/creds/readonly/ is revoked.").first().waitFor();
    await page.getByText("There are no leases here.").waitFor();
  });

  it("leases: a revocation that takes longer than a request is followed to its end", async () => {
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/leases/ssh/");
    await ui.world.prepare("POST", "ssh/creds/web", { ip: "10.0.0.1" });
    await page.reload();
    let asked = 0;
    const firstSeen = latch();
    const jobOf = (state: string) => [
      { id: "j1", kind: "revoke-prefix", subject: "ssh", state, handled: asked * 50, started: "2026-11-30T00:00:00Z" },
    ];
    visitor.gate.instead = async ({ method, url }) => {
      if (method === "POST" && url.pathname.includes("revoke-prefix"))
        return { status: 202, body: JSON.stringify({ data: { job_id: "j1" } }) };
      if (!url.pathname.endsWith("/leases/jobs")) return undefined;
      asked += 1;
      if (asked === 2) await firstSeen.opened;
      return { status: 200, body: JSON.stringify({ data: { jobs: jobOf(asked < 3 ? "running" : "success") } }) };
    };
    await press(page, "Revoke all below ssh/");
    await page.getByRole("dialog").getByLabel(/^Type/).fill("ssh/");
    await page.getByRole("dialog").getByRole("button", { name: "Revoke all below" }).click();
    await page.getByText("Revoking everything below ssh/: 50 so far.").waitFor();
    firstSeen.open();
    await page.getByText("Everything below ssh/ is revoked.").waitFor();
    expect(asked).toBe(3);
  });

  it("leases: what could not be revoked stands first, with its error", async () => {
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/");
    const stuck = { lease_id: "database/creds/gone/abc", mount_id: "m", error: "connection refused", attempts: 6 };
    visitor.gate.instead = ({ url }) =>
      url.pathname === "/v1/sys/leases"
        ? { status: 200, body: JSON.stringify({ data: { lease_count: 1, leases: [stuck] } }) }
        : undefined;
    await page.goto("/ui/leases");
    await page.getByRole("heading", { name: "Could not be revoked" }).waitFor();
    await page.getByText("connection refused").waitFor();
  });

  it("leases: without sudo there is one field for an id", async () => {
    const { page } = await taker("/ui/leases");
    await page.getByText("Listing leases needs sudo.").waitFor();
    expect(await page.getByRole("heading", { name: "Could not be revoked" }).count()).toBe(0);
    const { body } = await ui.world.prepare("GET", "database/creds/readonly");
    await page.getByLabel("Id of a lease").fill(String(body["lease_id"]));
    await press(page, "Look up");
    await page.getByText("Made by").waitFor();
    await page.getByText("database/creds/readonly", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Renew" }).waitFor();
  });
});
