import { createPrivateKey, createPublicKey } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { KEY_TYPES, type KeyType } from "../../../../../src/engines/transit/model.ts";
import { createMount } from "./support/mount.ts";

const mount = createMount();
for (const type of KEY_TYPES.filter((type) => !/3072|4096/.test(type))) {
  const size = type === "hmac" ? { key_size: 40 } : {};
  await mount.make(type, { type, ...size, exportable: true, allow_plaintext_backup: true });
  await mount.make(`closed-${type}`, { type, ...size });
}
await mount.make("derived", { type: "ed25519", derived: true });

const get = async (path: string, data = {}) => (await mount.request("read", path, data)).data.keys["1"] as string;
const from = (text: string): Buffer => Buffer.from(text, "base64");

const PAIRS = ["ed25519", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa-2048"] as const satisfies readonly KeyType[];

describe("an export", () => {
  it.each(PAIRS)("of a key of type %s is the same key in every format", async (type) => {
    const der = createPrivateKey({
      key: from(await get(`export/signing-key/${type}`, { format: "der" })),
      format: "der",
      type: "pkcs8",
    });
    const pem = createPrivateKey(await get(`export/signing-key/${type}`, { format: "pem" }));
    const spki = createPublicKey({
      key: from(await get(`export/public-key/${type}`, { format: "der" })),
      format: "der",
      type: "spki",
    });
    const publicPem = createPublicKey(await get(`export/public-key/${type}`, { format: "pem" }));

    expect(pem.equals(der)).toBe(true);
    expect(spki.equals(createPublicKey(der))).toBe(true);
    expect(publicPem.equals(spki)).toBe(true);
    if (type === "ed25519") {
      const raw = from(await get("export/signing-key/ed25519"));
      const publicRaw = from(await get("export/public-key/ed25519", { format: "raw" }));
      expect(raw.equals(Buffer.concat([der.export({ type: "pkcs8", format: "der" }).subarray(-32), publicRaw]))).toBe(
        true,
      );
      return;
    }
    expect(createPrivateKey(await get(`export/signing-key/${type}`)).equals(der)).toBe(true);
    await expect(get(`export/signing-key/${type}`, { format: "raw" })).rejects.toMatchObject({
      code: "invalid_request",
    });
    await expect(get(`export/public-key/${type}`, { format: "raw" })).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  it("of a secret that is bytes is base64, and nothing else", async () => {
    for (const [type, length] of [
      ["aes128-gcm96", 16],
      ["aes256-gcm96", 32],
      ["xchacha20-poly1305", 32],
    ] as const) {
      expect(from(await get(`export/encryption-key/${type}`))).toHaveLength(length);
      await expect(get(`export/encryption-key/${type}`, { format: "pem" })).rejects.toMatchObject({
        code: "invalid_request",
      });
    }
    expect(from(await get("export/hmac-key/hmac"))).toHaveLength(40);
    expect(from(await get("export/hmac-key/rsa-2048", { format: "raw" }))).toHaveLength(32);
  });

  it("of anything else has Vault's texts", async () => {
    const refusals = [
      ["export/whatever/rsa-2048", "invalid export type: whatever"],
      ["export/encryption-key/ed25519", "encryption not supported for the key"],
      ["export/signing-key/aes256-gcm96", "signing not supported for the key"],
      ["export/public-key/aes256-gcm96", "unknown key type aes256-gcm96 for export type public-key"],
      ["export/certificate-chain/aes256-gcm96", "certificate chain not supported for keys that do not support signing"],
      ["export/certificate-chain/rsa-2048", "selected key version does not have a certificate chain imported"],
      ["export/signing-key/rsa-2048/2", "version does not exist or cannot be found"],
      ["export/signing-key/rsa-2048/v0", "version for export is below minimum decryption version"],
      ["export/signing-key/rsa-2048/first", "invalid key version"],
      ["byok-export/none/rsa-2048", "no such destination key to export to"],
      ["byok-export/rsa-2048/none", "no such source key for export"],
      ["byok-export/ed25519/rsa-2048", "unsupported key type in use; must be a rsa key"],
      ["byok-export/aes256-gcm96/rsa-2048", "message signing not supported for key type aes256-gcm96"],
      ["byok-export/rsa-2048/ed25519/9", "version does not exist or cannot be found"],
    ] as const;
    for (const [path, wire] of refusals) await expect(get(path)).rejects.toMatchObject({ wire });
    await expect(get("export/signing-key/rsa-2048", { format: "jwk" })).rejects.toMatchObject({
      wire: "invalid format: jwk",
    });
    await expect(get("byok-export/rsa-2048/ed25519", { hash: "MD5" })).rejects.toMatchObject({
      wire: "unknown hash function: MD5",
    });
    expect((await mount.request("read", "export/signing-key/none")).status).toBe(404);
  });
});

describe("a key that is not exportable", () => {
  const WAYS = ["encryption-key", "signing-key", "hmac-key"];

  it.each(KEY_TYPES.filter((type) => !/3072|4096/.test(type)))("of type %s leaves by no path", async (type) => {
    const name = `closed-${type}`;
    for (const way of WAYS) {
      await expect(get(`export/${way}/${name}`)).rejects.toMatchObject({
        wire: "private key material is not exportable",
      });
      await expect(get(`export/${way}/${name}/latest`)).rejects.toMatchObject({
        wire: "private key material is not exportable",
      });
    }
    await expect(get(`byok-export/rsa-2048/${name}`)).rejects.toMatchObject({ wire: "key is not exportable" });
    await expect(get(`backup/${name}`)).rejects.toMatchObject({ wire: "exporting is disallowed on the policy" });
    await mount.request("update", `keys/${name}/config`, { allow_plaintext_backup: true });
    await expect(get(`backup/${name}`)).rejects.toMatchObject({ wire: "exporting is disallowed on the policy" });
  });

  it("and is derived does not show its own public key, from which contexts are derived", async () => {
    await expect(get("export/public-key/derived")).rejects.toMatchObject({
      wire: "private key material is not exportable",
    });
    expect((await mount.request("read", "keys/derived")).data.keys["1"].public_key).toBe("");
    const shown = await mount.request("read", "keys/derived", { context: "Y3R4" });
    const own = (await (await mount.key("derived")).version(1))?.publicKey;
    expect(from(shown.data.keys["1"].public_key)).toHaveLength(32);
    expect(own?.export({ type: "spki", format: "der" }).toString("hex")).not.toContain(
      from(shown.data.keys["1"].public_key).toString("hex"),
    );
  });
});
