import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createRemoteJWKSet, customFetch, jwtVerify } from "jose";
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  ClientSecretPost,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { type Listener, startListener } from "../../../../../src/http/index.ts";
import { systemClock } from "../../../../../src/std/time.ts";
import { type IdentityServer, makeIdentityServer } from "../../../core/identity/support.ts";

/** The code flow as an application plays it, with a client library of others and over a socket. */

const REDIRECT = "https://app.example.com/cb";

let server: IdentityServer;
let listener: Listener | undefined;
let token = "";
let entity = "";
beforeAll(async () => {
  // The library compares times with the wall clock.
  server = await makeIdentityServer({
    address: () => listener?.url ?? "",
    clock: { now: () => systemClock.now(), advance: () => undefined },
  });
  listener = await startListener({ handler: server.handle, port: 0 });
  const post = (path: string, body: object) => server.call("POST", `identity/oidc/${path}`, { body });
  ({ token, entity } = await server.session("ann", { policies: ["default", "tokens"] }));
  await server.call("POST", "sys/policies/acl/tokens", {
    body: { policy: 'path "identity/oidc/token/*" { capabilities = ["read"] }' },
  });
  await post("key/app", { algorithm: "ES256", allowed_client_ids: "*" });
  await post("role/app", { key: "app", client_id: "elsewhere", template: '{"who": {{identity.entity.name}} }' });
  await post("assignment/staff", { entity_ids: entity });
  await post("scope/profile", { template: '{"preferred_username": {{identity.entity.name}} }' });
  await post("client/web", { key: "app", redirect_uris: REDIRECT, assignments: "staff" });
  await post("client/phone", { key: "app", redirect_uris: REDIRECT, assignments: "staff", client_type: "public" });
  await post("provider/corp", { allowed_client_ids: "*", scopes_supported: "profile" });
});
afterAll(async () => {
  await listener?.stop(0);
  await server.dynamo.close();
});

const registered = async (name: string) => {
  const { data } = await server.call("GET", `identity/oidc/client/${name}`);
  return { id: String(data["client_id"]), secret: String(data["client_secret"] ?? "") };
};

/** What the page at the authorization endpoint does: asks with the person's token, and goes back to the client. */
const agree = async (asked: URL): Promise<URL> => {
  const { body } = await server.call("GET", `identity/oidc/provider/corp/authorize?${asked.searchParams.toString()}`, {
    token,
  });
  const back = new URL(REDIRECT);
  back.search = new URLSearchParams({ code: String(body["code"]), state: String(body["state"]) }).toString();
  return back;
};

describe("openid-client", () => {
  it.each([
    ["web", "client_secret_basic", ClientSecretBasic],
    ["web", "client_secret_post", ClientSecretPost],
    ["phone", "no secret", None],
  ])("logs somebody in to the client %s with %s, from discovery to userinfo", async (name, _how, method) => {
    const { id, secret } = await registered(name);
    const provider = new URL(`${listener?.url}/v1/identity/oidc/provider/corp`);
    const config = await discovery(provider, id, {}, method(secret), { execute: [allowInsecureRequests] });
    const pkceCodeVerifier = randomPKCECodeVerifier();
    const [expectedState, expectedNonce] = [randomState(), randomNonce()];
    const asked = buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope: "openid profile",
      code_challenge: await calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
      state: expectedState,
      nonce: expectedNonce,
      max_age: "600",
    });

    const tokens = await authorizationCodeGrant(config, await agree(asked), {
      pkceCodeVerifier,
      expectedState,
      expectedNonce,
      maxAge: 600,
      idTokenExpected: true,
    });

    expect(tokens.claims()).toMatchObject({ sub: entity, aud: id, preferred_username: expect.any(String) });
    expect(await fetchUserInfo(config, tokens.access_token, entity)).toMatchObject({
      sub: entity,
      preferred_username: tokens.claims()?.["preferred_username"],
    });
  });
});

describe("jose", () => {
  it("verifies an identity token with the keys that its issuer publishes", async () => {
    const { data } = await server.call("GET", "identity/oidc/token/app", { token });
    const issuer = `${listener?.url}/v1/identity/oidc`;
    const document = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as { jwks_uri: string };
    const fetched: string[] = [];
    const keys = createRemoteJWKSet(new URL(document.jwks_uri), {
      [customFetch]: (url, options) => {
        fetched.push(url);
        return fetch(url, options);
      },
    });
    const { payload, protectedHeader } = await jwtVerify(String(data["token"]), keys, {
      issuer,
      audience: "elsewhere",
    });
    expect([protectedHeader.alg, payload.sub, typeof payload["who"]]).toEqual(["ES256", entity, "string"]);
    expect(fetched).toEqual([`${issuer}/.well-known/keys`]);
    await expect(jwtVerify(String(data["token"]), keys, { issuer, audience: "another" })).rejects.toThrow("aud");
  });
});
