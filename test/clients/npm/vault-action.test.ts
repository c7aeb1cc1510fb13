import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { systemClock } from "../../../src/std/time.ts";
import { type OidcProvider, startOidcProvider } from "../../support/oidc-provider.ts";
import { localServer } from "./local-server.ts";

/**
 * What hashicorp/vault-action 3.4.0 sends with `method: jwt`: the same headers in the same order, the empty namespace
 * among them, and the same bodies. Source: a run of its `dist/index.js` against this server, seen through a proxy; its
 * `src/auth.js`, `src/action.js` and `src/secrets.js`.
 */

const server = localServer();
let provider: OidcProvider;
beforeAll(async () => {
  provider = await startOidcProvider(systemClock);
});
afterAll(() => provider.close());

interface Heard {
  readonly status: number;
  readonly body: {
    readonly auth?: { readonly client_token: string; readonly metadata: object };
    readonly data?: object;
  };
  readonly text: string;
}

const send = (method: string, path: string, headers: readonly string[], body = ""): Promise<Heard> =>
  new Promise((resolve, reject) => {
    const url = new URL(path, server.url);
    const all = [...headers, "accept-encoding", "gzip, deflate, br", "Host", url.host, "Connection", "keep-alive"];
    const sent = request(url, { method, headers: all }, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(Buffer.from(chunk));
      const text = Buffer.concat(chunks).toString("utf8");
      resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text), text });
    });
    sent.on("error", reject);
    sent.end(body);
  });

const AGENT = ["user-agent", "got (https://github.com/sindresorhus/got)", "x-vault-namespace", ""];
const logIn = (role: string, jwt: string): Promise<Heard> => {
  const body = JSON.stringify({ jwt, role });
  const json = ["accept", "application/json", "content-type", "application/json"];
  return send("POST", "/v1/auth/jwt/login", [...AGENT, ...json, "content-length", `${body.length}`], body);
};

const write = async (path: string, body: object): Promise<void> => {
  const headers = { "x-vault-token": server.rootToken };
  const answer = await fetch(`${server.url}/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
};

describe("vault-action: a workflow's token", () => {
  it("becomes a token, which reads the secrets that the workflow names", async () => {
    await write("sys/auth/jwt", { type: "jwt" });
    await write("auth/jwt/config", { oidc_discovery_url: provider.url, bound_issuer: provider.url });
    await write("sys/policies/acl/ci", { policy: 'path "secret/data/ci" { capabilities = ["read"] }' });
    await write("secret/data/ci", { data: { password: "a secret" } });
    await write("auth/jwt/role/ci", {
      role_type: "jwt",
      user_claim: "repository",
      bound_audiences: "https://vault.example",
      bound_claims: { repository: "octo-org/octo-repo", ref: "refs/heads/main" },
      claim_mappings: { actor: "actor" },
      token_policies: "ci",
    });
    const claims = {
      aud: "https://vault.example",
      sub: "repo:octo-org/octo-repo:ref:refs/heads/main",
      repository: "octo-org/octo-repo",
      ref: "refs/heads/main",
      actor: "ann",
    };

    const login = await logIn("ci", await provider.idToken("workflow", claims));
    expect([login.status, login.body.auth?.metadata]).toEqual([200, { actor: "ann", role: "ci" }]);
    const token = ["x-vault-token", login.body.auth?.client_token ?? ""];
    const secret = await send("GET", "/v1/secret/data/ci", [...AGENT, ...token]);
    expect(secret.body.data).toMatchObject({ data: { password: "a secret" } });

    const branch = await logIn("ci", await provider.idToken("workflow", { ...claims, ref: "refs/heads/other" }));
    expect([branch.status, branch.body.auth]).toEqual([400, undefined]);
    const role = await logIn("none", await provider.idToken("workflow", claims));
    expect([role.status, role.text]).toEqual([400, '{"errors":["role \\"none\\" could not be found"]}\n']);
  });
});
