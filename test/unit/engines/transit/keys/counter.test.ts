import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { createMount } from "./support/mount.ts";
import { wrap, wrappingKeyOf } from "./support/wrapping.ts";

/** Keys that were imported to be derived, of which Vault and OpenBao derive by a counter: OpenBao's own ciphertexts. */
const RECORDED = JSON.parse(
  readFileSync(new URL("./support/openbao-counter.json", import.meta.url), "utf8"),
) as readonly Readonly<Record<"type" | "context" | "ciphertext" | "backup" | "key", string>>[];

const mount = createMount();
const wrappingKey = await wrappingKeyOf(mount);
const COUNTED = Buffer.from("counted").toString("base64");

describe("a derived key of type", () => {
  it.each(RECORDED)("$type that was imported decrypts what OpenBao encrypted with it", async (one) => {
    const { type, context, ciphertext } = one;
    const wrapped = wrap(wrappingKey, Buffer.from(one.key, "base64")).toString("base64");
    await mount.request("update", `keys/${type}/import`, {
      type,
      ciphertext: wrapped,
      derived: true,
      exportable: true,
      allow_plaintext_backup: true,
    });
    const told = await mount.request("read", `keys/${type}`);

    expect(told.data).toMatchObject({ kdf: "hmac-sha256-counter", kdf_mode: "hmac-sha256-counter" });
    expect((await mount.request("update", `decrypt/${type}`, { ciphertext, context })).data.plaintext).toBe(COUNTED);
    const made = await mount.request("update", `encrypt/${type}`, { plaintext: COUNTED, context });
    const back = await mount.request("update", `decrypt/${type}`, { ciphertext: made.data.ciphertext, context });
    expect(back.data.plaintext).toBe(COUNTED);
  });

  it.each(RECORDED)("$type does so after a restore, of OpenBao's backup and of one made here", async (one) => {
    const { type, context, ciphertext, backup } = one;
    await mount.request("update", `restore/theirs-${type}`, { backup });
    const again = (await mount.request("read", `backup/theirs-${type}`)).data.backup;
    await mount.request("update", `restore/again-${type}`, { backup: again });

    for (const name of [`theirs-${type}`, `again-${type}`]) {
      const { data } = await mount.request("update", `decrypt/${name}`, { ciphertext, context });
      expect(data.plaintext).toBe(COUNTED);
    }
  });

  it("ed25519 that was imported signs, and shows the public key of a context however long", async () => {
    const der = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "der" });
    const ciphertext = wrap(wrappingKey, der).toString("base64");
    await mount.request("update", "keys/ed/import", { type: "ed25519", ciphertext, derived: true });
    const context = Buffer.alloc(5000, 7).toString("base64");
    const { data } = await mount.request("update", "sign/ed", { input: COUNTED, context });
    const read = await mount.request("read", "keys/ed", { context });

    expect(read.data.kdf).toBe("hkdf_sha256");
    expect(read.data.keys["1"].public_key).toBe(data.public_key);
    const { signature } = data;
    const verified = await mount.request("update", "verify/ed", { input: COUNTED, context, signature });
    expect(verified.data.valid).toBe(true);
  });
});
