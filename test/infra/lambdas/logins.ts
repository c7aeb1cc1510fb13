import { describe, expect, it } from "@jest/globals";
import { SignatureV4 } from "@smithy/signature-v4";
import type { FunctionName } from "../../../src/contract/functions.ts";
import { systemClock } from "../../../src/std/time.ts";
import { make } from "../../golden/make.ts";
import { startOidcProvider } from "../../support/oidc-provider.ts";
import { ACCOUNTS, startCluster } from "../../support/token-review.ts";
import { callEc2 } from "../../unit/auth/aws/embedded-support.ts";
import { makeCertificate } from "../../unit/engines/database/support/certificate.ts";
import { ADMIN_1, Sha256 } from "../../unit/local/aws/support.ts";
import { answerOf, type Fields, objectOf } from "../support/events.ts";
import { type RunningFunction, startFunction } from "../support/lambda-worker.ts";
import type { Built } from "./built.ts";

/** Logins through the function `login`: with identities of AWS, a second factor, and what other systems vouch for. */

export const loginStories = (built: Built): void => {
  const { ask, eventOf } = built;

  describe("a login with an AWS identity", () => {
    const signedLogin = async () => {
      const body = "Action=GetCallerIdentity&Version=2011-06-15";
      const hostname = "sts.us-east-1.amazonaws.com";
      const signer = new SignatureV4({ service: "sts", region: "us-east-1", credentials: ADMIN_1, sha256: Sha256 });
      const headers = {
        host: hostname,
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "content-length": String(body.length),
      };
      const signed = await signer.sign({
        method: "POST",
        protocol: "https:",
        hostname,
        path: "/",
        query: {},
        headers,
        body,
      });
      const base64 = (text: string) => Buffer.from(text).toString("base64");
      return {
        role: "admins",
        iam_http_request_method: "POST",
        iam_request_url: base64(`https://${hostname}/`),
        iam_request_body: base64(body),
        iam_request_headers: base64(JSON.stringify(signed.headers)),
      };
    };

    it("gets a token of the role's policies, and the signature works once where it is to", async () => {
      await ask("system", { event: "post-json", path: "sys/auth/aws", body: { type: "aws" } });
      const role = { auth_type: "iam", bound_iam_principal_arn: "arn:aws:iam::111122223333:*", token_policies: "app" };
      expect(await ask("login", { event: "post-json", path: "auth/aws/role/admins", body: role })).toMatchObject({
        status: 204,
      });

      const login = (body: object) => ask("login", { event: "post-json", path: "auth/aws/login", body, token: "" });
      const shared = await signedLogin();
      expect(objectOf((await login(shared)).body["auth"])["token_policies"]).toEqual(["app", "default"]);
      expect((await login(shared)).status).toBe(200);

      await ask("login", { event: "post-json", path: "auth/aws/config/client", body: { replay_window: 0 } });
      expect(await login(shared)).toMatchObject({
        status: 400,
        body: { errors: ["login request has already been used"] },
      });
    });

    it("is explained by policy, which makes the method and runs none of it", async () => {
      const asked = { path: "auth/aws/role/admins", operation: "update" };
      const { status, data } = await ask("policy", { event: "post-json", path: "sys/policies/explain", body: asked });

      expect([status, data["path"], data["allowed"]]).toEqual([200, asked.path, true]);
    });
  });

  describe("a login with an instance identity document", () => {
    const post = (path: string, body: object, token?: string) =>
      ask("login", { event: "post-json", path, body, ...(token === undefined ? {} : { token }) });

    it("is let in by the function's own rights, and cut off when the instance stops", async () => {
      const before = built.deployment.denied.length;
      const { aws } = built.deployment;
      const launched = await callEc2(aws, { Action: "RunInstances", MinCount: "1", MaxCount: "1" });
      const instanceId = /<instanceId>(.*?)<\/instanceId>/.exec(launched)?.[1] ?? "";
      const { rsa2048: pkcs7, certificate: aws_public_cert } = await aws.instanceIdentity({
        accountId: "111122223333",
        instanceId,
      });
      await ask("system", { event: "post-json", path: "sys/auth/machines", body: { type: "aws" } });
      expect((await post("auth/machines/config/certificate/double", { aws_public_cert })).status).toBe(204);
      const role = { auth_type: "ec2", bound_account_id: "111122223333", token_policies: "app", token_ttl: "1h" };
      expect((await post("auth/machines/role/fleet", role)).status).toBe(204);

      const { status, body } = await post("auth/machines/login", { role: "fleet", pkcs7, nonce: "n" }, "");
      const token = String(objectOf(body["auth"])["client_token"]);
      const renew = () => post("auth/token/renew-self", {}, token);
      expect([status, (await renew()).status]).toEqual([200, 200]);
      expect((await ask("login", { path: `auth/machines/identity-accesslist/${instanceId}` })).status).toBe(200);
      await callEc2(aws, { Action: "StopInstances", "InstanceId.1": instanceId });
      expect((await renew()).status).toBe(400);
      expect(built.deployment.denied.slice(before)).toEqual([]);
    });
  });

  describe("a login with a second factor", () => {
    const post = (name: FunctionName, path: string, body: object, token?: string) =>
      ask(name, { event: "post-json", path, body, ...(token === undefined ? {} : { token }) });

    it("is configured in system, waits in login, and is finished there by its code, once", async () => {
      await post("system", "sys/auth/people", { type: "userpass" });
      await post("login", "auth/people/users/ada", { password: "correct-horse", token_policies: "app" });
      const login = () => post("login", "auth/people/login/ada", { password: "correct-horse" }, "");
      const { entity_id } = objectOf((await login()).body["auth"]);
      const made = await post("system", "identity/mfa/method/totp", { issuer: "Zeroth", method_name: "phone" });
      const method_id = String(made.data["method_id"]);
      const enrolled = await post("system", "identity/mfa/method/totp/admin-generate", { method_id, entity_id });
      const enforcement = { mfa_method_ids: [method_id], auth_method_types: ["userpass"] };
      await post("system", "identity/mfa/login-enforcement/people", enforcement);

      const waiting = objectOf((await login()).body["auth"]);
      expect(waiting["client_token"]).toBe("");
      const { mfa_request_id } = objectOf(waiting["mfa_requirement"]);
      const code = String(make("totp", [enrolled.data["url"], 0], systemClock.now()));
      const payload = { mfa_request_id, mfa_payload: { [method_id]: [code] } };
      expect((await post("login", "sys/mfa/validate", payload, "")).status).toBe(200);
      expect((await post("login", "sys/mfa/validate", payload, "")).status).toBe(400);
      expect((await login()).status).toBe(200);
      await ask("system", { method: "DELETE", path: "identity/mfa/login-enforcement/people" });
    });
  });

  describe("a login that asks another system", () => {
    const G_APP = { name: "g-app", uid: ACCOUNTS["g-prod:g-app"]?.uid };
    /** The double judges no signature. */
    const unsigned = (claims: Fields): string =>
      [{ alg: "RS256" }, claims, "signature"]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .join(".");
    const configure = async (running: RunningFunction, base_url: string) => {
      const body = { organization: "acme", organization_id: 1, base_url };
      const event = eventOf({ event: "post-json", path: "auth/github/config", body });
      return answerOf((await running.invoke(event)).result);
    };

    it("V10: may name a host in the private ranges of the function's environment, and in no others", async () => {
      await ask("system", { event: "post-json", path: "sys/auth/github", body: { type: "github" } });
      const { login } = built.deployment.functions;
      const inside = await startFunction(built.deployment.entryOf("login"), {
        ...built.deployment.environmentOf("login"),
        ZEROTH_REACHABLE: '["10.20.0.0/16"]',
      });
      const urls = ["https://10.20.0.1/", "https://10.30.0.1/", "https://169.254.169.254/"];
      const statuses = async (running: RunningFunction) =>
        (await Promise.all(urls.map((url) => configure(running, url)))).map(({ status }) => status);

      expect(await statuses(login)).toEqual([400, 400, 400]);
      expect(await statuses(inside)).toEqual([204, 400, 400]);
      await inside.stop();
    });

    it("asks a cluster from the built function, over TLS with the configured authorities", async () => {
      const tls = makeCertificate("127.0.0.1", new Date(Date.UTC(2100, 0, 1)));
      const cluster = await startCluster({ accounts: ACCOUNTS, tls });
      const login = (jwt: string) =>
        ask("login", { event: "post-json", path: "auth/kubernetes/login", body: { role: "app", jwt }, token: "" });
      const write = (path: string, body: Fields) => ask("login", { event: "post-json", path, body });
      try {
        await ask("system", { event: "post-json", path: "sys/auth/kubernetes", body: { type: "kubernetes" } });
        const config = { kubernetes_host: cluster.url, kubernetes_ca_cert: tls.cert };
        expect((await write("auth/kubernetes/config", config)).status).toBe(204);
        const role = {
          bound_service_account_names: "g-app",
          bound_service_account_namespaces: "g-prod",
          bound_service_account_namespace_selector: "matchLabels:\n  env: prod\n",
          audience: "vault",
        };
        expect((await write("auth/kubernetes/role/app", role)).status).toBe(204);
        const claims = { aud: ["vault"], "kubernetes.io": { namespace: "g-prod", serviceaccount: G_APP } };
        const answer = await login(unsigned(claims));

        expect([answer.status, objectOf(objectOf(answer.body["auth"])["metadata"])["service_account_name"]]).toEqual([
          200,
          "g-app",
        ]);
        expect((await login(unsigned({ ...claims, aud: ["other"] }))).status).toBe(403);
      } finally {
        await cluster.close();
      }
    });

    it("begins a login with a browser in one process and ends it in another, once", async () => {
      const provider = await startOidcProvider(systemClock);
      const write = (path: string, body: Fields) => ask("login", { event: "post-json", path, body });
      const other = await startFunction(built.deployment.entryOf("login"), built.deployment.environmentOf("login"));
      try {
        await ask("system", { event: "post-json", path: "sys/auth/oidc", body: { type: "oidc" } });
        const config = {
          oidc_discovery_url: provider.url,
          oidc_client_id: "g-client",
          oidc_client_secret: "g-client-secret",
        };
        expect((await write("auth/oidc/config", config)).status).toBe(204);
        const redirect_uri = "https://app.example.com/cb";
        const role = { user_claim: "sub", allowed_redirect_uris: [redirect_uri], groups_claim: "groups" };
        expect((await write("auth/oidc/role/web", role)).status).toBe(204);
        const begun = await write("auth/oidc/oidc/auth_url", { role: "web", redirect_uri });
        const visited = await fetch(`${begun.data["auth_url"]}&login=alice`, { redirect: "manual" });
        const { state, code } = objectOf(await visited.json());
        const path = `auth/oidc/oidc/callback?state=${state}&code=${code}`;
        const end = async () => answerOf((await other.invoke(eventOf({ path, token: "" }))).result);

        expect(objectOf(objectOf((await end()).body["auth"])["metadata"])).toEqual({ role: "web" });
        expect((await end()).status).toBe(400);
      } finally {
        await other.stop();
        await provider.close();
      }
    });
  });
};
