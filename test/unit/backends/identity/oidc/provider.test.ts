import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isRedirectAllowed } from "../../../../../src/backends/identity/oidc/redirects.ts";
import { createKiller } from "../../../../support/crash.ts";
import type { Answered } from "../../../../support/make-server.ts";
import { type IdentityServer, makeIdentityServer } from "../../../core/identity/support.ts";

/** The code flow of a provider, from the side of whoever would get more out of it than is theirs. */

const REDIRECT = "https://app.example.com/cb";
const VERIFIER = "verifier-0123456789-0123456789-0123456789-abc";
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");

interface Client {
  readonly id: string;
  readonly secret: string;
}

const killer = createKiller();
let server: IdentityServer;
let ann: { readonly token: string; readonly entity: string };
let eve: { readonly token: string; readonly entity: string };
let app: Client;
let other: Client;
let phone: Client;

const post = (path: string, body: object) => server.call("POST", `identity/oidc/${path}`, { body });

const client = async (name: string, body: object): Promise<Client> => {
  expect(
    (await post(`client/${name}`, { key: "signer", redirect_uris: REDIRECT, assignments: "staff", ...body })).status,
  ).toBe(204);
  const { data } = await server.call("GET", `identity/oidc/client/${name}`);
  return { id: String(data["client_id"]), secret: String(data["client_secret"] ?? "") };
};

beforeAll(async () => {
  server = await makeIdentityServer({ address: "https://vault.example.com", crash: killer.crash });
  await server.call("POST", "sys/policies/acl/mighty", {
    body: { policy: 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }' },
  });
  ann = await server.session("ann", { policies: ["default"] });
  eve = await server.session("eve", { policies: ["default"] });
  await server.call("POST", `identity/entity/id/${ann.entity}`, {
    body: { name: "ann", metadata: { email: "ann@example.com" }, policies: ["mighty"] },
  });
  await post("key/signer", { algorithm: "EdDSA", allowed_client_ids: "*" });
  await post("assignment/staff", { entity_ids: ann.entity });
  await post("scope/email", { template: '{"email": {{identity.entity.metadata.email}} }' });
  app = await client("app", { access_token_ttl: "1h" });
  other = await client("other", {});
  phone = await client("phone", { client_type: "public" });
  await post("provider/corp", { allowed_client_ids: [app.id, other.id, phone.id], scopes_supported: "email" });
  await post("provider/branch", { allowed_client_ids: "*" });
});
afterAll(() => server.dynamo.close());

const authorize = (body: object = {}, token = ann.token, provider = "corp") =>
  server.call("POST", `identity/oidc/provider/${provider}/authorize`, {
    token,
    body: {
      client_id: app.id,
      redirect_uri: REDIRECT,
      response_type: "code",
      scope: "openid email",
      state: "s",
      ...body,
    },
  });
const codeFor = async (body: object = {}, token = ann.token, provider = "corp") => {
  const answer = await authorize(body, token, provider);
  expect(answer.status).toBe(200);
  return String(answer.body["code"]);
};
const exchange = (code: string, form: Readonly<Record<string, string>> = {}, who = app, provider = "corp") =>
  server.call("POST", `identity/oidc/provider/${provider}/token`, {
    token: null,
    form: {
      grant_type: "authorization_code",
      code,
      redirect_uri: REDIRECT,
      client_id: who.id,
      ...(who.secret === "" ? {} : { client_secret: who.secret }),
      ...form,
    },
  });
const userinfo = (access: string, provider = "corp", method = "GET") =>
  server.call(method, `identity/oidc/provider/${provider}/userinfo`, {
    token: null,
    headers: { authorization: `Bearer ${access}` },
  });
const told = ({ status, body }: Answered) => [status, body["error"], body["error_description"]];

