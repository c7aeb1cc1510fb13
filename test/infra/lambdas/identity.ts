import { beforeAll, describe, expect, it } from "@jest/globals";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { ADDRESS } from "../support/deployment.ts";
import { objectOf } from "../support/events.ts";
import type { Built } from "./built.ts";

/** Identity tokens and the provider of OpenID Connect, which `system` serves. */

export const identityStories = (built: Built): void => {
  const { ask } = built;

  describe("who a caller is, for other systems", () => {
    const REDIRECT = "https://app.example.com/cb";
    const oidc = (path: string, body: object, token?: string) =>
      ask("system", {
        event: "post-json",
        path: `identity/oidc/${path}`,
        body,
        ...(token === undefined ? {} : { token }),
      });
    const open = (path: string, headers: Readonly<Record<string, string>> = {}) =>
      ask("system", { path: `identity/oidc/${path}`, token: "", headers });
    const issuer = `${ADDRESS}/v1/identity/oidc`;
    let token = "";
    let entity = "";

    beforeAll(async () => {
      await ask("system", { event: "post-json", path: "sys/auth/people", body: { type: "userpass" } });
      const policy = 'path "identity/oidc/token/*" { capabilities = ["read"] }';
      await ask("policy", { event: "post-json", path: "sys/policies/acl/tokens", body: { policy } });
      const user = { password: "correct-horse", token_policies: "tokens" };
      await ask("login", { event: "post-json", path: "auth/people/users/ada", body: user });
      const login = {
        event: "post-json",
        path: "auth/people/login/ada",
        body: { password: "correct-horse" },
        token: "",
      };
      const auth = objectOf((await ask("login", login)).body["auth"]);
      [token, entity] = [String(auth["client_token"]), String(auth["entity_id"])];
      const key = { algorithm: "RS256", allowed_client_ids: "*" };
      expect((await oidc("key/machines", key)).status).toBe(204);
    });

    it("is signed by system, with the issuer its environment names, and verified with the keys it publishes", async () => {
      expect((await oidc("role/app", { key: "machines", client_id: "elsewhere" })).status).toBe(204);
      const { data } = await ask("system", { path: "identity/oidc/token/app", token });
      const keys = await open(".well-known/keys");
      const verified = await jwtVerify(
        String(data["token"]),
        createLocalJWKSet(JSON.parse(keys.text) as JSONWebKeySet),
        {
          issuer,
          audience: "elsewhere",
        },
      );

      expect([verified.payload.sub, keys.headers["cache-control"]]).toEqual([entity, "max-age=3600"]);
      expect((await open(".well-known/openid-configuration")).body["issuer"]).toBe(issuer);
    });

    it("is told to an application by code, id token and userinfo", async () => {
      await oidc("client/wiki", { key: "machines", redirect_uris: REDIRECT, assignments: "allow_all" });
      await oidc("provider/corp", { allowed_client_ids: "*" });
      const { data } = await ask("system", { path: "identity/oidc/client/wiki" });
      const client = { client_id: data["client_id"], client_secret: data["client_secret"], redirect_uri: REDIRECT };
      const asked = { ...client, client_secret: undefined, response_type: "code", scope: "openid", state: "s" };
      const { body } = await oidc("provider/corp/authorize", asked, token);
      const grant = { ...client, grant_type: "authorization_code", code: body["code"] };
      const tokens = await oidc("provider/corp/token", grant, "");
      const again = await oidc("provider/corp/token", grant, "");
      const authorization = `Bearer ${String(tokens.body["access_token"])}`;
      const userinfo = await open("provider/corp/userinfo", { authorization });
      const nobody = await open("provider/corp/userinfo", { authorization: "Bearer nobody" });

      expect([tokens.status, tokens.headers["pragma"], again.status]).toEqual([200, "no-cache", 400]);
      expect([userinfo.status, userinfo.body]).toEqual([200, { sub: entity }]);
      expect([nobody.status, nobody.headers["www-authenticate"]]).toEqual([
        401,
        'Bearer error="invalid_token",error_description="permission denied"',
      ]);
    });
  });
};
