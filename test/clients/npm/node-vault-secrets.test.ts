import { describe, expect, it } from "@jest/globals";
import nodeVault from "node-vault";
import { localServer } from "./local-server.ts";

/** `node-vault` from npm, unpatched: secrets, mounts, policies and wrapping. It lists with the LIST verb. */

const server = localServer();
const root = (): nodeVault.client => nodeVault({ endpoint: server.url, token: server.rootToken });

describe("node-vault: the server's state", () => {
  it("reads health, seal status and initialization", async () => {
    const vault = root();
    expect(await vault.health()).toMatchObject({ initialized: true, sealed: false, standby: false });
    expect(await vault.status()).toMatchObject({ sealed: false, type: expect.any(String) });
    expect(await vault.initialized()).toEqual({ initialized: true });
    expect(await vault["leader"]()).toMatchObject({ ha_enabled: expect.any(Boolean) });
  });

  it("reads the help of a path", async () => {
    expect(await root().help("secret/data/x")).toMatchObject({ help: expect.any(String) });
  });
});

describe("node-vault: KV v2", () => {
  it("writes, reads, updates, lists, deletes and destroys a secret", async () => {
    const vault = root();
    const written = await vault.write("secret/data/app/db", { data: { user: "ann", password: "one" } });
    expect(written.data.version).toBe(1);
    await vault.update("secret/data/app/db", { data: { password: "two" }, options: { cas: 1 } });
    const read = await vault.read("secret/data/app/db");
    expect(read.data.data).toEqual({ user: "ann", password: "two" });
    expect((await vault.list("secret/metadata")).data.keys).toContain("app/");
    expect((await vault.list("secret/metadata/app")).data.keys).toEqual(["db"]);
    await vault["destroySecretVersions"]({ path: "app/db", versions: [1] });
    const metadata = await vault.read("secret/metadata/app/db");
    expect(metadata.data.versions["1"].destroyed).toBe(true);
    await vault.delete("secret/metadata/app/db");
    await expect(vault.read("secret/data/app/db")).rejects.toMatchObject({ response: { statusCode: 404 } });
  });

  it("lists without the LIST verb when told to", async () => {
    const vault = nodeVault({ endpoint: server.url, token: server.rootToken, noCustomHTTPVerbs: true });
    await vault.write("secret/data/plain/a", { data: { k: "v" } });
    expect((await vault.list("secret/metadata/plain")).data.keys).toEqual(["a"]);
  });

  it("shows the server's own words when check-and-set fails", async () => {
    const vault = root();
    await vault.write("secret/data/cas", { data: { k: "1" } });
    await expect(vault.write("secret/data/cas", { data: { k: "2" }, options: { cas: 0 } })).rejects.toThrow(
      "check-and-set parameter did not match the current version",
    );
  });

  it("keeps unicode, spaces and an @ in a key", async () => {
    const vault = root();
    const path = `secret/data/${encodeURIComponent("clé @ home")}`;
    await vault.write(path, { data: { k: "ü" } });
    expect((await vault.read(path)).data.data.k).toBe("ü");
    expect((await vault.list("secret/metadata")).data.keys).toContain("clé @ home");
  });
});

describe("node-vault: mounts", () => {
  it("mounts, moves, tunes and unmounts a version 1 store", async () => {
    const vault = root();
    await vault.mount({ mount_point: "first", type: "kv", description: "old style" });
    expect((await vault.mounts())["first/"]).toMatchObject({ type: "kv", description: "old style" });
    await vault.write("first/a/b", { k: "v" });
    expect(await vault.read("first/a/b")).toMatchObject({ data: { k: "v" }, lease_duration: 2764800 });
    expect((await vault.list("first")).data.keys).toEqual(["a/"]);
    await vault.write("sys/mounts/first/tune", { default_lease_ttl: "1h" });
    expect((await vault.read("sys/mounts/first/tune")).data.default_lease_ttl).toBe(3600);
    await vault.remount({ from: "first", to: "second" });
    expect((await vault.read("second/a/b")).data).toEqual({ k: "v" });
    await vault.unmount({ mount_point: "second" });
    expect(await vault.mounts()).not.toHaveProperty("second/");
  });
});

describe("node-vault: policies", () => {
  it("adds, reads, lists and removes one through the older path", async () => {
    const vault = root();
    const rules = 'path "secret/data/app/*" { capabilities = ["read"] }';
    await vault.addPolicy({ name: "readers", rules });
    expect(await vault.getPolicy({ name: "readers" })).toMatchObject({ name: "readers", rules });
    expect((await vault.policies()).policies).toContain("readers");
    await vault.removePolicy({ name: "readers" });
    expect((await vault.policies()).policies).not.toContain("readers");
  });
});

describe("node-vault: wrapping", () => {
  it("unwraps an answer once", async () => {
    const vault = root();
    await vault.write("secret/data/wrapped", { data: { k: "v" } });
    const options = { headers: { "X-Vault-Wrap-TTL": "60" } };
    const { wrap_info: wrapped } = await vault.read("secret/data/wrapped", options);
    const receiver = nodeVault({ endpoint: server.url, token: wrapped.token });
    expect((await receiver.unwrap()).data.data).toEqual({ k: "v" });
    await expect(receiver.unwrap()).rejects.toThrow(/wrapping token is not valid/);
    const again = await vault.read("secret/data/wrapped", options);
    expect((await vault.unwrap({ token: again.wrap_info.token })).data.data).toEqual({ k: "v" });
  });
});

describe("node-vault: audit devices", () => {
  it("lists them", async () => {
    expect(await root().audits()).toMatchObject({ data: expect.any(Object) });
  });
});
