import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { store } from "./support/editor.ts";
import { entersAtOnce, hasFocus } from "./support/focus.ts";
import { hold, pathIs } from "./support/hold.ts";
import { toMorning } from "./support/morning.ts";
import { atRest, countCalls } from "./support/rest.ts";
import { describeUi } from "./support/suite.ts";
import { showsTexts } from "./support/texts.ts";

const field = (page: Page, name: string) =>
  page.getByRole("definition").filter({
    has: page.getByRole("button", { name: `Hide ${name}`, exact: true }),
  });

/** Shows a field; what is then drawn. */
const shown = async (page: Page, name: string): Promise<string> => {
  await page.getByRole("button", { name: `Show ${name}`, exact: true }).click();
  const text = field(page, name).locator(".secret-value.shown");
  await text.waitFor();
  return (await text.textContent()) ?? "";
};

const heading = (page: Page, name: string) => page.getByRole("heading", { name, level: 1, exact: true });

describeUi("browse", (ui) => {
  it("14. an unlistable folder shows the parts of one's own rules", async () => {
    await ui.world.policy(
      "parts",
      `path "secret/data/team-a/*" { capabilities = ["read"] }
       path "secret/+/team-b/+/db" { capabilities = ["read"] }`,
    );
    await ui.world.secret("secret/team-a/db", { password: ui.world.canary("password") });
    const { page } = await ui.signedIn(await ui.world.person("parts", ["parts"]), "/ui/browse/secret/");
    await page.getByText("You may not list this folder.").waitFor();
    const rows = page.getByRole("list", { name: "Secrets and folders" }).getByRole("link");
    await rows.first().waitFor();
    await showsTexts(() => rows.allInnerTexts(), ["team-a/", "team-b/"]);

    await rows.filter({ hasText: "team-a/" }).click();
    await heading(page, "team-a").waitFor();
    await page.getByLabel("A name you know").fill("db");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Copy password" }).waitFor();

    await page.goto("/ui/browse/secret/team-b/x/");
    await rows.first().waitFor();
    await showsTexts(() => rows.allInnerTexts(), ["db"]);
  });

  it("14. whoever enters a field as soon as it is drawn stays there: the page's own focus does not come later", async () => {
    await ui.world.policy("parts", 'path "secret/data/team-a/*" { capabilities = ["read"] }');
    const { page, visitor } = await ui.signedIn(await ui.world.person("parts", ["parts"]));
    await countCalls(visitor.context);
    await page.goto("/ui/browse/secret/");
    await entersAtOnce(page, ".browse-known input");
    await page.getByRole("link", { name: "team-a/" }).click();
    const known = page.getByLabel("A name you know");
    await known.waitFor();
    await atRest(page);

    await hasFocus(page, known);
  });

  it("14. a denied folder says why, once somebody asks", async () => {
    await ui.world.policy("why", 'path "secret/data/team-a/*" { capabilities = ["read"] }');
    const { page, visitor } = await ui.signedIn(await ui.world.person("why", ["why"]), "/ui/browse/secret/");
    await page.getByText("Why?").click();
    await page.getByRole("button", { name: "Copy a request for access" }).waitFor();
    expect(visitor.gate.calls()).toContain("POST sys/policies/explain");
  });

  it("15. data only, metadata only, subkeys only: each page stands", async () => {
    const path = "secret/data/parts/db";
    await ui.world.secret("secret/parts/db", { user: ui.world.canary("user"), nested: { inner: 1 } });
    await ui.world.policy("data-only", `path "${path}" { capabilities = ["read"] }`);
    await ui.world.policy("metadata-only", 'path "secret/metadata/parts/db" { capabilities = ["read"] }');
    await ui.world.policy("subkeys-only", 'path "secret/subkeys/parts/db" { capabilities = ["read"] }');

    const data = await ui.signedIn(await ui.world.token(["data-only"]), "/ui/browse/secret/parts/db");
    await data.page.getByRole("button", { name: "Copy user" }).waitFor();
    expect(await data.page.getByRole("tab").count()).toBe(0);
    expect(data.visitor.gate.calls()).not.toContain("GET secret/metadata/parts/db");

    const metadata = await ui.signedIn(await ui.world.token(["metadata-only"]), "/ui/browse/secret/parts/db");
    await metadata.page.getByText("You may see the history and settings of this secret").waitFor();
    await metadata.page.getByRole("tab", { name: "History" }).click();
    await metadata.page.getByText("Version 1", { exact: true }).waitFor();

    const subkeys = await ui.signedIn(await ui.world.token(["subkeys-only"]), "/ui/browse/secret/parts/db");
    await subkeys.page.getByText("You may see which fields this secret has").waitFor();
    await subkeys.page.getByText("with inner").waitFor();
    await metadata.page.getByText("Version 1 of 1").waitFor();
    for (const { page } of [data, metadata, subkeys]) {
      expect(await page.getByRole("link", { name: "Edit", exact: true }).count()).toBe(0);
      expect(await page.getByRole("button", { name: /Remove|Delete/ }).count()).toBe(0);
    }
  });

  it("15. whoever may write and not read gets to the editor", async () => {
    await ui.world.secret("secret/parts/blind", { user: ui.world.canary("user") });
    await ui.world.policy("write-only", 'path "secret/data/parts/blind" { capabilities = ["update"] }');
    const { page } = await ui.signedIn(await ui.world.token(["write-only"]), "/ui/browse/secret/parts/blind");
    await page.getByRole("heading", { name: "You may not do this" }).waitFor();
    await page.getByRole("link", { name: "Edit", exact: true }).click();
    await page.getByText("Saving replaces everything that is stored.").waitFor();
  });

  it("15. what is shown stays as it is when the history comes after the values", async () => {
    await ui.world.secret("secret/parts/early", { user: ui.world.canary("user") });
    const { page, visitor } = await ui.signedIn({ token: ui.world.root });
    const history = hold(visitor.gate, pathIs("secret/metadata/parts/early"));
    await page.goto("/ui/browse/secret/parts/early");
    await page.getByText("JSON", { exact: true }).click();
    const text = await shown(page, "user");
    const hide = page.getByRole("button", { name: "Hide user" });
    await hide.focus();

    history.release();
    await page.getByRole("tab", { name: "History" }).waitFor();

    await hasFocus(page, hide);
    expect(await field(page, "user").locator(".secret-value.shown").textContent()).toBe(text);
    expect(await page.getByRole("radio", { name: "JSON" }).isChecked()).toBe(true);
  });

  it("18. 20 digits, 0.10, __proto__, constructor, an empty name, 1 MiB, 500 levels are shown unchanged", async () => {
    const deep = `${"[".repeat(490)}${"]".repeat(490)}`;
    const long = "x".repeat(1 << 19);
    await store(
      ui.world,
      "secret/data/exact",
      `{"digits":12345678901234567890,"cents":0.10,"__proto__":"polluted","constructor":"built","":"nameless","deep":${deep},"long":"${long}"}`,
    );
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/browse/secret/exact");
    expect(await shown(page, "digits")).toBe("12345678901234567890");
    expect(await shown(page, "cents")).toBe("0.10");
    expect(await shown(page, "__proto__")).toBe("polluted");
    expect(await shown(page, "constructor")).toBe("built");
    expect(await shown(page, "(no name)")).toBe("nameless");
    expect(await shown(page, "deep")).toBe(deep);
    expect(await shown(page, "long")).toBe(long);

    await page.getByText("JSON", { exact: true }).first().click();
    expect(await shown(page, "cents")).toBe("0.10");
    expect(await shown(page, "constructor")).toBe('"built"');
  });

  it("20. names with %2F, blanks, both forms of é; mounts with slashes", async () => {
    await ui.world.prepare("POST", "sys/mounts/kv/with/slash", { type: "kv", options: { version: "2" } });
    const names = ["with blank", "caf\u00e9", "cafe\u0301", "100%", "plus+plus", "a%41b"];
    for (const [index, name] of names.entries()) {
      await ui.world.prepare("POST", `kv/with/slash/data/deep/${encodeURIComponent(name)}`, {
        data: { n: `value ${index}` },
      });
    }
    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/browse/kv/with/slash/deep/");
    const rows = page.getByRole("list", { name: "Secrets and folders" }).getByRole("link");
    await rows.first().waitFor();
    expect(await rows.count()).toBe(names.length);
    for (const [index, name] of names.entries()) {
      await page.goto("/ui/browse/kv/with/slash/deep/");
      await rows.first().waitFor();
      const texts = await rows.locator(".browse-name > span:not(.unseen-text)").allTextContents();
      await rows.nth(texts.indexOf(name)).click();
      await heading(page, name).waitFor();
      expect(await shown(page, "n")).toBe(`value ${index}`);
      await page.waitForFunction((part) => document.title.includes(part), name);
    }

    // The server keeps no such name: the page asks for exactly it, and not for `a/b`.
    await page.goto("/ui/browse/kv/with/slash/deep/a%252Fb");
    await heading(page, "a%2Fb").waitFor();
    await page.getByText("path separators must not be encoded twice").waitFor();
    expect(visitor.gate.calls().at(-1)).not.toContain("deep/a/b");
  });

  it("24. a filter that is typed while more rows are on their way looks through all names after them", async () => {
    const all = Array.from({ length: 500 }, (_, index) => `name-${String(index).padStart(3, "0")}`);
    const { page, visitor } = await ui.signedIn({ token: ui.world.root });
    visitor.gate.instead = ({ url }) => {
      const { pathname, searchParams } = url;
      if (!/^\/v1\/secret\/(detailed-)?metadata\/some\/$/.test(pathname)) return undefined;
      const after = searchParams.get("after") ?? "";
      const limit = Number(searchParams.get("limit") ?? all.length);
      const keys = all.filter((name) => name > after).slice(0, limit);
      return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ data: { keys } }) };
    };
    const more = hold(visitor.gate, ({ url }) => (url.searchParams.get("after") ?? "") !== "");
    await page.goto("/ui/browse/secret/some/");
    await page.getByRole("button", { name: "Show 200 more" }).click();
    await page.getByLabel("Filter", { exact: true }).fill("name-49");
    more.release();

    await page.getByText("10 matches").first().waitFor();
  });

  it("24. 5,000 names: first rows in one request, filter by keyboard", async () => {
    const all = Array.from({ length: 5000 }, (_, index) => `name-${String(index).padStart(4, "0")}`);
    const { page, visitor } = await ui.signedIn({ token: ui.world.root });
    visitor.gate.instead = ({ url }) => {
      const { pathname, searchParams } = url;
      if (!/^\/v1\/secret\/(detailed-)?metadata\/many\/$/.test(pathname)) return undefined;
      const limit = Number(searchParams.get("limit") ?? all.length);
      const keys = all.filter((name) => name > (searchParams.get("after") ?? "")).slice(0, limit);
      return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ data: { keys } }) };
    };
    const before = visitor.gate.calls().length;
    await page.goto("/ui/browse/secret/many/");
    const rows = page.getByRole("list", { name: "Secrets and folders" }).getByRole("link");
    await rows.first().waitFor();
    expect(await rows.count()).toBe(200);
    const listed = () =>
      visitor.gate
        .calls()
        .slice(before)
        .filter((call) => call.includes("many"));
    expect(listed()).toEqual(["GET secret/detailed-metadata/many/?limit=200&list=true"]);

    await page.getByRole("button", { name: "Show 200 more" }).click();
    await rows.nth(399).waitFor();
    expect(listed().at(-1)).toBe("GET secret/detailed-metadata/many/?limit=200&after=name-0199&list=true");

    await page.getByLabel("Filter", { exact: true }).focus();
    await page.keyboard.type("e-498");
    await page.getByText("10 matches").first().waitFor();
    await page.getByRole("status").getByText("10 matches").waitFor();
    expect(listed()).toHaveLength(3);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await heading(page, "name-4981").waitFor();
  });

  it("26. Vault's links lead to the page", async () => {
    await ui.world.secret("secret/linked/db", { password: ui.world.canary("password") });
    const { page } = await ui.signedIn({ token: ui.world.root });
    const links = {
      "/ui/vault/secrets/secret/kv/linked%2Fdb/details?version=1": "/ui/browse/secret/linked/db?version=1",
      "/ui/vault/secrets/secret/show/linked/db": "/ui/browse/secret/linked/db",
      "/ui/vault/secrets/secret/kv/list/linked/": "/ui/browse/secret/linked/",
      "/ui/vault/secrets/secret/list/linked/": "/ui/browse/secret/linked/",
      "/ui/vault/policy/acl/default": "/ui/policies/default",
    };
    for (const [from, to] of Object.entries(links)) {
      await page.goto(from);
      await page.waitForURL((url) => url.pathname + url.search === to);
    }
  });

  it("35. javascript: in values and metadata does not become a link; markup is text", async () => {
    const evil = "javascript:alert(document.domain)//aaaaaaaa";
    const markup = "<img src=x onerror=alert(1)>aaaaaaaa";
    await ui.world.prepare("POST", "secret/data/evil", { data: { [markup]: markup, url: evil } });
    await ui.world.prepare("POST", "secret/metadata/evil", { custom_metadata: { home: evil, [markup]: markup } });
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/browse/secret/evil");
    expect(await shown(page, "url")).toBe(evil);
    expect(await shown(page, markup)).toBe(markup);
    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByText(evil).waitFor();
    expect(await page.locator('a[href^="javascript:"], img, script:not([src])').count()).toBe(0);
  });

  it("25. expiry shown, counted down", async () => {
    toMorning(ui.world);
    await ui.world.prepare("POST", "secret/metadata/ending/soon", { delete_version_after: "50m" });
    await ui.world.secret("secret/ending/soon", { password: ui.world.canary("password") });
    const noted = new Date(ui.world.clock.now() + 3 * 86_400_000).toISOString();
    await ui.world.prepare("POST", "secret/metadata/ending/noted", { custom_metadata: { expires_at: noted } });
    await ui.world.secret("secret/ending/noted", { password: ui.world.canary("password") });

    const { page, visitor } = await ui.signedIn({ token: ui.world.root }, "/ui/browse/secret/ending/");
    const rows = page.getByRole("list", { name: "Secrets and folders" });
    await rows.getByRole("link", { name: /noted/ }).getByText("in 3 days").waitFor();
    await rows
      .getByRole("link", { name: /soon/ })
      .getByText(/in (4\d|50) minutes/)
      .waitFor();
    await rows.getByRole("link", { name: /soon/ }).click();
    await page.getByText(/expires in (4\d|50) minutes/).waitFor();

    await page.clock.install();
    await countCalls(visitor.context);
    await page.reload();
    await page.getByText(/expires in (4\d|50) minutes/).waitFor();
    // Each answer sets the page's clock by the server's: from here on none may come that sets it back.
    await atRest(page);
    // Timer by timer: a jump would leave out the ticks of a countdown that is drawn, and does not tick yet.
    await page.clock.runFor(20 * 60_000);
    await page.getByText(/expires in (2\d|30) minutes/).waitFor();
    await page.goto("/ui/expiring");
    await page.getByRole("link", { name: /secret\/ending\/soon/ }).waitFor();
    await page.getByRole("group", { name: "Within days" }).getByText("7", { exact: true }).click();
    await page.getByRole("link", { name: /secret\/ending\/noted/ }).waitFor();
  });
});
