import { expect, it } from "@jest/globals";
import { toMorning } from "./support/morning.ts";
import { describeUi } from "./support/suite.ts";

const HOUR = 3_600_000;

describeUi("expiring", (ui) => {
  const at = (hours: number): string => new Date(ui.world.clock.now() + hours * HOUR).toISOString();
  const ending = async (path: string, expiresAt: string) => {
    await ui.world.secret(`secret/${path}`, { password: ui.world.canary("password") });
    await ui.world.prepare("POST", `secret/metadata/${path}`, { custom_metadata: { expires_at: expiresAt } });
  };

  it("shows what ends, by day, without reading a value", async () => {
    toMorning(ui.world);
    await ending("by-day/over", at(-48));
    await ending("by-day/soon", at(48));
    await ending("by-day/late", at(24 * 200));
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/expiring");
    const link = (name: string) => page.getByRole("link", { name: new RegExp(`secret/by-day/${name}`) });
    await link("soon").waitFor();
    await page.getByRole("heading", { name: "Over", level: 2 }).waitFor();
    expect(await link("late").count()).toBe(0);
    const within = page.getByRole("group", { name: "Within days" });
    await within.getByText("All", { exact: true }).click();
    await link("late").waitFor();
    // It is known now, and left out all the same.
    await within.getByText("30", { exact: true }).click();
    await link("late").waitFor({ state: "detached" });
    expect(visitor.gate.calls().filter((call) => call.includes("/data/"))).toEqual([]);

    await link("soon").click();
    await page.getByRole("heading", { name: "soon", level: 1 }).waitFor();
    await page.getByText(/expires in 2 days/).waitFor();
  });

  it("asks each secret where folders tell no metadata, and counts what it may not see", async () => {
    await ending("narrow/mine", at(30));
    await ending("narrow/hidden", at(31));
    await ui.world.policy(
      "narrow",
      `path "secret/metadata/narrow/" { capabilities = ["list"] }
       path "secret/metadata/narrow/mine" { capabilities = ["read"] }
       path "secret/metadata/narrow/hidden" { capabilities = ["deny"] }`,
    );
    const { page, visitor } = await ui.signedIn(await ui.world.person("narrow", ["narrow"]), "/ui/expiring");
    await page.getByRole("link", { name: /secret\/narrow\/mine/ }).waitFor();
    await page.getByText("1 secret without metadata that you may read").waitFor();
    await page.getByText("1 you may not list").waitFor();
    expect(await page.getByRole("link", { name: /hidden/ }).count()).toBe(0);
    expect(visitor.gate.calls().filter((call) => call.includes("detailed"))).toEqual([]);
  });

  it("a sign-in that ends stands among the rest", async () => {
    const { page } = await ui.signedIn(await ui.world.token([], { ttl: "50h" }), "/ui/expiring");
    await page.getByRole("link", { name: /Your sign-in/ }).waitFor();
  });
});