describe("a code", () => {
  it("is given out once, however many ask at the same time", async () => {
    const code = await codeFor();
    const answers = await Promise.all(Array.from({ length: 50 }, () => exchange(code)));
    const good = answers.filter(({ status }) => status === 200);
    expect(good).toHaveLength(1);
    expect(answers.filter((one) => one.body["error"] === "invalid_grant")).toHaveLength(49);
    expect(told(await exchange(code))).toEqual([400, "invalid_grant", "authorization grant is invalid or expired"]);
  });

  it("lives five minutes, to the second", async () => {
    const [early, late] = [await codeFor(), await codeFor()];
    server.clock.advance(299_000);
    expect((await exchange(early)).status).toBe(200);
    server.clock.advance(1000);
    expect(told(await exchange(late))[1]).toBe("invalid_grant");
  });

  it("is for the client, the provider and the redirect it was asked for, and is spent by a wrong one", async () => {
    const wrong: readonly [string, (code: string) => Promise<Answered>][] = [
      ["authorization code was not issued to the client", (code) => exchange(code, {}, other)],
      ["authorization code was not issued by the provider", (code) => exchange(code, {}, app, "branch")],
      [
        "redirect_uri does not match the redirect_uri used in the authorization request",
        (code) => exchange(code, { redirect_uri: `${REDIRECT}/` }),
      ],
      ["redirect_uri parameter is required", (code) => exchange(code, { redirect_uri: "" })],
    ];
    for (const [text, attempt] of wrong) {
      const code = await codeFor();
      expect((await attempt(code)).body["error_description"]).toBe(text);
      expect(told(await exchange(code))[1]).toBe("invalid_grant");
    }
  });

  it("is not spent by somebody who is not a client", async () => {
    const code = await codeFor();
    for (const who of [
      { ...app, secret: "wrong" },
      { ...app, secret: "" },
      { id: "nobody", secret: "x" },
      { id: "a".repeat(32), secret: "" },
    ]) {
      const answer = await exchange(code, {}, who);
      expect(told(answer)).toEqual([401, "invalid_client", "client failed to authenticate"]);
      expect(answer.headers["www-authenticate"]).toBe("Basic");
    }
    expect((await exchange(code)).status).toBe(200);
  });

  it("is worth nothing once its entity lost the assignment, is disabled, or is gone", async () => {
    const code = await codeFor();
    await post("assignment/staff", { entity_ids: "" });
    expect((await exchange(code)).body["error_description"]).toContain("not authorized by client assignment");
    await post("assignment/staff", { entity_ids: ann.entity });
    const second = await codeFor();
    await server.call("POST", `identity/entity/id/${ann.entity}`, { body: { disabled: true } });
    expect((await exchange(second)).status).toBe(400);
    await server.call("POST", `identity/entity/id/${ann.entity}`, { body: { disabled: false } });
    const { token, entity } = await server.session("leaver", { policies: ["default"] });
    await post("assignment/staff", { entity_ids: [ann.entity, entity] });
    const third = await codeFor({}, token);
    await server.call("DELETE", `identity/entity/id/${entity}`);
    expect((await exchange(third)).body["error_description"]).toContain("not found");
    await post("assignment/staff", { entity_ids: ann.entity });
  });

  it.each(["before", "after"] as const)(
    "of an exchange that dies %s it was taken is used at most once",
    async (when) => {
      const code = await codeFor();
      killer.kill("identity.oidc.spend", when);
      await exchange(code).catch(() => undefined);
      expect((await exchange(code)).status).toBe(when === "before" ? 200 : 400);
      expect((await exchange(code)).status).toBe(400);
    },
  );

  it.each(["", "x", "../../token", "a".repeat(33), "a".repeat(5000), "ä".repeat(32)])("is not %.40j", async (code) => {
    expect((await exchange(code)).status).toBe(400);
  });
});

