import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { axeEverywhere } from "./support/axe.ts";
import { hold, pathIs } from "./support/hold.ts";
import { describeUi } from "./support/suite.ts";

describeUi("audit", (ui) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "zeroth-audit-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** What a device of its own wrote about a few requests. */
  const aLog = async (): Promise<string[]> => {
    const path = join(folder, `${Math.random().toString(36).slice(2)}.log`);
    await ui.world.prepare("PUT", "sys/audit/file", { type: "file", options: { file_path: path } });
    await ui.world.secret("secret/team-a/db", { password: ui.world.canary("audited") });
    await ui.world.prepare("GET", "secret/data/team-a/db");
    await ui.world.call("GET", "secret/data/team-a/none", undefined, { token: "hvs.unknown" });
    await ui.world.local.server.core.audit.flush();
    const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
    await ui.world.prepare("DELETE", "sys/audit/file");
    return lines;
  };

  const open = async (page: Page, lines: readonly string[], name = "audit.log"): Promise<void> => {
    const path = join(folder, name);
    await writeFile(path, `${lines.join("\n")}\n`);
    await page.getByLabel("Drop a log here, or choose a file").setInputFiles(path);
  };

  it("57. an audit file intact, changed, cut, inserted, of a foreign key: as the command line says", async () => {
    const lines = await aLog();
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/audit");
    await page.getByText("The server's key").waitFor();
    await page.getByText("No further device").waitFor();
    const before = visitor.gate.calls().length;

    await open(page, lines);
    await page
      .getByText(`Nothing was changed, removed, inserted or moved: ${lines.length} lines of 1 writer.`)
      .first()
      .waitFor();

    await page.getByLabel("Path", { exact: true }).fill("team-a/db");
    await page.getByText(/^2 of \d+ requests$/).waitFor();
    await page.getByLabel("Outcome").selectOption("refused");
    await page.getByText(/^0 of \d+ requests$/).waitFor();
    await page.getByLabel("Outcome").selectOption("");
    await page.getByLabel("Until", { exact: true }).fill("2020-01-01T00:00");
    await page.getByText(/^0 of \d+ requests$/).waitFor();
    await page.getByLabel("Until", { exact: true }).fill("");
    await page.getByLabel("Path", { exact: true }).fill("team-a/none");
    await page.getByRole("cell", { name: /^refused .*permission denied/ }).waitFor();
    expect(await axeEverywhere(page)).toEqual([]);

    const changed = lines.with(2, (lines[2] ?? "").replace("team-a", "team-b"));
    await open(page, changed);
    await page.getByText("Line 3 was changed after it was written").first().waitFor();

    await open(page, lines.toSpliced(2, 1));
    await page.getByText("Line 3 follows a line that is missing").first().waitFor();

    await open(page, lines.toSpliced(2, 0, '{"type":"request","request":{}}'));
    await page.getByText("Line 3 belongs to no chain").first().waitFor();

    await open(page, lines.toSpliced(0, 1));
    await page.getByText("is not the beginning of its chain").first().waitFor();

    expect(visitor.gate.calls().slice(before)).toEqual([]);
  });

  it("names a foreign key, and takes the right one where the server's may not be read", async () => {
    const lines = await aLog();
    const key = (await ui.world.prepare("GET", "sys/audit-key")).data["public_key"];
    const { page } = await ui.signedIn(await ui.world.token(["default"]), "/ui/audit");

    await page.getByText("You may not read the server's key").waitFor();
    await open(page, lines);
    await page.getByText("is a checkpoint signed with an unknown key").first().waitFor();

    await page.getByLabel("Public key").fill("nonsense");
    await open(page, lines);
    await page.getByText("This is not an Ed25519 public key in PEM.").first().waitFor();

    await page.getByLabel("Public key").fill(String(key));
    await open(page, lines);
    await page.getByText("Nothing was changed").first().waitFor();
    expect(await axeEverywhere(page)).toEqual([]);
  });

  it("judges a log that is opened before the server's key is there by that key", async () => {
    const lines = await aLog();
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/");
    const key = hold(visitor.gate, pathIs("sys/audit-key"));
    await page.getByRole("link", { name: "Audit" }).click();
    await open(page, lines);
    // What needs no key is drawn long before; a verdict would be, too.
    await page.getByText("No further device").waitFor();
    await page.getByRole("progressbar").first().waitFor({ state: "attached" });
    expect(await page.getByText("an unknown key").count()).toBe(0);

    key.release();

    await page.getByText("Nothing was changed").first().waitFor();
  });

  it("says of the devices what the server says: nothing before it answers, and no number where it fails", async () => {
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/");
    const devices = hold(visitor.gate, pathIs("sys/audit"));
    await page.getByRole("link", { name: "Audit" }).click();
    await page.getByText("The server's key").waitFor();
    await devices.asked;
    expect(await page.getByText("No further device").count()).toBe(0);
    devices.release();
    await page.getByText("No further device").waitFor();

    visitor.gate.instead = (request) =>
      pathIs("sys/audit")(request) ? { status: 500, body: '{"errors":["no table"]}' } : undefined;
    await page.reload();
    await page.getByText("no table").waitFor();
    expect(await page.getByText("No further device").count()).toBe(0);
  });

  it("finds the lines of a value by its hash, and keeps the value nowhere", async () => {
    const path = join(folder, "device.log");
    await ui.world.prepare("PUT", "sys/audit/file", { type: "file", options: { file_path: path } });
    const value = ui.world.canary("looked-for");
    await ui.world.secret("secret/team-a/found", { password: value });
    await ui.world.local.server.core.audit.flush();
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/audit");
    await open(page, (await readFile(path, "utf8")).trimEnd().split("\n"));
    await page.getByText("Nothing was changed").first().waitFor();

    await page.getByLabel("Value").fill(value);
    await page.getByRole("button", { name: "Find it" }).click();

    await page.getByText("In 2 lines of the opened log: 2, 3").waitFor();
    expect(await page.getByLabel("Value").inputValue()).toBe("");
    await page.getByRole("button", { name: "Show these requests" }).click();
    await page.getByText(/^1 of \d+ requests$/).waitFor();
    await page.getByRole("cell", { name: "secret/data/team-a/found" }).waitFor();
    await page.getByRole("button", { name: "Show all requests" }).click();
    await page.getByRole("button", { name: "Show all requests" }).waitFor({ state: "detached" });
    expect(await axeEverywhere(page)).toEqual([]);
  });
});
