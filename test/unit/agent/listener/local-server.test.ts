import { IAMClient, ListUsersCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import vaultClient from "node-vault";
import type { AgentConfig } from "../../../../src/agent/config/model.ts";
import { startListeners } from "../../../../src/agent/listener/index.ts";
import { createClient } from "../../../../src/client/index.ts";
import { type LocalServer, startLocalServer } from "../../../../src/local/server/index.ts";
import { createTokens, createWorld } from "../support/world.ts";
import { type Ask, ask, configOf, listenerConfig } from "./world.ts";

/** The listener in front of the local server: what they say to each other is the API itself. */

let server: LocalServer;
let own = "";
let stop = async (): Promise<void> => undefined;
let address = "";
const around = createWorld();
const tokens = createTokens();
const cache = { useAutoAuthToken: false as const, staticSecrets: true };

const atServer = (path: string, method = "GET", body?: unknown, token = server.rootToken) =>
  ask(server.url, `/v1/${path}`, {
    method,
    headers: { "x-vault-token": token },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const through = (path: string, how: Ask = {}) => ask(address, `/v1/${path}`, how);
const put = (body: unknown): Ask => ({ method: "PUT", body: JSON.stringify(body) });
const as = (token: string, how: Ask = {}): Ask => ({ ...how, headers: { "x-vault-token": token } });
const tokenIn = ({ json }: Awaited<ReturnType<typeof ask>>): string => String(json.auth?.["client_token"]);

const READ_ALL = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" }],
});

/** Users of the embedded AWS whom the engine made. */
const users = async (): Promise<readonly string[]> => {
  const [account] = server.embedded?.accounts ?? [];
  if (!server.embedded || !account) throw new Error("the local server has no AWS");
  const { region, requestHandler } = server.embedded;
  const iam = new IAMClient({ region, credentials: account, requestHandler: { ...requestHandler } });
  const { Users = [] } = await iam.send(new ListUsersCommand({}));
  iam.destroy();
  return Users.map(({ UserName = "" }) => UserName).filter((name) => name.startsWith("vault-"));
};

beforeAll(async () => {
  server = await startLocalServer();
  const policy = 'path "secret/*" { capabilities = ["create", "read", "update", "delete", "list"] }';
  const more = 'path "auth/token/*" { capabilities = ["update"] }';
  const leases = 'path "aws/creds/*" { capabilities = ["read"] } path "sys/leases/*" { capabilities = ["update"] }';
  await atServer("sys/policies/acl/app", "PUT", { policy: `${policy}\n${more}\n${leases}` });
  await atServer("secret/data/app", "PUT", { data: { pass: "first" } });
  await atServer("sys/auth/userpass", "PUT", { type: "userpass" });
  await atServer("auth/userpass/users/ann", "PUT", { password: "ann's own", token_policies: "app", token_ttl: "1h" });
  own = tokenIn(await atServer("auth/token/create", "PUT", { policies: ["app"], ttl: "1h" }));
  tokens.give(own);
  const client = createClient({ address: server.url });
  const config: AgentConfig = configOf(server.url, {
    apiProxy: { useAutoAuthToken: true },
    cache,
    listeners: [listenerConfig()],
  });
  const listeners = await startListeners({ config, client, tokens, surroundings: around.surroundings });
  [address = ""] = listeners.addresses;
  stop = async () => {
    await listeners.stop();
    client.close();
  };
});

afterAll(async () => {
  await stop();
  await server.close();
});

describe("through the agent", () => {
  it("a client without a token reads, writes and lists, also with the verb LIST", async () => {
    const client = vaultClient({ endpoint: address, token: "" });
    await client.write("secret/data/made", { data: { by: "node-vault" } });
    expect((await client.read("secret/data/made")).data.data).toEqual({ by: "node-vault" });
    expect((await client.list("secret/metadata")).data.keys).toEqual(["app", "made"]);
  });

  it("the agent's token is used and not told", async () => {
    const looked = await through("auth/token/lookup-self");
    expect([looked.status, looked.json.data?.["policies"]]).toEqual([200, ["app", "default"]]);
    expect(looked.text).not.toContain(own);
    const renewed = await through("auth/token/renew-self", put({}));
    expect([renewed.status, renewed.json.auth?.["client_token"], renewed.json.auth?.["renewable"]]).toEqual([
      200,
      "",
      true,
    ]);
  });

  it("a login is kept and renewed; its revocation ends it, with its children", async () => {
    const login = put({ password: "ann's own" });
    const first = await through("auth/userpass/login/ann", login);
    const again = await through("auth/userpass/login/ann", login);
    expect([first.headers["x-cache"], again.headers["x-cache"], again.headers["age"]]).toEqual(["MISS", "HIT", "0"]);
    const ann = tokenIn(first);
    expect(tokenIn(again)).toBe(ann);
    const child = tokenIn(await through("auth/token/create", as(ann, put({ ttl: "30m" }))));
    expect(tokenIn(await through("auth/token/create", as(ann, put({ ttl: "30m" }))))).toBe(child);
    const wrong = await through("auth/userpass/login/ann", put({ password: "another" }));
    expect([wrong.status, wrong.headers["x-cache"]]).toEqual([400, undefined]);
    expect((await through("auth/token/revoke", put({ token: ann }))).status).toBe(204);
    expect((await through("secret/data/app", as(child))).status).toBe(403);
    const next = await through("auth/userpass/login/ann", login);
    expect(next.headers["x-cache"]).toBe("MISS");
    expect(tokenIn(next)).not.toBe(ann);
  });

  it("a lease of a real engine is kept and renewed; its revocation through the agent ends it here and there", async () => {
    await atServer("sys/mounts/aws", "PUT", { type: "aws" });
    await atServer("aws/config/lease", "PUT", { lease: "1h", lease_max: "24h" });
    await atServer("aws/roles/app", "PUT", { credential_type: "iam_user", policy_document: READ_ALL });
    const first = await through("aws/creds/app");
    const again = await through("aws/creds/app");
    const lease = first.json.lease_id ?? "";
    /** When it was renewed after that moment: `null` is before all. */
    const renewedAfter = async (moment: unknown): Promise<unknown> => {
      for (let tries = 0; tries < 200; tries += 1) {
        const { json } = await atServer("sys/leases/lookup", "PUT", { lease_id: lease });
        if (json.data?.["last_renewal"] !== moment) return json.data?.["last_renewal"];
      }
      throw new Error("it was not renewed");
    };
    expect([first.headers["x-cache"], again.headers["x-cache"]]).toEqual(["MISS", "HIT"]);
    expect([again.json.lease_id, again.json.data]).toEqual([lease, first.json.data]);
    expect(await users()).toHaveLength(1);

    const atOnce = await renewedAfter(null);
    await around.pass(50 * 60_000);
    expect(await renewedAfter(atOnce)).toMatch(/^20\d\d-/);
    expect((await through("aws/creds/app")).json.data).toEqual(first.json.data);

    expect((await through("sys/leases/revoke", put({ lease_id: lease }))).status).toBe(204);
    expect(await users()).toEqual([]);
    const other = await through("aws/creds/app");
    expect(other.headers["x-cache"]).toBe("MISS");
    expect(other.json.data?.["access_key"]).not.toBe(first.json.data?.["access_key"]);
  });

  it("what is wrapped is opened once", async () => {
    const wrapped = await through("secret/data/app", { headers: { "x-vault-wrap-ttl": "60" } });
    const { token } = JSON.parse(wrapped.text).wrap_info;
    expect((await through("sys/wrapping/unwrap", as(token, put({})))).status).toBe(200);
    expect((await through("sys/wrapping/unwrap", as(token, put({})))).status).toBe(400);
  });

  it("a secret is kept, for each token alone, and a write ends it", async () => {
    const other = tokenIn(await atServer("auth/token/create", "PUT", { policies: ["app"] }));
    const stranger = tokenIn(await atServer("auth/token/create", "PUT", { policies: ["default"] }));
    await through("secret/data/app");
    expect((await through("secret/data/app")).headers["x-cache"]).toBe("HIT");
    expect((await through("secret/data/app", as(other))).headers["x-cache"]).toBe("MISS");
    expect((await through("secret/data/app", as(stranger))).status).toBe(403);
    await through("secret/data/app", put({ data: { pass: "second" } }));
    const changed = await through("secret/data/app");
    expect([changed.headers["x-cache"], changed.json.data?.["data"]]).toEqual(["MISS", { pass: "second" }]);
  });

  it("it is still given when the server is gone, to whom it was given before", async () => {
    await through("secret/data/app");
    await around.pass(10 * 60_000);
    await server.close();
    const stale = await through("secret/data/app");
    expect([stale.status, stale.json.data?.["data"]]).toEqual([200, { pass: "second" }]);
    expect(stale.headers).toMatchObject({ "x-cache": "HIT", "x-zeroth-stale": "true" });
    expect(Number(stale.headers["age"])).toBeGreaterThanOrEqual(600);
    expect((await through("secret/data/app", as("hvs.unknown"))).status).toBe(500);
  });
});