describe("PKCE", () => {
  it("binds a code to whoever asked for it", async () => {
    const asked = { code_challenge: CHALLENGE, code_challenge_method: "S256" };
    expect((await exchange(await codeFor(asked), { code_verifier: VERIFIER })).status).toBe(200);
    expect(told(await exchange(await codeFor(asked), { code_verifier: CHALLENGE }))[1]).toBe("invalid_grant");
    expect(told(await exchange(await codeFor(asked)))[2]).toBe("expected code_verifier for token exchange");
  });

  it("cannot be taken away on the way", async () => {
    expect(told(await exchange(await codeFor(), { code_verifier: VERIFIER }))[2]).toBe(
      "unexpected code_verifier for token exchange",
    );
  });

  it("is what a public client authenticates by", async () => {
    expect(told(await authorize({ client_id: phone.id }))[2]).toBe("PKCE is required for public clients");
    const code = await codeFor({ client_id: phone.id, code_challenge: CHALLENGE, code_challenge_method: "S256" });
    expect((await exchange(code, { code_verifier: VERIFIER }, phone)).status).toBe(200);
  });

  it.each([
    [{ code_challenge: "" }, "invalid code_challenge"],
    [{ code_challenge: "x".repeat(42) }, "invalid code_challenge"],
    [{ code_challenge: "x".repeat(129) }, "invalid code_challenge"],
    [{ code_challenge: CHALLENGE, code_challenge_method: "s256" }, "invalid code_challenge_method"],
  ])("refuses %j", async (asked, text) => {
    expect(told(await authorize(asked))).toEqual([400, "invalid_request", text]);
  });
});

describe("an authorization", () => {
  it("is the caller's own: one who is not assigned gets no code, by no entity no code at all", async () => {
    expect(told(await authorize({}, eve.token))[1]).toBe("access_denied");
    expect(told(await authorize({}, server.root))).toEqual([
      400,
      "access_denied",
      "identity entity must be associated with the request",
    ]);
    expect((await server.call("POST", "identity/oidc/provider/corp/authorize", { token: null, body: {} })).status).toBe(
      403,
    );
  });

  it("by GET is the same", async () => {
    const query = new URLSearchParams({
      client_id: app.id,
      redirect_uri: REDIRECT,
      response_type: "code",
      scope: "openid",
      max_age: "3600",
    });
    const answer = await server.call("GET", `identity/oidc/provider/corp/authorize?${query}`, { token: ann.token });
    expect(answer.body).toEqual({ code: expect.stringMatching(/^[A-Za-z0-9]{32}$/), state: "" });
  });

  it("of a group's members counts for inherited groups too, and for nobody where the list is empty", async () => {
    const inner = await server.group("inner", { member_entity_ids: [eve.entity] });
    const outer = await server.group("outer", { member_group_ids: [inner] });
    await post("assignment/club", { group_ids: outer.toUpperCase() });
    const club = await client("club", { assignments: "club" });
    await post("provider/clubs", { allowed_client_ids: "*" });
    const as = (token: string) => authorize({ client_id: club.id }, token, "clubs");
    expect((await as(eve.token)).status).toBe(200);
    expect(told(await as(ann.token))[1]).toBe("access_denied");
    await server.call("POST", `identity/group/id/${inner}`, { body: { member_entity_ids: [] } });
    expect(told(await as(eve.token))[1]).toBe("access_denied");
    for (const assignments of [[], [""], null, " "]) {
      await post("client/club", { assignments });
      expect(told(await as(ann.token))[1]).toBe("access_denied");
    }
    await post("client/club", { assignments: "allow_all" });
    expect((await as(ann.token)).status).toBe(200);
  });

  it("sends nobody anywhere, whatever is wrong with it", async () => {
    const wrong = [
      { client_id: "x" },
      { redirect_uri: "https://evil.example.com" },
      { response_type: "token" },
      { scope: "email" },
      { request: "x" },
    ];
    for (const body of wrong) {
      const { status, headers } = await authorize(body);
      expect([status, headers["location"]]).toEqual([400, undefined]);
    }
    expect((await authorize()).headers["location"]).toBeUndefined();
  });

  it("may ask how long ago the caller logged in, and the id token says when that was", async () => {
    const session = await server.session("ann", { policies: ["default"] });
    const loggedIn = Math.floor(server.clock.now() / 1000);
    server.clock.advance(60_000);
    expect(told(await authorize({ max_age: 0 }, session.token))[2]).toBe("max_age must be greater than zero");
    expect(told(await authorize({ max_age: 59 }, session.token))[1]).toBe("max_age_violation");
    const { body } = await exchange(await codeFor({ max_age: 60, nonce: "n" }, session.token));
    expect(claimsOf(String(body["id_token"]))).toMatchObject({ auth_time: loggedIn, nonce: "n" });
  });

  it("through a provider that does not allow the client is refused", async () => {
    await post("provider/closed", { allowed_client_ids: [] });
    expect(told(await authorize({}, ann.token, "closed"))[1]).toBe("unauthorized_client");
  });
});

