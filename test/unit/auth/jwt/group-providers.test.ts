import { generateKeyPairSync } from "node:crypto";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { decodeJwt } from "jose";
import { z } from "zod";
import { type Config, storedConfig } from "../../../../src/auth/jwt/config.ts";
import { withProviderClaims } from "../../../../src/auth/jwt/providers/index.ts";
import { nextRole, type Role, roleShape } from "../../../../src/auth/jwt/role-rules.ts";
import type { Fetch, OutgoingRequest } from "../../../../src/outgoing/index.ts";
import type { JsonObject } from "../../../../src/std/json.ts";
import { seconds } from "../../../../src/std/time.ts";

/** Entra ID and Google Workspace, played by a fetch that answers as their documentation says. */

const asked: OutgoingRequest[] = [];
let answers: (request: OutgoingRequest) => { status: number; body: unknown } = () => ({ status: 200, body: {} });
const parts: { readonly fetch: Fetch } = {
  fetch: async (request) => {
    asked.push(request);
    const { status, body } = answers(request);
    return { status, headers: {}, body: typeof body === "string" ? body : JSON.stringify(body) };
  },
};
beforeEach(() => {
  asked.length = 0;
});

const config = (provider_config: JsonObject): Config =>
  storedConfig.parse({
    oidc_discovery_url: "https://issuer.example.com",
    oidc_discovery_ca_pem: "",
    oidc_client_id: "",
    oidc_client_secret: "",
    oidc_response_mode: "",
    oidc_response_types: [],
    jwks_url: "",
    jwks_ca_pem: "",
    jwks_pairs: [],
    jwt_validation_pubkeys: [],
    jwt_supported_algs: [],
    bound_issuer: "",
    default_role: "",
    namespace_in_state: true,
    keys_max_age: 3600,
    provider_config,
  });
const input = z.object(roleShape);
const role = (groups_claim = "groups"): Role =>
  nextRole(
    undefined,
    input.parse({ role_type: "jwt", user_claim: "email", bound_subject: "x", groups_claim }),
    "id",
    seconds(3600),
  ).role;
const ask = (claims: JsonObject, provider: JsonObject, accessToken = "the-users-token", groups?: string) =>
  withProviderClaims(
    { email: "ann@acme.example", ...claims },
    {
      parts,
      config: config(provider),
      role: role(groups),
      accessToken,
      now: 1_800_000_000_000,
    },
  );
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => "granted",
    (cause: unknown) => [Object(cause).code, Object(cause).wire],
  );

describe("Entra ID", () => {
  const AZURE = { provider: "azure" };
  const pointing = (endpoint: string) => ({ _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint } } });
  const FORMER = "https://graph.windows.net/11111111-2222/users/33333333/getMemberObjects";

  it("is not asked where the token has the groups", async () => {
    expect((await ask({ groups: ["a"] }, AZURE))["groups"]).toEqual(["a"]);
    expect(asked).toEqual([]);
  });

  it("is asked for the groups a token points to, at Graph's own host, with the user's token", async () => {
    answers = () => ({ status: 200, body: { value: ["g1", "g2"] } });
    expect((await ask(pointing(FORMER), AZURE))["groups"]).toEqual(["g1", "g2"]);
    expect(asked.map(({ method, url, headers, body }) => [method, url.href, headers["authorization"], body])).toEqual([
      [
        "POST",
        "https://graph.microsoft.com/v1.0/11111111-2222/users/33333333/getMemberObjects",
        "Bearer the-users-token",
        '{"securityEnabledOnly":false}',
      ],
    ]);
  });

  it("is asked whatever the token says where fetch_groups says so", async () => {
    answers = () => ({ status: 200, body: { value: ["g1"] } });
    expect((await ask({ groups: ["forged"] }, { ...AZURE, fetch_groups: true }))["groups"]).toEqual(["g1"]);
    expect(asked[0]?.url.href).toBe("https://graph.microsoft.com/v1.0/me/getMemberObjects");
  });

  it.each([
    "https://evil.example/getMemberObjects",
    "http://graph.microsoft.com/x",
    "https://graph.microsoft.com.evil.example/x",
    "https://graph.microsoft.com:8443/x",
    "https://graph.microsoft.com@evil.example/x",
    "no URL",
  ])("the user's token is not sent to %s", async (endpoint) => {
    expect(await refusal(ask(pointing(endpoint), AZURE))).toEqual([
      "invalid_request",
      expect.stringContaining("unable to get claim sources"),
    ]);
    expect(asked).toEqual([]);
  });

  it.each([
    ["no pointer", {}, "t", 200, { value: [] }, "invalid_request", "unable to locate groups claim"],
    ["no access token", pointing(FORMER), "", 200, { value: [] }, "invalid_request", "access token is empty"],
    [
      "a token that Graph refuses",
      pointing(FORMER),
      "t",
      401,
      "secret words",
      "invalid_request",
      "Microsoft Graph refused the request",
    ],
    [
      "a Graph that is down",
      pointing(FORMER),
      "t",
      503,
      "secret words",
      "upstream_failed",
      "Microsoft Graph did not answer",
    ],
    [
      "an answer that is not JSON",
      pointing(FORMER),
      "t",
      200,
      "<html>",
      "upstream_failed",
      "Microsoft Graph did not answer",
    ],
  ])("with %s nobody is let in", async (_, claims, token, status, body, code, text) => {
    answers = () => ({ status, body });
    const [gotCode, wire] = (await refusal(ask(claims, AZURE, token))) as [string, string];
    expect([gotCode, wire]).toEqual([code, expect.stringContaining(text)]);
    expect(wire).not.toContain("secret words");
  });
});

