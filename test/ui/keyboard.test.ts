import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import postgres from "postgres";
import { ADMIN, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { listenToCopies } from "./support/copied.ts";
import { type Filled, fillWorld } from "./support/filled.ts";
import { describeUi } from "./support/suite.ts";

/** 45. The twelve tasks of the people who come, by keyboard alone: no test here points or clicks. */

const STOPS = 80;

const isFocused = (target: Locator): Promise<boolean> =>
  target
    .first()
    .evaluate((element) => element === document.activeElement)
    .catch(() => false);

/** Tab until the control has focus; fails where Tab does not stop at it. */
const tabTo = async (page: Page, target: Locator): Promise<void> => {
  await target.first().waitFor();
  for (let stop = 0; stop < STOPS; stop += 1) {
    if (await isFocused(target)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`no tab stop: ${target}`);
};

const press = async (page: Page, role: "button" | "link" | "tab", name: string | RegExp): Promise<void> => {
  await tabTo(page, page.getByRole(role, { name, exact: typeof name === "string" }));
  await page.keyboard.press("Enter");
};

const type = async (page: Page, target: Locator, text: string): Promise<void> => {
  await tabTo(page, target);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(text);
};

/** The page is there, and so is the focus: at what the page is for, or at its heading. */
const arrived = async (page: Page): Promise<void> => {
  await page.locator(".page :is(h1, [data-autofocus]):focus").waitFor();
};

const heading = async (page: Page, name: string | RegExp): Promise<void> => {
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  await arrived(page);
};

const focusIsOnHeading = async (page: Page): Promise<void> => {
  await page.waitForFunction(() => document.activeElement?.tagName === "H1");
};

describeUi("45. by keyboard alone", (ui) => {
  let filled: Filled;
  let database: TestPostgres;
  beforeAll(async () => {
    [filled, database] = await Promise.all([fillWorld(ui.world), startPostgres()]);
    await ui.world.prepare("POST", "database/config/shop", {
      plugin_name: "postgresql-database-plugin",
      connection_url: database.url,
      allowed_roles: "*",
      username: ADMIN.username,
      password: ADMIN.password,
    });
  });
  afterAll(() => database.stop());

  const asOperator = async (address: string): Promise<Page> => {
    const { page } = await ui.signedIn(filled.operator, address);
    await arrived(page);
    return page;
  };

  it("45. tasks 1 and 2: find a secret by a few letters, copy a value unseen", async () => {
    const page = await asOperator("/ui/me");
    await heading(page, "My access");
    await page.keyboard.press("ControlOrMeta+k");
    const search = page.getByRole("searchbox", { name: "Search" });
    await search.waitFor();
    await page.waitForFunction(() => document.activeElement?.matches("input[type=search]"));
    await page.keyboard.type("stripe live");
    await page.getByRole("link", { name: /stripe-live/ }).waitFor();
    await page.keyboard.press("Enter");
    await heading(page, "stripe-live");
    await focusIsOnHeading(page);
    const last = await listenToCopies(page);
    await press(page, "button", "Copy password");
    await page.locator(".toast").getByText("Copied password").waitFor();
    expect(await last()).toMatch(/^canary-password-/);
    expect(await page.locator("main").textContent()).not.toContain("canary");
  });

  it("45. task 3: store a login with a good password", async () => {
    const page = await asOperator("/ui/new/secret/team-a/");
    await type(page, page.getByRole("textbox", { name: /^Path in/ }), "keyboard");
    await type(page, page.getByRole("textbox", { name: "Name of field 1" }), "password");
    await press(page, "button", "Generate password");
    await page.keyboard.press("Escape");
    await page.keyboard.press("ControlOrMeta+s");
    await heading(page, "keyboard");
  });

  it("45. tasks 4 and 5: give a secret once, and open what was given", async () => {
    const page = await asOperator("/ui/browse/secret/team-a/grafana");
    await tabTo(page, page.getByRole("main").getByRole("link", { name: "Share" }));
    await page.keyboard.press("Enter");
    await heading(page, "Share once");
    const code = page.getByRole("checkbox", { name: "Code to say on the phone" });
    await tabTo(page, code);
    if (await code.isChecked()) await page.keyboard.press("Space");
    const last = await listenToCopies(page);
    await press(page, "button", "Make link");
    await press(page, "button", /^Copy link/);
    await page.locator(".toast").first().waitFor();
    const link = new URL(await last());

    const guest = await (await ui.visitor()).tab(`${link.pathname}${link.hash}`);
    await guest.getByRole("main").getByText("Somebody shared a secret with you.").waitFor();
    await press(guest, "button", "Open it now");
    await guest.getByRole("button", { name: "Show password" }).waitFor();
  });

  it("45. tasks 6 and 7: change a value, go back to the one before", async () => {
    const page = await asOperator("/ui/browse/secret/team-a/jenkins");
    await press(page, "link", "Edit");
    await heading(page, /^Edit/);
    await press(page, "button", "Show and edit password");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("another");
    await page.keyboard.press("ControlOrMeta+s");
    await heading(page, "jenkins");
    await tabTo(page, page.getByRole("tab", { name: "Secret" }));
    await page.keyboard.press("ArrowRight");
    const restore = page.getByRole("button", { name: "Restore version 1" });
    await tabTo(page, page.getByRole("link", { name: /^Version 2/ }));
    await page.keyboard.press("ArrowDown");
    await restore.waitFor();
    for (let step = 0; step < 4 && !(await isFocused(restore)); step += 1) await page.keyboard.press("ArrowRight");
    expect(await isFocused(restore)).toBe(true);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: /^Version 3/ }).waitFor();
    const { data } = await ui.world.prepare("GET", "secret/data/team-a/jenkins");
    expect(data["data"]).toMatchObject({ password: expect.stringMatching(/^canary-password-/) });
  });

  it("45. task 8: database credentials for an hour", async () => {
    const page = await asOperator("/ui/credentials");
    await press(page, "link", /^database\//);
    await press(page, "link", /readonly/);
    await press(page, "button", "Get credentials");
    await page.getByRole("button", { name: "Copy password" }).waitFor();
    await page.getByRole("progressbar").waitFor();
    const user = (await page.locator("dd", { hasText: /^v-/ }).first().textContent()) ?? "";
    await press(page, "button", "Show password");
    const password = (await page.locator(".secret-value.shown").first().textContent()) ?? "";
    const asThem = postgres({
      host: database.host,
      port: database.port,
      database: "postgres",
      username: user,
      password,
      max: 1,
    });
    expect(await asThem`SELECT current_user`).toEqual([{ current_user: user }]);
    await asThem.end();
    await press(page, "button", "Hide password");
  });

  it("45. task 9: learn why I was refused, and ask for access", async () => {
    const { page } = await ui.signedIn(filled.developer, "/ui/browse/secret/office/vpn");
    await page.getByText("What would allow it").waitFor();
    const last = await listenToCopies(page);
    await press(page, "button", "Copy a request for access");
    await page.locator(".toast").first().waitFor();
    expect(await last()).toContain('path "secret/data/office/vpn"');
  });

  it("45. task 10: give access, tried before it is saved", async () => {
    const page = await asOperator("/ui/policies/dev");
    await type(page, page.getByRole("textbox", { name: "Path", exact: true }), "secret/data/team-a/db");
    await page
      .getByText(/^allowed/i)
      .first()
      .waitFor();
  });

  it("45. task 11: enrol a server outside AWS", async () => {
    const page = await asOperator("/ui/onboard");
    const names = {
      "AWS account": "123456789012",
      Region: "eu-west-1",
      "Name of the server": "rack-7",
      "Role here": "rack",
      Policies: "dev",
    };
    for (const [label, value] of Object.entries(names))
      await type(page, page.getByRole("textbox", { name: label }), value);
    await tabTo(page, page.getByRole("button", { name: /^Copy / }));
  });

  it("45. task 12: show what it costs", async () => {
    const page = await asOperator("/ui/status");
    const secrets = page.getByRole("slider", { name: "Secrets" });
    await tabTo(page, secrets);
    const before = await secrets.inputValue();
    await page.keyboard.press("ArrowRight");
    expect(await secrets.inputValue()).not.toBe(before);
    await tabTo(page, page.locator("summary", { hasText: "As a table" }));
    await page.keyboard.press("Enter");
    await page.getByRole("table").first().waitFor();
  });
});
