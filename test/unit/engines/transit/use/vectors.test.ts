import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { type AeadType, openAead, sealAead } from "../../../../../src/engines/transit/use/crypto/aead.ts";
import { deriveBytes } from "../../../../../src/engines/transit/use/crypto/derive.ts";
import { type EcdsaType, verifyEcdsa } from "../../../../../src/engines/transit/use/crypto/ecdsa.ts";
import { verifyEd25519 } from "../../../../../src/engines/transit/use/crypto/eddsa.ts";
import { type HashName, hashOf, hmacOf } from "../../../../../src/engines/transit/use/crypto/hashes.ts";
import { decryptOaep, verifyRsa } from "../../../../../src/engines/transit/use/crypto/rsa.ts";
import type { Signable, SigningOptions } from "../../../../../src/engines/transit/use/crypto/signable.ts";

/** The room's cryptography against Wycheproof's vectors; signatures both of messages and of hashes made before. */

type Test = readonly [id: number, comment: string, ...fields: readonly string[]];
interface Group {
  readonly key: string;
  readonly privateKey: string;
  readonly hash: string;
  readonly salt: number;
  readonly curve: string;
  readonly tests: readonly Test[];
}
interface Part {
  readonly file: string;
  readonly groups: readonly Group[];
}

const filesOf = (name: string): readonly Part[] => {
  const path = new URL(`../../../../vectors/wycheproof/transit/${name}.json`, import.meta.url);
  const { files }: { files: readonly Part[] } = JSON.parse(readFileSync(path, "utf8"));
  return files;
};

const hex = (text: string | undefined): Buffer => Buffer.from(text ?? "", "hex");

