import { describe, expect, it } from "@jest/globals";
import nodeVault from "node-vault";
import { localServer } from "./local-server.ts";

/** `node-vault` from npm, unpatched: tokens, their roles, and the methods one logs in with. */

const server = localServer();
/** A fresh client each time: a token this client creates or renews becomes its own. */
const client = (token: string): nodeVault.client => nodeVault({ endpoint: server.url, token });
const root = (): nodeVault.client => client(server.rootToken);

describe("node-vault: tokens", () => {
  it("creates one, looks it up, renews and revokes it", async () => {
    const made = await root().tokenCreate({ policies: ["default"], ttl: "1h", meta: { team: "a" } });
    const token = made.auth.client_token;
    expect((await root().tokenLookup({ token })).data).toMatchObject({ policies: ["default"], meta: { team: "a" } });
    const self = client(token);
    expect((await self.tokenLookupSelf()).data.ttl).toBeGreaterThan(3590);
    expect((await self.tokenRenewSelf({ increment: 1800 })).auth.lease_duration).toBeGreaterThan(1700);
    expect((await root().tokenRenew({ token, increment: "2h" })).auth.client_token).toBe(token);
    await root().tokenRevoke({ token });
    await expect(self.tokenLookupSelf()).rejects.toMatchObject({ response: { statusCode: 403 } });
  });

  it("works with accessors", async () => {
    const made = await root().tokenCreate({ policies: ["default"] });
    const { accessor } = made.auth;
    expect((await root().tokenAccessors()).data.keys).toContain(accessor);
    expect((await root().tokenLookupAccessor({ accessor })).data).toMatchObject({ accessor, id: "" });
    await root().tokenRevokeAccessor({ accessor });
    expect((await root().tokenAccessors()).data.keys).not.toContain(accessor);
  });

  it("creates orphans, and keeps the children of a token revoked as an orphan", async () => {
    const orphan = await root().tokenCreateOrphan({ policies: ["default"] });
    expect((await root().tokenLookup({ token: orphan.auth.client_token })).data.orphan).toBe(true);
    const parent = (await root().tokenCreate({ policies: ["root"], ttl: "1h" })).auth.client_token;
    const child = (await client(parent).tokenCreate({ policies: ["default"] })).auth.client_token;
    await root().tokenRevokeOrphan({ token: parent });
    expect((await root().tokenLookup({ token: child })).data.orphan).toBe(true);
  });

  it("revokes itself", async () => {
    const token = (await root().tokenCreate({ policies: ["default"] })).auth.client_token;
    await client(token).tokenRevokeSelf();
    await expect(client(token).tokenLookupSelf()).rejects.toThrow("permission denied");
  });

  it("renews by itself", async () => {
    const made = await root().tokenCreate({ policies: ["default"], ttl: "1h" });
    const self = client(made.auth.client_token);
    const renewed = new Promise<nodeVault.Option>((resolve, reject) => {
      self.once("token:renewed", resolve);
      self.once("token:error:renew", reject);
    });
    await self.startTokenRenewal({ ttl: 1 });
    expect((await renewed)["auth"].renewable).toBe(true);
    self.stopAllRenewals();
  });

  it("keeps token roles", async () => {
    await root().addTokenRole({ role_name: "ci", allowed_policies: "default", renewable: false });
    expect((await root().getTokenRole({ role_name: "ci" })).data).toMatchObject({ name: "ci", renewable: false });
    expect((await root().tokenRoles()).data.keys).toContain("ci");
    expect((await root()["tokenCreateRole"]({ role_name: "ci" })).auth.renewable).toBe(false);
    await root().removeTokenRole({ role_name: "ci" });
    await expect(root().getTokenRole({ role_name: "ci" })).rejects.toMatchObject({ response: { statusCode: 404 } });
  });
});

describe("node-vault: AppRole", () => {
  it("makes a role, logs in with it and lets go of its secret ids", async () => {
    const vault = root();
    await vault.enableAuth({ mount_point: "approle", type: "approle" });
    expect(await vault.auths()).toHaveProperty("approle/");
    await vault.addApproleRole({ role_name: "web", policies: "default", token_ttl: 1200 });
    expect((await vault.getApproleRole({ role_name: "web" })).data.token_ttl).toBe(1200);
    expect((await vault.approleRoles()).data.keys).toEqual(["web"]);
    await vault.updateApproleRoleId({ role_name: "web", role_id: "the-web" });
    const { role_id } = (await vault.getApproleRoleId({ role_name: "web" })).data;
    expect(role_id).toBe("the-web");
    const secret = (await vault.getApproleRoleSecret({ role_name: "web", metadata: '{"from":"ci"}' })).data;
    const { secret_id, secret_id_accessor } = secret;
    expect((await vault.approleSecretAccessors({ role_name: "web" })).data.keys).toEqual([secret_id_accessor]);
    expect((await vault.approleSecretLookup({ role_name: "web", secret_id })).data.metadata).toEqual({ from: "ci" });
    const byAccessor = await vault.approleSecretAccessorLookup({ role_name: "web", secret_id_accessor });
    expect(byAccessor.data.secret_id_accessor).toBe(secret_id_accessor);
    const guest = client("");
    const login = await guest.approleLogin({ role_id, secret_id });
    expect(login.auth).toMatchObject({ policies: ["default"], metadata: { role_name: "web" }, lease_duration: 1200 });
    expect((await guest.tokenLookupSelf()).data.path).toBe("auth/approle/login");
    await vault.approleSecretAccessorDestroy({ role_name: "web", secret_id_accessor });
    await expect(client("").approleLogin({ role_id, secret_id })).rejects.toThrow("invalid role or secret ID");
    const other = (await vault.getApproleRoleSecret({ role_name: "web" })).data.secret_id;
    await vault.approleSecretDestroy({ role_name: "web", secret_id: other });
    await vault.deleteApproleRole({ role_name: "web" });
    await expect(vault.getApproleRole({ role_name: "web" })).rejects.toMatchObject({ response: { statusCode: 404 } });
    await vault.disableAuth({ mount_point: "approle" });
    expect(await vault.auths()).not.toHaveProperty("approle/");
  });
});

describe("node-vault: userpass", () => {
  it("logs in with a name and a password", async () => {
    const vault = root();
    await vault.enableAuth({ mount_point: "userpass", type: "userpass" });
    await vault.write("auth/userpass/users/ann", { password: "correct horse", token_policies: ["default"] });
    const guest = client("");
    const login = await guest.userpassLogin({ username: "ann", password: "correct horse" });
    expect(login.auth).toMatchObject({ policies: ["default"], metadata: { username: "ann" } });
    expect((await guest.tokenLookupSelf()).data.display_name).toBe("userpass-ann");
    await expect(client("").userpassLogin({ username: "ann", password: "no" })).rejects.toMatchObject({
      response: { statusCode: 400 },
    });
  });
});
