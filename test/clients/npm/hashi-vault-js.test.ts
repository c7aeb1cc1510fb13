import { describe, expect, it } from "@jest/globals";
import Vault from "hashi-vault-js";
import { localServer, text } from "./local-server.ts";

/**
 * `hashi-vault-js` from npm, unpatched. It sends an empty `X-Vault-Namespace` with every call, lists with the LIST
 * verb, and gives up after a second.
 */

const server = localServer();
const vault = (): Vault => new Vault({ baseUrl: `${server.url}/v1`, timeout: 60_000 });
const status = (code: number) => ({ isVaultError: true, response: { status: code } });

describe("hashi-vault-js: the server's state", () => {
  it("reads health, seal status and capabilities", async () => {
    const { rootToken } = server;
    expect(await vault().healthCheck()).toMatchObject({ initialized: true, sealed: false });
    expect(await vault().sealStatus()).toMatchObject({ sealed: false });
    expect(await vault().sysCapabilitiesSelf(rootToken, ["secret/data/a"])).toMatchObject({ capabilities: ["root"] });
    const token = text(await vault().createToken(rootToken, { policies: "default" }), "client_token");
    expect(await vault().sysCapabilities(rootToken, token, ["secret/data/a"])).toMatchObject({
      capabilities: ["deny"],
    });
  });
});

describe("hashi-vault-js: KV v2", () => {
  it("takes a secret through its whole life", async () => {
    const { rootToken: token } = server;
    const client = vault();
    expect(await client.createKVSecret(token, "team/db", { password: "one" })).toMatchObject({ version: 1 });
    await expect(client.createKVSecret(token, "team/db", { password: "x" })).rejects.toMatchObject(status(400));
    expect(await client.updateKVSecret(token, "team/db", { password: "two" }, 1)).toMatchObject({ version: 2 });
    expect(await client.readKVSecret(token, "team/db")).toMatchObject({ data: { password: "two" } });
    expect(await client.readKVSecret(token, "team/db", 1)).toMatchObject({ data: { password: "one" } });
    expect(await client.listKVSecrets(token, "team")).toEqual({ keys: ["db"] });
    expect(await client.listKVSecrets(token)).toEqual({ keys: ["team/"] });
    await client.deleteLatestVerKVSecret(token, "team/db");
    await expect(client.readKVSecret(token, "team/db")).rejects.toMatchObject(status(404));
    await client.undeleteVersionsKVSecret(token, "team/db", [2]);
    await client.deleteVersionsKVSecret(token, "team/db", [1]);
    await client.destroyVersionsKVSecret(token, "team/db", [1]);
    expect(await client.readKVSecretMeta(token, "team/db")).toMatchObject({
      current_version: 2,
      versions: { "1": { destroyed: true }, "2": { destroyed: false } },
    });
    await client.eliminateKVSecret(token, "team/db");
    await expect(client.listKVSecrets(token, "team")).rejects.toMatchObject(status(404));
  });

  it("configures the store", async () => {
    const { rootToken: token } = server;
    await vault().updateKVEngineConfig(token, { max_versions: 4, cas_required: false });
    expect(await vault().readKVEngineConfig(token)).toMatchObject({ max_versions: 4, cas_required: false });
  });
});

describe("hashi-vault-js: tokens", () => {
  it("creates, looks up, renews and revokes", async () => {
    const { rootToken } = server;
    const made = await vault().createToken(rootToken, { policies: "default", ttl: "1h", meta: { team: "a" } });
    const token = text(made, "client_token");
    const accessor = text(made, "accessor");
    expect(await vault().lookupToken(rootToken, token)).toMatchObject({ accessor, meta: { team: "a" } });
    expect(await vault().lookupSelfToken(token)).toMatchObject({ id: token, type: "service" });
    expect(await vault().lookupAccessor(rootToken, accessor)).toMatchObject({ accessor, id: "" });
    expect(await vault().listAccessors(rootToken)).toMatchObject({ keys: expect.arrayContaining([accessor]) });
    expect(await vault().renewToken(rootToken, token, "30m")).toMatchObject({ client_token: token });
    expect(await vault().renewSelfToken(token, "30m")).toMatchObject({ lease_duration: 1800 });
    expect(await vault().renewAccessor(rootToken, accessor, "20m")).toMatchObject({ lease_duration: 1200 });
    await vault().revokeAccessor(rootToken, accessor);
    await expect(vault().lookupSelfToken(token)).rejects.toMatchObject(status(403));
    const second = text(await vault().createToken(rootToken, {}), "client_token");
    await vault().revokeSelfToken(second);
    const third = text(await vault().createToken(rootToken, {}), "client_token");
    await vault().revokeToken(rootToken, third);
    await expect(vault().lookupToken(rootToken, third)).rejects.toMatchObject(status(403));
  });
});

/** The client has no call that enables a method or makes a role. */
const post = async (path: string, body: object): Promise<Response> =>
  fetch(`${server.url}/v1/${path}`, {
    method: "POST",
    headers: { "x-vault-token": server.rootToken, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

describe("hashi-vault-js: logins", () => {
  it("logs in with AppRole, and reads and destroys secret ids", async () => {
    const { rootToken } = server;
    await post("sys/auth/approle", { type: "approle" });
    await post("auth/approle/role/web", { token_policies: ["default"] });
    await post("auth/approle/role/web/role-id", { role_id: "the-web" });
    const secret = text(await vault().generateAppRoleSecretId(rootToken, "web", '{"from":"ci"}'), "secret_id");
    expect(await vault().readAppRoleSecretId(rootToken, "web", secret)).toMatchObject({ metadata: { from: "ci" } });
    expect(await vault().loginWithAppRole("the-web", secret)).toMatchObject({ policies: ["default"] });
    await vault().destroyAppRoleSecretId(rootToken, "web", secret);
    await expect(vault().loginWithAppRole("the-web", secret)).rejects.toMatchObject(status(400));
  });

  it("keeps userpass users and logs in as one", async () => {
    const { rootToken } = server;
    await post("sys/auth/userpass", { type: "userpass" });
    await vault().createUserpassUser(rootToken, "ann", "first password", ["default"]);
    expect(await vault().readUserpassUser(rootToken, "ann")).toMatchObject({ token_policies: ["default"] });
    expect(await vault().listUserpassUsers(rootToken)).toEqual({ keys: ["ann"] });
    await vault().updateUserpassPassword(rootToken, "ann", "second password");
    await vault().updateUserpassPolicies(rootToken, "ann", ["other"]);
    expect(await vault().loginWithUserpass("ann", "second password")).toMatchObject({ policies: ["default", "other"] });
    await vault().deleteUserpassUser(rootToken, "ann");
    await expect(vault().loginWithUserpass("ann", "second password")).rejects.toMatchObject(status(400));
  });
});
