import { expect, it } from "@jest/globals";
import { signIn } from "./support/sign-in.ts";
import { describeUi } from "./support/suite.ts";
import { showsTexts } from "./support/texts.ts";

const SEARCHER = `
path "secret/metadata/" { capabilities = ["list"] }
path "secret/metadata/team-a/*" { capabilities = ["list"] }
path "secret/data/team-a/*" { capabilities = ["read"] }
path "secret/data/locked/known" { capabilities = ["read"] }`;

describeUi("home", (ui) => {
  const searcher = async () => {
    await ui.world.policy("searcher", SEARCHER);
    for (const path of ["team-a/stripe-live", "team-a/deep/stripe-test", "locked/known", "locked/unseen"]) {
      await ui.world.secret(`secret/${path}`, { password: ui.world.canary("password") });
    }
    return ui.world.person("searcher", ["searcher"]);
  };

  it("13. finds by letters across folders; counts what it may not list", async () => {
    const { page, visitor } = await ui.signedIn(await searcher());
    const search = page.getByRole("searchbox", { name: "Search" });
    const results = page.getByRole("list", { name: "Found" }).getByRole("link");

    await search.fill("STRIPE team");
    await results.nth(1).waitFor();
    await showsTexts(() => results.allInnerTexts(), ["secret/team-a/stripe-live", "secret/team-a/deep/stripe-test"]);
    await page.getByText("1 you may not list").waitFor();

    await search.fill("known");
    await results.getByText("known").waitFor();
    await search.fill("unseen");
    await page.getByText("No name that you may list has these letters.").waitFor();
    const asked = visitor.gate.calls().filter((call) => call.includes("locked"));
    expect(new Set(asked)).toEqual(new Set(["GET secret/metadata/locked/?list=true"]));
  });

  it("13. a few letters and Enter open the secret, before the names are even there", async () => {
    const { page } = await ui.signedIn(await searcher());
    await page.getByRole("heading", { name: "Secrets", level: 1 }).waitFor();
    await page.getByRole("searchbox", { name: "Search" }).focus();
    await page.keyboard.type("live");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "stripe-live", level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/ui/browse/secret/team-a/stripe-live");
    await page.getByRole("button", { name: "Show password" }).waitFor();

    await page.goBack();
    const lately = page.getByRole("list", { name: "Opened recently" }).getByRole("link");
    await lately.first().waitFor();
    expect(await lately.allInnerTexts()).toEqual(["secret/team-a/stripe-live"]);
  });

  it("13. the arrow down leads from the search into what was found", async () => {
    const { page } = await ui.signedIn(await searcher());
    const search = page.getByRole("searchbox", { name: "Search" });
    await search.fill("stripe");
    await page.getByRole("list", { name: "Found" }).getByRole("link").nth(1).waitFor();
    await search.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "stripe-test", level: 1 }).waitFor();
  });

  it("13. a name that one knows opens in a folder that may not be listed", async () => {
    await ui.world.policy("knower", 'path "secret/data/support/*" { capabilities = ["read"] }');
    await ui.world.secret("secret/support/vpn", { password: ui.world.canary("password") });
    const { page } = await ui.signedIn(await ui.world.person("knower", ["knower"]));
    const search = page.getByRole("searchbox", { name: "Search" });
    await search.fill("vpn");
    await page.getByRole("list", { name: "Names to try" }).getByRole("link").waitFor();
    await search.press("Enter");

    await page.getByRole("heading", { name: "vpn", level: 1 }).waitFor();
    await page.getByRole("button", { name: "Copy password" }).waitFor();
  });

  it("mounts of all kinds lead to what can be done there", async () => {
    await ui.world.prepare("POST", "sys/mounts/db-home", { type: "database", description: "for reports" });
    const { page } = await ui.signedIn({ token: ui.world.root });
    const mounts = page.getByRole("list", { name: "Mounts" });
    await mounts.getByText("for reports").waitFor();
    const hrefs = await mounts.getByRole("link").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    expect(hrefs).toContain("/ui/browse/secret/");
    expect(hrefs).toContain("/ui/credentials/db-home/");
    expect(hrefs.some((href) => href?.includes("sys"))).toBe(false);
  });

  it("nobody asks for names until somebody searches", async () => {
    const { page, visitor } = await ui.signedIn(await searcher());
    await page.getByRole("list", { name: "Mounts" }).waitFor();
    expect(visitor.gate.calls().filter((call) => call.includes("list=true"))).toEqual([]);
  });

  it("9. tokens of one display name: what one opened lately is not told to the next", async () => {
    await searcher();
    await ui.world.policy("onlooker", 'path "secret/data/locked/known" { capabilities = ["read"] }');
    const [first, next] = [await ui.world.token(["searcher"]), await ui.world.token(["onlooker"])];
    const { page } = await ui.signedIn(first, "/ui/browse/secret/team-a/stripe-live");
    const secrets = page.getByRole("navigation").getByRole("link", { name: "Secrets", exact: true }).first();
    const lately = page.getByRole("list", { name: "Opened recently" });
    await page.getByRole("button", { name: "Show password" }).waitFor();
    await secrets.click();
    await lately.waitFor();

    await page.getByRole("button", { name: "Lock" }).click();
    await signIn(page, next);
    await page.getByRole("list", { name: "Mounts" }).waitFor();
    expect(await lately.count()).toBe(0);
  });
});
