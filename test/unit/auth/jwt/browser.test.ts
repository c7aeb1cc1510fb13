import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { challengeOf } from "../../../../src/auth/jwt/oidc/states.ts";
import { authOf, type BrowserWorld, createBrowserWorld, EXPIRED, errorsOf, resetBrowser } from "./support.ts";

let world: BrowserWorld;
beforeAll(async () => {
  world = await createBrowserWorld();
});
afterAll(() => world.close());
beforeEach(() => resetBrowser(world));

const exchange = (why: string) => [`Vault login failed. Error exchanging oidc code: "${why}".`];
const unverified = (why: string) => exchange(`id_token failed verification: ${why}`);
const outcome = async (login: string, more: object = {}): Promise<unknown> => {
  const { state, code } = await world.visit(login, more);
  const answer = await world.callback({ state, code });
  return answer.status === 200 ? "granted" : errorsOf(answer);
};

describe("an ID token", () => {
  const ID = "invalid id_token: ";

  it.each([
    ["alice", "granted"],
    ["twoaud", "granted"],
    ["wrongaud", unverified(`${ID}audience`)],
    ["wrongiss", unverified("invalid issuer (iss) claim")],
    ["wrongnonce", unverified(`${ID}nonce`)],
    ["nononce", unverified(`${ID}nonce`)],
    ["expired", unverified("invalid expiration time (exp) claim: token is expired")],
    ["nosub", unverified(`${ID}sub is missing`)],
    ["badsig", unverified("error verifying token signature: no known key successfully validated the token signature")],
    ["notoken", exchange("id_token is missing from auth code exchange")],
    ["refused", exchange("unable to exchange auth code with provider: invalid_grant")],
    ["broken", exchange("unable to exchange auth code with provider: status 500")],
  ])("of %s: %j", async (login, wanted) => {
    expect(await outcome(login)).toEqual(wanted);
  });

  it.each([
    ["another authorized party", { azp: "someone-else" }, unverified(`${ID}authorized party`)],
    ["several audiences and no authorized party", { aud: ["g-client", "x"] }, unverified(`${ID}audience`)],
    ["several audiences without this client", { aud: ["x", "y"], azp: "g-client" }, unverified(`${ID}audience`)],
    ["no audience", { aud: null }, unverified(`${ID}audience`)],
    ["no end", { exp: null }, unverified(`${ID}exp or iat is missing`)],
    ["another's access token", { at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }, unverified(`${ID}at_hash`)],
    ["another's code", { c_hash: "AAAAAAAAAAAAAAAAAAAAAA" }, unverified(`${ID}c_hash`)],
    ["a nonce that is a list", { nonce: ["x"] }, unverified(`${ID}nonce`)],
  ])("with %s is refused", async (_, claims, wanted) => {
    world.provider.people.set("odd", { claims });
    expect(await outcome("odd")).toEqual(wanted);
  });

  it("must be for one of the role's audiences too", async () => {
    await resetBrowser(world, { bound_audiences: ["x"] });
    expect(await outcome("alice")).toEqual(
      unverified("invalid audience (aud) claim: audience claim does not match any expected audience"),
    );
  });

  it("must be of a recent authentication where the role says so", async () => {
    await resetBrowser(world, { max_age: 60 });
    expect(await outcome("alice")).toBe("granted");
    expect(await outcome("oldauth")).toEqual(unverified(`${ID}the user authenticated too long ago`));
    world.provider.people.set("odd", { claims: { auth_time: null } });
    expect(await outcome("odd")).toEqual(unverified(`${ID}auth_time is missing though max_age was asked for`));
  });
});