const claimsOf = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;
const halfHash = (text: string) => createHash("sha512").update(text).digest().subarray(0, 32).toString("base64url");

describe("the tokens of an exchange", () => {
  it("are bound to each other, to the client and to what was asked", async () => {
    const code = await codeFor({ nonce: "once" });
    const answer = await exchange(code);
    expect([answer.headers["cache-control"], answer.headers["pragma"]]).toEqual(["no-store", "no-cache"]);
    const access = String(answer.body["access_token"]);
    expect(claimsOf(String(answer.body["id_token"]))).toEqual({
      iss: "https://vault.example.com/v1/identity/oidc/provider/corp",
      namespace: "root",
      sub: ann.entity,
      aud: app.id,
      iat: Math.floor(server.clock.now() / 1000),
      exp: Math.floor(server.clock.now() / 1000) + 86_400,
      nonce: "once",
      at_hash: halfHash(access),
      c_hash: halfHash(code),
      email: "ann@example.com",
    });
    expect(answer.body["expires_in"]).toBe(3600);
  });

  it("V62: are in no log and no audit line, and neither is the code, the verifier or the client's secret", async () => {
    const code = await codeFor({ code_challenge: VERIFIER, code_challenge_method: "plain" });
    const { body } = await exchange(code, { code_verifier: VERIFIER });
    const secrets = [code, VERIFIER, app.secret, String(body["access_token"]), String(body["id_token"])];
    await userinfo(String(body["access_token"]));
    const lines = [...server.auditLines, ...server.logLines].join("\n");
    expect(secrets.filter((secret) => lines.includes(secret))).toEqual([]);
  });
});

