import { beforeAll, describe, expect, it } from "@jest/globals";
import { Client } from "@litehex/node-vault";
import nodeVault from "node-vault";
import { localServer, text } from "./local-server.ts";

/** `node-vault` and `@litehex/node-vault` from npm, unpatched: their commands for `transit`, and others by path. */

const server = localServer();
const root = (): nodeVault.client => nodeVault({ endpoint: server.url, token: server.rootToken });
const PLAINTEXT = Buffer.from("a message").toString("base64");

beforeAll(async () => {
  for (const type of ["transit", "pki", "totp"]) await root().mount({ mount_point: type, type });
});

describe("node-vault: transit", () => {
  it("makes, reads, lists and deletes keys", async () => {
    await root().transitCreateKey({ name: "app", type: "aes256-gcm96" });
    const { data } = await root().transitReadKey({ name: "app" });
    expect(data).toMatchObject({ name: "app", type: "aes256-gcm96", latest_version: 1 });
    expect((await root().transitListKeys()).data.keys).toEqual(["app"]);
    await expect(root().transitDeleteKey({ name: "app" })).rejects.toThrow("deletion is not allowed for this key");
    await root().write("transit/keys/app/config", { deletion_allowed: true });
    await root().transitDeleteKey({ name: "app" });
    await expect(root().transitListKeys()).rejects.toThrow("404");
  });

  it("encrypts, rewraps and decrypts", async () => {
    await root().transitCreateKey({ name: "data" });
    const first = await root().encryptData({ name: "data", plaintext: PLAINTEXT });
    await root().write("transit/keys/data/rotate", {});
    const second = await root()["rewrapData"]({ name: "data", ciphertext: first.data.ciphertext });
    expect(second.data.ciphertext).toMatch(/^vault:v2:/);
    for (const { data } of [first, second]) {
      const opened = await root().decryptData({ name: "data", ciphertext: data.ciphertext });
      expect(opened.data.plaintext).toBe(PLAINTEXT);
    }
  });
});

describe("node-vault: certificates and codes, by path", () => {
  it("issues a certificate", async () => {
    await root().write("pki/root/generate/internal", { common_name: "root", key_type: "ec" });
    await root().write("pki/roles/web", { allowed_domains: "example.com", allow_subdomains: true, key_type: "ec" });
    const { data } = await root().write("pki/issue/web", { common_name: "a.example.com", ttl: "10m" });
    expect(text(data, "certificate")).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect((await root().list("pki/certs")).data.keys).toContain(text(data, "serial_number"));
  });

  it("tells a code that is right once", async () => {
    await root().write("totp/keys/app", { key: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" });
    const { data } = await root().read("totp/code/app");
    expect((await root().write("totp/code/app", { code: text(data, "code") })).data).toEqual({ valid: true });
    await expect(root().write("totp/code/app", { code: text(data, "code") })).rejects.toThrow("code already used");
  });
});

describe("@litehex/node-vault: transit, by its strict schemas", () => {
  it("makes a key, encrypts and decrypts with it, and deletes it", async () => {
    const { transit } = new Client({ endpoint: server.url, token: server.rootToken });
    const ok = async <T>(answer: Promise<{ readonly data?: T; readonly error?: unknown }>): Promise<T> => {
      const { data, error } = await answer;
      if (data === undefined) throw error ?? new Error("neither data nor an error");
      return data;
    };
    const key = { mountPath: "transit", name: "strict" };
    expect((await ok(transit.createKey({ ...key, type: "chacha20-poly1305" }))).data.name).toBe("strict");
    const { data } = await ok(transit.encrypt({ ...key, plaintext: PLAINTEXT }));
    const opened = await ok(transit.decrypt({ ...key, ciphertext: data.ciphertext ?? "" }));
    expect(opened.data.plaintext).toBe(PLAINTEXT);
    expect((await ok(transit.listKeys({ mountPath: "transit" }))).data.keys).toContain("strict");
    await ok(transit.updateKey({ ...key, deletion_allowed: true }));
    expect(await ok(transit.deleteKey(key))).toBe(true);
  });
});