describe("a login under way", () => {
  it("ends once, whoever is first", async () => {
    const { state, code } = await world.visit();
    const answers = await Promise.all([1, 2, 3].map(() => world.callback({ state, code })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
    expect(errorsOf(await world.callback({ state, code }))).toEqual(EXPIRED);
  });

  it("ends after ten minutes", async () => {
    const { state, code } = await world.visit();
    world.server.clock.advance(600_000);
    expect(errorsOf(await world.callback({ state, code }))).toEqual(EXPIRED);
  });

  it("belongs to the client that knows its nonce", async () => {
    const first = await world.visit("alice", { client_nonce: "n1" });
    expect(errorsOf(await world.callback({ state: first.state, code: first.code, client_nonce: "n2" }))).toEqual([
      "invalid client_nonce",
    ]);
    const second = await world.visit("alice", { client_nonce: "n1" });
    expect((await world.callback({ state: second.state, code: second.code, client_nonce: "n1" })).status).toBe(200);
  });

  it("belongs to its role, not to another of the same name", async () => {
    const { state, code } = await world.visit();
    await resetBrowser(world);
    expect(errorsOf(await world.callback({ state, code }))).toEqual(["Vault login failed. Role could not be found"]);
  });

  it("is sealed: neither its state nor what belongs to it is in the table or the log", async () => {
    const { state } = await world.visit("alice", { client_nonce: "the-nonce-of-the-client" });
    const { Items = [] } = await world.server.dynamodb.send(new ScanCommand({ TableName: "zeroth-test" }));
    const table = JSON.stringify(Items) + world.server.logLines.join() + world.server.auditLines.join();
    for (const secret of [state, "the-nonce-of-the-client", "g-client-secret"]) expect(table).not.toContain(secret);
  });

  it("shows the provider a challenge whose verifier it is told with the code", async () => {
    const { begun } = await world.visit();
    const query = new URL(String(begun["auth_url"])).searchParams;
    expect(query.get("code_challenge_method")).toBe("S256");
    // Source: RFC 7636, appendix B.
    expect(challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).toBe(
      "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    );
  });

  it("begins with the query alone at a provider that has no page to log in at", async () => {
    await world.write("auth/oidc/config", {
      oidc_discovery_url: `${world.provider.url}/pageless`,
      oidc_client_id: "g-client",
      oidc_client_secret: "g-client-secret",
    });
    const { data } = await world.authUrl();
    expect(data["auth_url"]).toMatch(/^\?client_id=g-client&redirect_uri=https%3A%2F%2Fapp\.example\.com%2Fcb&/);
  });

  it("survives a provider that is down while it is asked what it is, and only then", async () => {
    const { state, code } = await world.visit();
    await world.write("auth/oidc/config", {
      oidc_discovery_url: world.provider.url,
      oidc_client_id: "g-client",
      oidc_client_secret: "g-client-secret",
    });
    world.provider.instead = (path) => (path.startsWith("/.well-known") ? { status: 500, body: "" } : undefined);
    const down = await world.callback({ state, code });
    expect([down.status, errorsOf(down), down.headers["retry-after"]]).toEqual([
      502,
      ["the OIDC provider did not answer"],
      "5",
    ]);
    world.provider.instead = () => undefined;
    world.server.clock.advance(5_001);
    expect((await world.callback({ state, code })).status).toBe(200);
  });

  it("whose code could not be exchanged cannot be ended a second time", async () => {
    const { state, code } = await world.visit();
    world.provider.instead = (path) => (path === "/token" ? { status: 503, body: "" } : undefined);
    expect((await world.callback({ state, code })).status).toBe(400);
    world.provider.instead = () => undefined;
    expect(errorsOf(await world.callback({ state, code }))).toEqual(EXPIRED);
  });
});

describe("a role of type jwt", () => {
  it("takes no browsers, not even for a login begun before it became one", async () => {
    const { state, code } = await world.visit();
    await world.write("auth/oidc/role/web", { role_type: "jwt", bound_audiences: ["g-client"] });
    expect((await world.authUrl()).data).toEqual({ auth_url: "" });
    expect(errorsOf(await world.callback({ state, code }))).toEqual(["Vault login failed. Role could not be found"]);
  });
});

describe("V09 and V68: the provider", () => {
  it("sees the client's secret at its token endpoint alone, and no token of ours anywhere", async () => {
    const { state, code } = await world.visit();
    const answer = await world.server.call("GET", `auth/oidc/oidc/callback?state=${state}&code=${code}`, {
      headers: { authorization: "Bearer hvs.secret", cookie: "a=b" },
    });
    expect(answer.status).toBe(200);
    const asked = world.provider.seen.filter((line) => !line.startsWith("GET /authorize"));
    expect(asked.filter((line) => /vault|cookie/.test(line))).toEqual([]);
    expect(asked.filter((line) => line.includes("authorization"))).toEqual([
      "POST /token authorization",
      "GET /userinfo authorization",
    ]);
  });

  it.each(["/token", "/userinfo", "/jwks", "/.well-known/openid-configuration"])(
    "is not followed from %s to elsewhere",
    async (from) => {
      const { state, code } = await world.visit();
      await world.write("auth/oidc/config", {
        oidc_discovery_url: world.provider.url,
        oidc_client_id: "g-client",
        oidc_client_secret: "g-client-secret",
      });
      world.provider.seen.length = 0;
      world.provider.instead = (path) =>
        path === from ? { status: 302, body: "", headers: { location: `${world.provider.url}/elsewhere` } } : undefined;
      const { status } = await world.callback({ state, code });
      // What userinfo would add is left out, as in Vault.
      expect(status === 200).toBe(from === "/userinfo");
      expect(world.provider.seen.filter((line) => line.includes("/elsewhere"))).toEqual([]);
    },
  );

  it("is shown the client's secret in the form where it takes no header", async () => {
    await world.write("auth/oidc/config", {
      oidc_discovery_url: world.provider.url,
      oidc_client_id: "g-client",
      oidc_client_secret: "g-client-secret",
    });
    const { url } = world.provider;
    const body = {
      issuer: url,
      jwks_uri: `${url}/jwks`,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      token_endpoint_auth_methods_supported: ["client_secret_post"],
    };
    world.provider.instead = (path) => (path.startsWith("/.well-known") ? { status: 200, body } : undefined);
    expect(await outcome("alice")).toBe("granted");
    expect(world.provider.seen).toContain("POST /token");
  });

  it("has its words kept from callers: descriptions, pages, addresses", async () => {
    world.provider.people.set("talker", {
      token: [400, { error: "<script>x</script>", error_description: "secret words", error_uri: "https://x.example" }],
    });
    expect(await outcome("talker")).toEqual(exchange("unable to exchange auth code with provider: status 400"));
    const { state } = await world.visit();
    const answer = await world.callback({ state, error: "<b>x</b>", error_description: "secret words" });
    expect(errorsOf(answer)).toEqual(["Vault login failed. The provider answered with an error"]);
  });
});

describe("userinfo", () => {
  it("adds claims, and changes none that the token's signature covers", async () => {
    await resetBrowser(world, { groups_claim: "groups", claim_mappings: { email: "mail", aud: "aud" } });
    world.provider.people.set("changer", { info: { email: "e@x.test", groups: ["g"], aud: "someone-else" } });
    const { state, code } = await world.visit("changer");
    expect(authOf(await world.callback({ state, code }))["metadata"]).toEqual({
      role: "web",
      mail: "e@x.test",
      aud: "g-client",
    });
  });

  it.each([
    ["of another subject", { sub: "someone-else" }],
    ["of another issuer", { iss: "https://issuer.example.com" }],
  ])("%s adds nothing", async (_, info) => {
    await resetBrowser(world, { bound_claims: { department: "research" } });
    world.provider.people.set("changer", { info: { department: "research", ...info } });
    expect(await outcome("changer")).toEqual(['error validating claims: claim "department" is missing']);
  });

  it("that fails adds nothing, and so lets nobody in who needs it", async () => {
    await resetBrowser(world, { bound_claims: { department: "research" } });
    world.provider.instead = (path) => (path === "/userinfo" ? { status: 500, body: "" } : undefined);
    expect(await outcome("erin")).toEqual(['error validating claims: claim "department" is missing']);
  });
});

describe("verbose_oidc_logging", () => {
  it("logs names and kinds of claims, and no value, token or code", async () => {
    await resetBrowser(world, { verbose_oidc_logging: true });
    world.server.logLines.length = 0;
    const { state, code, id_token } = await world.visit("alice");
    expect((await world.callback({ state, code })).status).toBe(200);
    const lines = world.server.logLines.join("\n");
    expect(lines).toContain("email: string");
    for (const value of ["alice@golden.test", "g-dev", id_token, code, state]) expect(lines).not.toContain(value);
  });
});

describe("a form that the provider posts", () => {
  const post = (form: Readonly<Record<string, string>>) =>
    world.server.handle({
      method: "POST",
      path: "/v1/auth/oidc/oidc/callback",
      query: "",
      headers: { "content-type": ["application/x-www-form-urlencoded"] },
      body: Buffer.from(new URLSearchParams(form).toString()),
      sourceAddress: "127.0.0.1",
    });
  const config = () =>
    world.write("auth/oidc/config", {
      oidc_discovery_url: world.provider.url,
      oidc_client_id: "g-client",
      oidc_client_secret: "g-client-secret",
      oidc_response_mode: "form_post",
      oidc_response_types: ["id_token"],
    });

  it("is kept for the client, once", async () => {
    await config();
    const { state, id_token } = await world.visit();
    const [first, second] = [await post({ state, id_token }), await post({ state, id_token: "another" })];
    expect([first.status, second.status]).toEqual([200, 400]);
    expect((await world.callback({ state, code: "no_code" })).status).toBe(200);
  });

  it("comes to this server, also where a page asked to be called back itself", async () => {
    await config();
    const redirect_uri = "https://zeroth.example.com/ui/vault/auth/oidc/oidc/callback";
    await world.write("auth/oidc/role/web", { allowed_redirect_uris: [redirect_uri] });
    const { data } = await world.authUrl({ redirect_uri });
    expect(new URL(String(data["auth_url"])).searchParams.get("redirect_uri")).toBe(
      "https://zeroth.example.com/v1/auth/oidc/oidc/callback",
    );
  });

  it("V80: is answered with a page that shows what was sent as text, and is shown in no frame", async () => {
    await config();
    const { state, id_token } = await world.visit();
    for (const form of [
      { state, id_token },
      { state: '"><script>alert(1)</script>', id_token },
    ]) {
      const { headers, body } = await post(form);
      const text = Buffer.from(body).toString();
      expect(text).not.toContain("<script>alert");
      expect(headers["content-type"]).toBe("text/html");
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(headers["x-frame-options"]).toBe("DENY");
    }
  });

  it("whose token does not hold is refused", async () => {
    await config();
    const { state, id_token } = await world.visit("wrongnonce");
    await post({ state, id_token });
    expect(errorsOf(await world.callback({ state, code: "no_code" }))).toEqual([
      "Vault login failed. Token verification failed. id_token failed verification: invalid id_token: nonce",
    ]);
  });

  it("is 405 where forms are not configured", async () => {
    expect((await post({ state: "x" })).status).toBe(405);
  });
});
