import { describe, expect, it } from "@jest/globals";
import { Client } from "@litehex/node-vault";
import { localServer } from "./local-server.ts";

/**
 * `@litehex/node-vault` from npm, unpatched. It holds every answer against a strict schema, sends JSON as `text/plain`,
 * and reads only answers whose type is exactly `application/json`.
 */

const server = localServer();
const client = (): Client => new Client({ endpoint: server.url, token: server.rootToken });

/** The data of an answer; the client reports failures as values. */
const ok = async <T>(answer: Promise<{ readonly data?: T; readonly error?: unknown }>): Promise<T> => {
  const { data, error } = await answer;
  if (data === undefined) throw error ?? new Error("neither data nor an error");
  return data;
};

describe("@litehex/node-vault: the server's state", () => {
  it("accepts health, seal status and initialization by its schemas", async () => {
    expect(await ok(client().health())).toMatchObject({ initialized: true, performance_standby: false });
    expect(await ok(client().sealStatus())).toMatchObject({ sealed: false, recovery_seal: true });
    expect(await ok(client().initialized())).toEqual({ initialized: true });
  });

  it("reads audit devices", async () => {
    expect(await ok(client().listDevices())).toMatchObject({ warnings: null });
  });
});

describe("@litehex/node-vault: KV v2", () => {
  const at = (path: string) => ({ mountPath: "secret", path });

  it("takes a secret through its whole life", async () => {
    const { kv2 } = client();
    const written = await ok(kv2.write({ ...at("app/db"), data: { user: "ann", password: "one" } }));
    expect(written.data.version).toBe(1);
    await ok(kv2.patch({ ...at("app/db"), data: { password: "two" }, options: { cas: 1 } }));
    expect((await ok(kv2.read(at("app/db")))).data.data).toEqual({ user: "ann", password: "two" });
    expect((await ok(kv2.subKeys(at("app/db")))).data.subkeys).toEqual({ user: null, password: null });
    expect((await ok(kv2.list(at("app")))).data.keys).toEqual(["db"]);
    expect(await ok(kv2.deleteLatest(at("app/db")))).toBe(true);
    expect(await ok(kv2.undelete({ ...at("app/db"), versions: [2] }))).toBe(true);
    expect(await ok(kv2.delete({ ...at("app/db"), versions: [1] }))).toBe(true);
    expect(await ok(kv2.destroy({ ...at("app/db"), versions: [1] }))).toBe(true);
    const metadata = (await ok(kv2.readMetadata(at("app/db")))).data;
    expect(metadata.versions["1"]?.destroyed).toBe(true);
    expect(await ok(kv2.deleteMetadata(at("app/db")))).toBe(true);
    expect((await kv2.read(at("app/db"))).error).toBeDefined();
  });

  it("reads an older version", async () => {
    const { kv2 } = client();
    // This client spoils a path with a slash when it has a query to add.
    await ok(kv2.write({ ...at("old"), data: { k: "one" } }));
    await ok(kv2.write({ ...at("old"), data: { k: "two" } }));
    expect((await ok(kv2.read({ ...at("old"), version: 1 }))).data.data).toEqual({ k: "one" });
  });

  it("writes and patches metadata", async () => {
    const { kv2 } = client();
    expect(await ok(kv2.writeMetadata({ ...at("meta"), custom_metadata: { owner: "ann" } }))).toBe(true);
    expect(await ok(kv2.patchMetadata({ ...at("meta"), max_versions: 3 }))).toBe(true);
    const { data } = await ok(kv2.readMetadata(at("meta")));
    expect(data).toMatchObject({ custom_metadata: { owner: "ann" }, max_versions: 3 });
  });

  it("configures the store", async () => {
    const { kv2 } = client();
    expect(await ok(kv2.config({ mountPath: "secret", max_versions: 7 }))).toBe(true);
    expect((await ok(kv2.readConfig({ mountPath: "secret" }))).data.max_versions).toBe(7);
  });

  it("reports a failed check-and-set in the server's words", async () => {
    const { kv2 } = client();
    await ok(kv2.write({ ...at("cas"), data: { k: "1" } }));
    const { error } = await kv2.write({ ...at("cas"), data: { k: "2" }, options: { cas: 0 } });
    expect(String(error)).toContain("check-and-set parameter did not match the current version");
  });
});

describe("@litehex/node-vault: mounts", () => {
  it("mounts, inspects, tunes and unmounts a version 1 store", async () => {
    const vault = client();
    expect(await ok(vault.mount({ mountPath: "first", type: "kv", options: { version: "1" } }))).toBe(true);
    expect((await ok(vault.mounts())).data).toHaveProperty("first/");
    expect(await ok(vault.kv.info({ mountPath: "first" }))).toMatchObject({
      type: "kv",
      deprecation_status: "supported",
    });
    expect(await ok(vault.engineInfo({ mountPath: "first" }))).toMatchObject({ type: "kv" });
    expect(await ok(vault.tune({ mountPath: "first" }))).toMatchObject({ max_lease_ttl: 2764800 });
    const at = { mountPath: "first", path: "a" };
    expect(await ok(vault.kv.write({ ...at, data: { k: "v" } }))).toBe(true);
    expect((await ok(vault.kv.read(at))).data).toEqual({ k: "v" });
    expect((await ok(vault.list({ path: "first" })))["data"]).toEqual({ keys: ["a"] });
    expect(await ok(vault.kv.delete(at))).toBe(true);
    expect(await ok(vault.unmount({ mountPath: "first" }))).toBe(true);
    expect((await ok(vault.mounts())).data).not.toHaveProperty("first/");
  });
});

describe("@litehex/node-vault: any path", () => {
  it("creates a token, wraps an answer and unwraps it", async () => {
    const vault = client();
    const made = await ok(vault.write({ path: "auth/token/create", data: { policies: ["default"], ttl: "1h" } }));
    expect(made).toMatchObject({ auth: { token_policies: ["default"], lease_duration: 3600 } });
    await ok(vault.write({ path: "secret/data/wrapped", data: { data: { k: "v" } } }));
    const answer = await ok(vault.read({ path: "secret/data/wrapped" }, { headers: { "X-Vault-Wrap-TTL": "60" } }));
    const receiver = new Client({ endpoint: server.url, token: answer["wrap_info"].token });
    const unwrapped = await ok(receiver.write({ path: "sys/wrapping/unwrap", data: {} }));
    expect(unwrapped).toMatchObject({ data: { data: { k: "v" } } });
  });

  it("writes and reads a policy", async () => {
    const vault = client();
    const policy = 'path "secret/*" { capabilities = ["read"] }';
    expect(await ok(vault.write({ path: "sys/policies/acl/readers", data: { policy } }))).toBe(true);
    expect(await ok(vault.read({ path: "sys/policies/acl/readers" }))).toMatchObject({
      data: { name: "readers", policy },
    });
    expect(await ok(vault.delete({ path: "sys/policies/acl/readers" }))).toBe(true);
  });
});