/** Plays all tests of a file and compares which of them hold with what the vectors say. */
const play = (part: Part, holds: (fields: readonly Buffer[], group: Group) => boolean): void => {
  const wrong: string[] = [];
  let played = 0;
  for (const group of part.groups) {
    for (const [id, comment, ...fields] of group.tests) {
      const result = fields.at(-1);
      const held = holds(fields.slice(0, -1).map(hex), group);
      played++;
      // Both answers conform to `acceptable`.
      if (result !== "acceptable" && held !== (result === "valid")) wrong.push(`${id} ${comment}: ${held}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(played).toBeGreaterThan(5);
};

const opened = (work: () => Uint8Array): Buffer | undefined => {
  try {
    return Buffer.from(work());
  } catch {
    return undefined;
  }
};

const HASHES: Readonly<Record<string, HashName>> = {
  "SHA-1": "sha1",
  "SHA-224": "sha2-224",
  "SHA-256": "sha2-256",
  "SHA-384": "sha2-384",
  "SHA-512": "sha2-512",
  "SHA3-224": "sha3-224",
  "SHA3-256": "sha3-256",
  "SHA3-384": "sha3-384",
  "SHA3-512": "sha3-512",
};
const hashNamed = (name: string): HashName => {
  const hash = HASHES[name];
  if (!hash) throw new Error(`no hash ${name}`);
  return hash;
};

const publicKey = (group: Group): KeyObject => createPublicKey({ key: hex(group.key), format: "der", type: "spki" });

const options: SigningOptions = { algorithm: "pss", marshaling: "asn1", salt: "auto" };

/** A message, and its hash as a caller would send it. */
const forms = (message: Uint8Array, hash: HashName): readonly Signable[] => [
  { bytes: message, hash, prehashed: false },
  { bytes: hashOf(hash, message), hash, prehashed: true },
];

const sameForBoth = (message: Uint8Array, hash: HashName, check: (input: Signable) => boolean): boolean => {
  const [plain, prehashed] = forms(message, hash).map(check);
  expect(prehashed).toBe(plain);
  return plain ?? false;
};

describe("Wycheproof", () => {
  it.each(filesOf("aead").map((part) => [part.file, part] as const))("%s", (file, part) => {
    play(part, ([key = hex(""), iv = hex(""), aad = hex(""), msg = hex(""), ct = hex(""), tag = hex("")]) => {
      const types: Readonly<Record<string, AeadType>> = {
        "aes_gcm_test.json": key.length === 16 ? "aes128-gcm96" : "aes256-gcm96",
        "chacha20_poly1305_test.json": "chacha20-poly1305",
        "xchacha20_poly1305_test.json": "xchacha20-poly1305",
      };
      const type = types[file];
      if (!type) throw new Error(`no type for ${file}`);
      const sealed = Buffer.concat([iv, ct, tag]);
      const plaintext = opened(() => openAead(type, key, sealed, aad));
      const same = plaintext?.equals(msg) ?? false;
      expect(sealAead(type, key, iv, msg, aad).equals(sealed)).toBe(same);
      return same;
    });
  });

  it.each(filesOf("rsa-oaep").map((part) => [part.file, part] as const))("%s", (_, part) => {
    play(part, ([msg = hex(""), ct = hex("")], group) => {
      const key = createPrivateKey({ key: hex(group.privateKey), format: "der", type: "pkcs8" });
      return opened(() => decryptOaep(key, ct))?.equals(msg) ?? false;
    });
  });

  it.each(filesOf("rsa-pss").map((part) => [part.file, part] as const))("%s", (_, part) => {
    play(part, ([msg = hex(""), signature = hex("")], group) =>
      sameForBoth(msg, hashNamed(group.hash), (input) =>
        verifyRsa(publicKey(group), input, { ...options, salt: group.salt }, signature),
      ),
    );
  });

  it.each(filesOf("rsa-pkcs1").map((part) => [part.file, part] as const))("%s", (_, part) => {
    play(part, ([msg = hex(""), signature = hex("")], group) =>
      sameForBoth(msg, hashNamed(group.hash), (input) =>
        verifyRsa(publicKey(group), input, { ...options, algorithm: "pkcs1v15" }, signature),
      ),
    );
  });

  it.each(filesOf("ecdsa").map((part) => [part.file, part] as const))("%s", (file, part) => {
    const types: Readonly<Record<string, EcdsaType>> = {
      secp256r1: "ecdsa-p256",
      secp384r1: "ecdsa-p384",
      secp521r1: "ecdsa-p521",
    };
    const marshaling = file.includes("p1363") ? "jws" : "asn1";
    play(part, ([msg = hex(""), signature = hex("")], group) =>
      sameForBoth(msg, hashNamed(group.hash), (input) => {
        const type = types[group.curve];
        if (!type) throw new Error(`no type for ${group.curve}`);
        try {
          return verifyEcdsa(type, publicKey(group), input, { ...options, marshaling }, signature);
        } catch {
          return false;
        }
      }),
    );
  });

  it.each(filesOf("ed25519").map((part) => [part.file, part] as const))("%s", (_, part) => {
    play(part, ([msg = hex(""), signature = hex("")], group) => verifyEd25519(publicKey(group), msg, signature));
  });

  it("hkdf_sha256_test.json", () => {
    let played = 0;
    for (const { tests } of filesOf("hkdf").flatMap(({ groups }) => groups)) {
      for (const [id, , ikm, info, size, okm] of tests) {
        const made = deriveBytes(hex(ikm), hex(info), Number(size));
        expect([id, Buffer.from(made).toString("hex")]).toEqual([id, okm]);
        played++;
      }
    }
    expect(played).toBeGreaterThan(20);
  });

  it.each(filesOf("hmac").map((part) => [part.file, part] as const))("%s", (file, part) => {
    const [, name = ""] = /^hmac_(.+)_test\.json$/.exec(file) ?? [];
    const hash = hashNamed(name.replace(/^sha3_/, "SHA3-").replace(/^sha/, "SHA-"));
    play(part, ([key = hex(""), msg = hex(""), tag = hex("")]) => hmacOf(hash, key, msg).equals(tag));
  });
});
