import { expect, it } from "@jest/globals";
import { axeEverywhere } from "./support/axe.ts";
import { describeUi } from "./support/suite.ts";

describeUi("mounts", (ui) => {
  it("are listed, enabled, tuned, moved and removed by their path typed", async () => {
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/mounts");
    await page.getByRole("link", { name: /^secret\// }).waitFor();
    expect(await axeEverywhere(page)).toEqual([]);

    await page.getByRole("link", { name: "Enable an engine" }).click();
    await page.getByRole("combobox", { name: "Type" }).fill("kv");
    await page.getByLabel("Path", { exact: true }).fill("team b/kv");
    await page.getByRole("button", { name: "Enable an engine" }).click();
    await page.getByText("A path has no blanks").waitFor();
    expect(await axeEverywhere(page)).toEqual([]);
    await page.getByLabel("Path", { exact: true }).fill("team-b/kv");
    await page.getByRole("button", { name: "Enable an engine" }).click();
    await page.getByRole("heading", { level: 1, name: "team-b/kv/" }).waitFor();
    expect((await ui.world.call("GET", "sys/mounts/team-b/kv")).body["options"]).toEqual({ version: "2" });
    expect(await axeEverywhere(page)).toEqual([]);

    await page.getByRole("button", { name: "Change settings" }).click();
    await page.getByLabel("Longest lease time").fill("12h");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("12 h", { exact: true }).waitFor();

    await ui.world.prepare("POST", "team-b/kv/data/kept", { data: { a: "1" } });
    await page.getByRole("button", { name: "Move", exact: true }).click();
    expect(await axeEverywhere(page)).toEqual([]);
    await page.getByLabel("New path").fill("team-c/kv");
    await page.getByRole("dialog").getByRole("button", { name: "Move" }).click();
    await page.getByRole("heading", { level: 1, name: "team-c/kv/" }).waitFor();
    expect((await ui.world.call("GET", "team-c/kv/data/kept")).status).toBe(200);

    // The messages may lie over the button.
    const dismiss = page.getByRole("button", { name: "Dismiss" }).first();
    while (await dismiss.isVisible()) await dismiss.click();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Remove team-c/kv/?" });
    await dialog.getByRole("textbox").press("Enter");
    await dialog.getByRole("textbox").fill("team-c/kv");
    await dialog.getByRole("textbox").press("Enter");
    expect((await ui.world.call("GET", "sys/mounts/team-c/kv")).status).toBe(200);
    expect(await axeEverywhere(page)).toEqual([]);
    await dialog.getByRole("textbox").fill("team-c/kv/");
    await dialog.getByRole("textbox").press("Enter");
    await page.waitForURL("**/ui/mounts");
    expect((await ui.world.call("GET", "sys/mounts/team-c/kv")).status).toBe(400);
  });

  it("of sign-in methods are listed for everybody when told so", async () => {
    await ui.world.prepare("POST", "sys/auth/people", { type: "userpass" });
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/mounts/auth/people/");

    await page.getByRole("button", { name: "Change settings" }).click();
    await page.getByLabel("List it for everybody before signing in").check();
    await page.getByRole("button", { name: "Save", exact: true }).click();

    await page.locator(".toast-text", { hasText: "Saved the settings of auth/people/" }).waitFor();
    const listed = await ui.world.call("GET", "sys/internal/ui/mounts", undefined, { token: null });
    expect(Object.keys(Object(listed.data["auth"]))).toContain("people/");
  });

  it("tell somebody without rights why, and offer nothing that is refused", async () => {
    const { page } = await ui.signedIn(await ui.world.token(["default"]), "/ui/mounts");

    await page.getByRole("heading", { name: "Sign-in methods" }).waitFor();
    await page.getByText("What would allow it").first().waitFor();
    expect(await page.getByRole("link", { name: /^Enable/ }).count()).toBe(0);
  });
});