describe("Google Workspace", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const account = {
    client_email: "zeroth@acme.iam.gserviceaccount.com",
    private_key: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
  };
  const GSUITE = {
    provider: "gsuite",
    gsuite_service_account: JSON.stringify(account),
    gsuite_admin_impersonate: "admin@acme.example",
    fetch_groups: true,
    fetch_user_info: true,
    user_custom_schemas: "Employment",
    groups_recurse_max_depth: 1,
  };
  const groups: Readonly<Record<string, readonly string[]>> = {
    "ann@acme.example": ["dev@acme.example", "all@acme.example"],
    "dev@acme.example": ["staff@acme.example", "all@acme.example"],
    "staff@acme.example": ["too-far@acme.example"],
  };
  const google = ({ url, body }: OutgoingRequest) => {
    if (url.href === "https://oauth2.googleapis.com/token")
      return { status: 200, body: { access_token: "ya29.x", sent: body } };
    if (url.pathname.endsWith("/users/ann%40acme.example"))
      return { status: 200, body: { customSchemas: { Employment: { unit: "blue" }, email: "forged@acme.example" } } };
    const all = groups[url.searchParams.get("userKey") ?? ""] ?? [];
    const second = url.searchParams.get("pageToken") === "2";
    const page = second ? all.slice(1) : all.slice(0, 1);
    const next = !second && all.length > 1 ? { nextPageToken: "2" } : {};
    return { status: 200, body: { groups: page.map((email) => ({ email })), ...next } };
  };

  it("is asked as the service account, for groups to the given depth, and for custom schemas", async () => {
    answers = google;
    const claims = await ask({}, GSUITE);
    expect(claims).toEqual({
      email: "ann@acme.example",
      Employment: { unit: "blue" },
      groups: ["dev@acme.example", "staff@acme.example", "all@acme.example"],
    });
    const assertion = new URLSearchParams(asked[0]?.body).get("assertion") ?? "";
    expect(decodeJwt(assertion)).toMatchObject({
      iss: account.client_email,
      sub: "admin@acme.example",
      aud: "https://oauth2.googleapis.com/token",
      exp: 1_800_000_600,
    });
    expect(asked.slice(1).every(({ url }) => url.host === "admin.googleapis.com")).toBe(true);
    expect(publicKey.type).toBe("public");
  });

  it("is asked for nothing where neither groups nor schemas are wanted", async () => {
    expect(await ask({}, { ...GSUITE, fetch_user_info: false }, "", "")).toEqual({ email: "ann@acme.example" });
    expect(asked).toEqual([]);
  });

  it.each([
    ["whose tokens are refused", 401, "invalid_request"],
    ["that is down", 500, "upstream_failed"],
  ])("%s lets nobody in", async (_, status, code) => {
    answers = () => ({ status, body: { error: "secret words" } });
    const [gotCode, wire] = (await refusal(ask({}, GSUITE))) as [string, string];
    expect([gotCode, wire.includes("secret words")]).toEqual([code, false]);
  });

  it("is asked a bounded number of questions, in a circle of groups too", async () => {
    answers = (request) =>
      request.url.pathname.endsWith("/groups")
        ? { status: 200, body: { groups: [{ email: "dev@acme.example" }], nextPageToken: "again" } }
        : google(request);
    expect(await refusal(ask({}, GSUITE))).toEqual([
      "invalid_request",
      "failed to fetch groups: the user is in too many groups",
    ]);
    expect(asked.length).toBeLessThan(60);
  });
});
