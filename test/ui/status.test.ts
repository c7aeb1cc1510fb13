import { expect, it } from "@jest/globals";
import { axeEverywhere } from "./support/axe.ts";
import { describeUi } from "./support/suite.ts";

describeUi("status", (ui) => {
  const root = () => ({ token: ui.world.root });

  it("shows the server, what is in use and what goes on, to whoever may read it", async () => {
    await ui.world.person("alias", []);
    const { page } = await ui.signedIn(root(), "/ui/status");
    const fact = (name: string) => page.locator(".fact", { has: page.locator("dt", { hasText: name }) }).locator("dd");

    await page.getByRole("heading", { name: "Server", exact: true }).waitFor();
    expect(await fact("State").textContent()).toBe("answers");
    expect(await fact("Sealed by").textContent()).toBe("awskms");
    expect(await fact("Tokens").textContent()).toMatch(/^\d+$/);
    expect(await fact("Leases that could not be revoked").textContent()).toBe("none");
    expect(await fact("Locked out of signing in").textContent()).toBe("none");
    await page.getByText("Nothing that takes longer than a request is in progress.").waitFor();
    expect(await page.getByRole("heading", { name: "Not shown" }).count()).toBe(0);
    expect(await axeEverywhere(page)).toEqual([]);
  });

  it("names who is locked out", async () => {
    await ui.world.person("locked", []);
    for (let tries = 0; tries < 5; tries++)
      await ui.world.call("POST", "auth/userpass/login/locked", { password: "not-the-password" }, { token: null });
    const { page } = await ui.signedIn(root(), "/ui/status");

    await page.locator("dd .mono", { hasText: "locked" }).waitFor();
  });

  it("leaves out what the caller may not read, and says why", async () => {
    await ui.world.policy("tokens", 'path "sys/internal/counters/tokens" { capabilities = ["read"] }');
    const { page } = await ui.signedIn(await ui.world.person("few", ["tokens"]), "/ui/status");

    await page.getByRole("heading", { name: "Not shown" }).waitFor();
    await page.locator(".fact dt", { hasText: "Tokens" }).waitFor();
    expect(await page.getByRole("heading", { name: "Data keys" }).count()).toBe(0);
    await page.getByRole("button", { name: "Why is sys/key-status not shown?" }).click();
    await page.getByText("sys/key-status", { exact: false }).nth(1).waitFor();
    expect(await axeEverywhere(page)).toEqual([]);
  });

  it("says what it costs: sliders by keyboard, and the plot as a table", async () => {
    const { page } = await ui.signedIn(root(), "/ui/status");
    const reads = page.getByRole("slider", { name: "Reads a month" });
    await reads.focus();
    await page.keyboard.press("Home");
    await page.getByRole("slider", { name: "Secrets", exact: true }).focus();
    await page.keyboard.press("End");

    expect(await reads.getAttribute("aria-valuetext")).toBe("100,000");
    await page.locator(".plot summary").click();
    const last = await page.locator(".plot table tbody tr").last().locator("td").allTextContents();
    expect(last).toEqual(["100,000", "$3.37", "$40,001", "$0.50"]);
    await page.getByText("Standard parameters are 10,000 at most").waitFor();
  });
});
