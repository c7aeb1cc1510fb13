import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../../../src/std/json.ts";
import { createMount, type UseMount } from "./support/mount.ts";

/**
 * Keys that OpenBao backed up, and what it made with them: restored here, each decrypts and verifies all of it, and
 * whatever is not random comes out the same. `test/clients/bao/keys.ts` plays it with a running server, both ways.
 */

interface Made {
  readonly name: string;
  readonly backup: string;
  readonly decrypts: readonly {
    readonly plaintext: string;
    readonly version: number;
    readonly ciphertext: string;
    readonly context?: string;
    readonly associated_data?: string;
  }[];
  readonly verifies: readonly {
    readonly request: JsonObject;
    readonly version: number;
    readonly signature: string;
    readonly public_key?: string;
  }[];
  readonly hmacs: readonly { readonly algorithm: string; readonly version: number; readonly hmac: string }[];
}

const { input, keys }: { readonly input: string; readonly keys: readonly Made[] } = JSON.parse(
  readFileSync(new URL("../../../../vectors/transit/openbao.json", import.meta.url), "utf8"),
);

let mount: UseMount;
beforeAll(async () => {
  mount = createMount();
  for (const { name, backup } of keys) await mount.post(`restore/${name}`, { backup });
});

const named = (wanted: (key: Made) => boolean) => keys.filter(wanted).map((key) => [key.name, key] as const);

/** The same text with one bit of its last whole byte changed. */
const tampered = (text: string, encoding: "base64" | "base64url" = "base64"): string => {
  const [, prefix = "", body = ""] = /^(vault:v\d+:)(.*)$/.exec(text) ?? [];
  const bytes = Buffer.from(body, encoding);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return prefix + bytes.toString(encoding);
};

describe("with keys from OpenBao", () => {
  it("knows every type, derived and convergent ones too", () => {
    expect(keys).toHaveLength(21);
    const counts = [keys.flatMap((key) => key.decrypts), keys.flatMap((key) => key.verifies)].map(
      ({ length }) => length,
    );
    expect(counts).toEqual([expect.any(Number), expect.any(Number)]);
    expect(Math.min(...counts)).toBeGreaterThan(80);
  });

  it.each(named(({ decrypts }) => decrypts.length > 0))(
    "what %s encrypted is decrypted",
    async (name, { decrypts }) => {
      const wrong: unknown[] = [];
      for (const { plaintext, version: _, ...rest } of decrypts) {
        const opened = await mount.post(`decrypt/${name}`, rest);
        if (opened.data?.plaintext !== plaintext) wrong.push([rest, opened]);
        const refused = await mount.post(`decrypt/${name}`, { ...rest, ciphertext: tampered(rest.ciphertext) });
        if (refused.status !== 400) wrong.push([rest, refused]);
      }
      expect(wrong).toEqual([]);
    },
  );

  it.each(named(({ name }) => name.startsWith("convergent-")))(
    "%s gives the very same ciphertexts",
    async (name, key) => {
      const plain = key.decrypts.filter((item) => item.associated_data === undefined);
      for (const { ciphertext, version, ...rest } of plain) {
        expect((await mount.data(`encrypt/${name}`, { ...rest, key_version: version })).ciphertext).toBe(ciphertext);
      }
      expect(plain.length).toBeGreaterThan(4);
    },
  );

  it.each(named(({ verifies }) => verifies.length > 0))("what %s signed is verified", async (name, { verifies }) => {
    const wrong: unknown[] = [];
    for (const { request, signature } of verifies) {
      const encoding = request["marshaling_algorithm"] === "jws" ? "base64url" : "base64";
      const valid = await mount.post(`verify/${name}`, { ...request, signature });
      const invalid = await mount.post(`verify/${name}`, { ...request, signature: tampered(signature, encoding) });
      if (valid.data?.valid !== true || invalid.data?.valid !== false) wrong.push([request, valid, invalid]);
    }
    expect(wrong).toEqual([]);
  });

  it.each(named(({ name }) => name.endsWith("ed25519")))(
    "%s gives the very same signatures",
    async (name, { verifies }) => {
      for (const { request, version, signature, public_key } of verifies) {
        const made = await mount.data(`sign/${name}`, { ...request, key_version: version });
        expect([made.signature, made.public_key]).toEqual([signature, public_key]);
      }
    },
  );

  it("PKCS 1 signatures are the very same too", async () => {
    for (const { request, version, signature } of keys.find(({ name }) => name === "rsa-2048")?.verifies ?? []) {
      if (request["signature_algorithm"] !== "pkcs1v15") continue;
      expect((await mount.data("sign/rsa-2048", { ...request, key_version: version })).signature).toBe(signature);
    }
  });

  it.each(named(() => true))("%s gives the very same HMACs", async (name, { hmacs }) => {
    for (const { algorithm, version, hmac } of hmacs) {
      expect((await mount.data(`hmac/${name}`, { input, algorithm, key_version: version })).hmac).toBe(hmac);
      expect((await mount.data(`verify/${name}`, { input, hash_algorithm: algorithm, hmac })).valid).toBe(true);
    }
  });
});

describe("a hash that the caller made", () => {
  const digest = createHash("sha512").update(Buffer.from(input, "base64")).digest("base64");
  const prehashed = { input: digest, prehashed: true, hash_algorithm: "sha2-512" };
  const plain = { input, hash_algorithm: "sha2-512" };

  it.each([
    ["ecdsa-p256", {}],
    ["ecdsa-p384", { marshaling_algorithm: "jws" }],
    ["ecdsa-p521", {}],
    ["rsa-2048", {}],
    ["rsa-2048", { salt_length: "hash" }],
    ["rsa-2048", { salt_length: 33 }],
    ["rsa-3072", { signature_algorithm: "pkcs1v15" }],
    ["ed25519", { input, prehashed: true }],
  ])("%s signs as the message itself, and verifies so (%j)", async (name, options) => {
    const ofHash = await mount.data(`sign/${name}`, { ...prehashed, ...options });
    const ofMessage = await mount.data(`sign/${name}`, { ...plain, ...options });
    const crossed = [
      await mount.data(`verify/${name}`, { ...plain, ...options, signature: ofHash.signature }),
      await mount.data(`verify/${name}`, { ...prehashed, ...options, signature: ofMessage.signature }),
    ];
    expect(crossed).toEqual([{ valid: true }, { valid: true }]);
  });

  it("signs twice with other salts and nonces", async () => {
    for (const name of ["rsa-2048", "ecdsa-p256"]) {
      const [one, two] = [await mount.data(`sign/${name}`, prehashed), await mount.data(`sign/${name}`, prehashed)];
      expect(one.signature).not.toBe(two.signature);
    }
  });
});
