import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { button, isAt, value } from "./support/editor.ts";
import type { Gate } from "./support/gate.ts";
import { hold } from "./support/hold.ts";
import { signIn } from "./support/sign-in.ts";
import { describeUi, type Ui } from "./support/suite.ts";

/** Slow and lost networks, servers that are busy, sealed or behind something else, and wrong clocks. */

const TEAM = `path "secret/+/team-a/*" { capabilities = ["create", "read", "update", "delete", "list"] }`;

const opened = async (ui: Ui, address: string) => {
  await ui.world.policy("team", TEAM);
  return ui.signedIn(await ui.world.person("ada", ["team"]), address);
};

const write = async (page: Page, name: string, text: string): Promise<void> => {
  await button(page, `Show ${name}`).click();
  await value(page, name).fill(text);
};

const writes = (gate: Gate, path: string): number =>
  gate.calls().filter((call) => call === `POST secret/data/${path}`).length;

const versionOf = async (ui: Ui, path: string) =>
  (await ui.world.call("GET", `secret/metadata/${path}`)).data["current_version"];
const dataOf = async (ui: Ui, path: string) => (await ui.world.call("GET", `secret/data/${path}`)).data["data"];

describeUi("weather", (ui) => {
  it("50. at 400 kbit/s and 400 ms it is usable, and a double click saves once", async () => {
    await ui.world.secret("secret/team-a/slow", { a: "a-old-value" });
    const { page, visitor } = await opened(ui, "/ui/edit/secret/team-a/slow");
    visitor.gate.slow = { latencyMs: 400, bytesPerSecond: 50_000 };
    await write(page, "a", "a-new-value");
    await button(page, "Save").dblclick();
    await page.keyboard.press("Control+s");
    await isAt(page, "browse/secret/team-a/slow");

    expect(writes(visitor.gate, "team-a/slow")).toBe(1);
    expect(await versionOf(ui, "team-a/slow")).toBe(2);
  });

  it("50. what is typed while a save is on its way is kept, and saved next", async () => {
    await ui.world.secret("secret/team-a/typing", { a: "a-old-value" });
    const { page, visitor } = await opened(ui, "/ui/edit/secret/team-a/typing");
    await write(page, "a", "a-first-value");
    const save = hold(
      visitor.gate,
      ({ method, url }) => method === "POST" && url.pathname.endsWith("/data/team-a/typing"),
    );
    await button(page, "Save").click();
    await value(page, "a").fill("a-later-value");
    save.release();
    await page.getByText("Saved version 2 of typing").first().waitFor();

    expect(await dataOf(ui, "team-a/typing")).toEqual({ a: "a-first-value" });
    expect(await value(page, "a").inputValue()).toBe("a-later-value");
    await button(page, "Save").click();
    await isAt(page, "browse/secret/team-a/typing");
    expect(await dataOf(ui, "team-a/typing")).toEqual({ a: "a-later-value" });
    expect(await versionOf(ui, "team-a/typing")).toBe(3);
  });

  it("51. network lost before the save: the work is kept and saved once", async () => {
    await ui.world.secret("secret/team-a/lost", { a: "a-old-value" });
    const { page, visitor } = await opened(ui, "/ui/edit/secret/team-a/lost");
    await write(page, "a", "a-new-value");
    visitor.gate.offline = true;
    await button(page, "Save").click();
    await page.getByRole("heading", { name: "No answer from the server" }).waitFor();
    await page.getByText("It may have been saved all the same.").waitFor();

    expect(await value(page, "a").inputValue()).toBe("a-new-value");

    visitor.gate.offline = false;
    await button(page, "Try again").click();
    await isAt(page, "browse/secret/team-a/lost");

    expect(await versionOf(ui, "team-a/lost")).toBe(2);
    expect(await dataOf(ui, "team-a/lost")).toEqual({ a: "a-new-value" });
  });

  it("51. a save whose answer was lost is recognised, and not written twice", async () => {
    await ui.world.secret("secret/team-a/answer", { a: "a-old-value" });
    const { page, visitor } = await opened(ui, "/ui/edit/secret/team-a/answer");
    await write(page, "a", "a-new-value");
    // The write arrives, and its answer does not.
    visitor.gate.instead = async (request) => {
      if (request.method !== "POST" || !request.url.pathname.endsWith("/data/team-a/answer")) return undefined;
      const { "x-vault-token": token = "" } = request.headers;
      await fetch(new URL(request.url.pathname, ui.world.url), {
        method: "POST",
        headers: { "x-vault-token": token },
        body: request.body,
      });
      return "cut";
    };
    await button(page, "Save").click();
    await page.getByText("It may have been saved all the same.").waitFor();
    visitor.gate.instead = () => undefined;
    await button(page, "Try again").click();
    await isAt(page, "browse/secret/team-a/answer");

    await page.getByText("Version 2 of answer was saved already").first().waitFor();
    expect(await versionOf(ui, "team-a/answer")).toBe(2);
  });

  it.each([
    ["429 with Retry-After", 429, '{"errors":["rate limit quota exceeded"]}', "Too many requests"],
    ["503", 503, '{"errors":["storage unavailable"]}', "The server cannot answer now"],
    ["a sealed server", 503, '{"errors":["Vault is sealed"]}', "The server is sealed"],
    ["a gateway's HTML", 502, "<html><h1>Bad gateway</h1></html>", "Something on the way did not pass this on"],
    ["a gateway's JSON", 504, '{"message":"Endpoint request timed out"}', "Something on the way did not pass this on"],
  ])("52. %s: plain words, the work kept, written again by a click alone", async (_, status, body, words) => {
    const path = `team-a/s${status}-${body.length}`;
    await ui.world.secret(`secret/${path}`, { a: "a-old-value" });
    const { page, visitor } = await opened(ui, `/ui/edit/secret/${path}`);
    await write(page, "a", "a-new-value");
    let refused = 0;
    visitor.gate.instead = (request) => {
      if (request.method !== "POST" || !request.url.pathname.includes("/data/")) return undefined;
      refused += 1;
      return { status, headers: status === 429 ? { "retry-after": "600" } : {}, body };
    };
    await page.clock.install();
    await button(page, "Save").click();
    await page.getByRole("heading", { name: words }).waitFor();
    if (status === 429) {
      await page.getByText(/You can try again in [3-6]\d\d s\./).waitFor();
      expect(await button(page, "Try again").isDisabled()).toBe(true);
      await page.clock.fastForward(600_000);
      await page.waitForFunction(() => !document.querySelector(".failure button:disabled"));
    }

    expect(refused).toBe(1);
    expect(await value(page, "a").inputValue()).toBe("a-new-value");
    visitor.gate.instead = () => undefined;
    await button(page, "Try again").click();
    await isAt(page, `browse/secret/${path}`);
    expect(await versionOf(ui, path)).toBe(2);
  });

  it("53. a browser's clock two hours off: an end is counted by the server's", async () => {
    await ui.world.secret("secret/team-a/clock", { a: "a-old-value" });
    await ui.world.policy("team", TEAM);
    const visitor = await ui.visitor();
    const page = await visitor.context.newPage();
    await page.clock.install({ time: Date.now() + 2 * 3_600_000 });
    await page.goto("/ui/edit/secret/team-a/clock");
    await signIn(page, await ui.world.person("ada", ["team"]));
    await page.getByText("Date", { exact: true }).click();
    // Three hours from now, by the server; one, by the browser.
    const wanted = Math.floor((Date.now() + 3 * 3_600_000) / 60_000) * 60_000;
    await page
      .getByLabel("Date and time")
      .fill(new Date(wanted - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16));
    await button(page, "Save").click();
    await isAt(page, "browse/secret/team-a/clock");

    const { data } = await ui.world.call("GET", "secret/data/team-a/clock");
    const metadata = data["metadata"] as { deletion_time: string };
    expect(Math.abs(Date.parse(metadata.deletion_time) - wanted)).toBeLessThan(10_000);
  });
});