describe("an access token", () => {
  let access = "";
  beforeAll(async () => {
    access = String((await exchange(await codeFor())).body["access_token"]);
  });

  it("reads what its scopes say, by GET and POST, and nothing else", async () => {
    for (const method of ["GET", "POST"]) {
      expect((await userinfo(access, "corp", method)).body).toEqual({ sub: ann.entity, email: "ann@example.com" });
    }
    const openid = String((await exchange(await codeFor({ scope: "openid" }))).body["access_token"]);
    expect((await userinfo(openid)).body).toEqual({ sub: ann.entity });
  });

  it("has none of its entity's rights, wherever it is shown", async () => {
    expect(ann.token).not.toBe("");
    const paths = [
      "auth/token/lookup-self",
      "sys/mounts",
      "identity/oidc/provider/corp",
      "cubbyhole/x",
      `identity/entity/id/${ann.entity}`,
      "identity/oidc/token/x",
    ];
    for (const path of paths) {
      for (const method of ["GET", "POST", "LIST", "DELETE"]) {
        const answer = await server.call(method, path, { token: access, ...(method === "POST" ? { body: {} } : {}) });
        expect([method, path, answer.status]).toEqual([method, path, 403]);
      }
    }
    const { data } = await server.call("POST", "auth/token/lookup", { body: { token: access } });
    expect([data["policies"], data["identity_policies"], data["type"], data["renewable"]]).toEqual([
      [],
      undefined,
      "batch",
      false,
    ]);
    expect((await authorize({}, access)).status).toBe(403);
  });

  it("is good for its own provider alone, and only as a bearer token", async () => {
    expect(told(await userinfo(access, "branch"))).toEqual([401, "invalid_token", "permission denied"]);
    expect(told(await userinfo(access, "nowhere"))).toEqual([401, "invalid_token", "permission denied"]);
    const own = await server.call("GET", "identity/oidc/provider/corp/userinfo", { token: access });
    expect(told(own)).toEqual([401, "invalid_token", "access token must be sent as a Bearer token"]);
  });

  it.each([
    ["nonsense", "permission denied"],
    ["hvb.AAAA", "permission denied"],
    ["hvs.AAAA", "permission denied"],
  ])("is not %s: 401, and the header says why", async (text, why) => {
    const answer = await userinfo(text);
    expect(told(answer)).toEqual([401, "invalid_token", why]);
    expect(answer.headers["www-authenticate"]).toBe(`Bearer error="invalid_token",error_description="${why}"`);
  });

  it("is not a token of another kind, however mighty", async () => {
    for (const token of [server.root, ann.token]) {
      expect(told(await userinfo(token))).toEqual([401, "invalid_token", "access token is malformed or invalid"]);
    }
    const none = await server.call("GET", "identity/oidc/provider/corp/userinfo", { token: null });
    expect(told(none)).toEqual([401, "invalid_token", "permission denied"]);
  });

  it("counts only while client, provider, assignment and scope do", async () => {
    const without = async (change: () => Promise<unknown>, back: () => Promise<unknown>) => {
      await change();
      const answer = await userinfo(access);
      await back();
      return told(answer);
    };
    expect(
      await without(
        () => post("assignment/staff", { entity_ids: "" }),
        () => post("assignment/staff", { entity_ids: ann.entity }),
      ),
    ).toEqual([403, "access_denied", "identity entity not authorized by client assignment"]);
    expect(
      await without(
        () => post("provider/corp", { allowed_client_ids: other.id }),
        () => post("provider/corp", { allowed_client_ids: [app.id, other.id, phone.id] }),
      ),
    ).toEqual([403, "access_denied", "client is not authorized to use the provider"]);
    await post("provider/corp", { scopes_supported: "" });
    expect((await userinfo(access)).body).toEqual({ sub: ann.entity });
    await post("provider/corp", { scopes_supported: "email" });
    const gone = await client("gone", {});
    await post("provider/corp", { allowed_client_ids: "*" });
    const token = String((await exchange(await codeFor({ client_id: gone.id }), {}, gone)).body["access_token"]);
    await server.call("DELETE", "identity/oidc/client/gone");
    expect(told(await userinfo(token))[2]).toBe("client not found");
  });

  it("I8: ends at its end, and with its entity", async () => {
    const token = String((await exchange(await codeFor())).body["access_token"]);
    server.clock.advance(3_600_000 - 1000);
    expect((await userinfo(token)).status).toBe(200);
    server.clock.advance(1000);
    expect((await userinfo(token)).status).toBe(401);
    const fresh = String((await exchange(await codeFor())).body["access_token"]);
    await server.call("POST", `identity/entity/id/${ann.entity}`, { body: { disabled: true } });
    expect((await userinfo(fresh)).status).toBe(401);
    await server.call("POST", `identity/entity/id/${ann.entity}`, { body: { disabled: false } });
  });
});

describe("a client", () => {
  it("authenticates by Basic, form-encoded or not, or by the form", async () => {
    const encoded = app.secret.replaceAll("_", "%5F");
    for (const secret of [app.secret, encoded]) {
      const answer = await server.call("POST", "identity/oidc/provider/corp/token", {
        token: null,
        headers: { authorization: `Basic ${Buffer.from(`${app.id}:${secret}`).toString("base64")}` },
        form: { grant_type: "authorization_code", code: await codeFor(), redirect_uri: REDIRECT },
      });
      expect(answer.status).toBe(200);
    }
  });

  it("is told in OAuth's words what is missing", async () => {
    const code = await codeFor();
    expect(told(await exchange(code, { grant_type: "" }))[1]).toBe("invalid_request");
    expect(told(await exchange(code, { grant_type: "password" }))[1]).toBe("unsupported_grant_type");
    expect(told(await exchange("", {}))[2]).toBe("code parameter is required");
    expect(told(await exchange(code, { client_id: "", client_secret: "" }))[2]).toBe("client_id parameter is required");
    expect(told(await exchange(code, {}, app, "nowhere"))[2]).toBe("provider not found");
  });

  it("keeps its id and secret through every change, and has no access token without an end", async () => {
    await post("client/app", { redirect_uris: [REDIRECT, "http://127.0.0.1/cb"] });
    const { data } = await server.call("GET", "identity/oidc/client/app");
    expect([data["client_id"], data["client_secret"]]).toEqual([app.id, app.secret]);
    expect((await post("client/app", { access_token_ttl: 0 })).status).toBe(400);
    const { text } = await server.call("LIST", "identity/oidc/client");
    expect(text).not.toContain("hvo_secret_");
  });

  it("that fails to authenticate is in the audit log, with the reason and without its secret", async () => {
    const before = server.auditLines.length;
    await exchange(await codeFor(), {}, { ...app, secret: "hvo_secret_guess" });
    await userinfo("nonsense");
    await authorize({ redirect_uri: "https://evil.example.com" });
    const lines = server.auditLines.slice(before).join("\n");
    expect(lines).toContain('"error":"invalid_client: client failed to authenticate"');
    expect(lines).toContain('"error":"invalid_token: permission denied"');
    expect(lines).toContain('"error":"invalid_redirect_uri: redirect_uri is not allowed for the client"');
    expect(lines).not.toMatch(/hvo_secret_guess|evil/);
  });

  it.each([
    ["assignment", { entity_ids: "a" }, "client", (name: string) => ({ key: "signer", assignments: name })],
    ["scope", { template: "{}" }, "provider", (name: string) => ({ scopes_supported: name })],
  ])("or a provider never names a %s that is gone", async (kind, body, user, naming) => {
    for (let round = 0; round < 3; round += 1) {
      const name = `race-${kind}-${round}`;
      await post(`${kind}/${name}`, body);
      const [made, gone] = await Promise.all([
        post(`${user}/${name}`, naming(name)),
        server.call("DELETE", `identity/oidc/${kind}/${name}`),
      ]);
      // Whoever came second was refused.
      expect([made.status, gone.status]).toEqual(made.status === 204 ? [204, 400] : [400, 204]);
    }
  });

  it("may not ask for two scopes that make the same claim", async () => {
    await post("scope/mail", { template: '{"email": "x"}' });
    const warned = await post("provider/twice", { allowed_client_ids: "*", scopes_supported: "email,mail" });
    expect(warned.text).toContain("conflicting top-level keys");
    const code = await codeFor({ scope: "openid email mail" }, ann.token, "twice");
    expect(told(await exchange(code, {}, app, "twice"))[2]).toContain("conflicting top-level claim");
  });
});

describe("a redirect URI", () => {
  const allowed = ["https://app.example.com/cb", "http://127.0.0.1/cb", "http://localhost:3000/cb", "http://[::1]/cb"];
  it.each([
    "https://app.example.com/cb",
    "http://127.0.0.1/cb",
    "http://127.0.0.1:5000/cb",
    "http://localhost:1/cb",
    "http://localhost/cb",
    "http://[::1]:9999/cb",
  ])("%s is one of them", (uri) => expect(isRedirectAllowed(uri, allowed)).toBe(true));
  it.each([
    "",
    "https://app.example.com/cb/",
    "https://app.example.com:443/cb",
    "https://app.example.com/cb?x",
    "https://app.example.com/cb#x",
    "HTTPS://app.example.com/cb",
    "https://app.example.com/CB",
    "https://app.example.com/%63b",
    "https://app.example.com@evil.example.com/cb",
    "https://127.0.0.1/cb",
    "http://127.0.0.1:80@evil.example.com/cb",
    "http://127.0.0.1:5000@evil.example.com/cb",
    "http://127.0.0.1.evil.example.com/cb",
    "http://127.0.0.1:5000/cb/../x",
    "http://127.0.0.2/cb",
    "http://localhost.evil.example.com/cb",
    "http://localhost:3000\\@evil.example.com/cb",
    "http://127.0.0.1:999999/cb",
    "http://0x7f000001/cb",
    " http://127.0.0.1/cb",
  ])("%s is none of them", (uri) => expect(isRedirectAllowed(uri, allowed)).toBe(false));
});
