import * as real from "node:crypto";
import { beforeEach, describe, expect, it, jest } from "@jest/globals";
import { productSources } from "../../architecture/support/sources.ts";

/**
 * C08: no byte of a plaintext leaves the envelope before its tag was checked. The decipher is watched: what it gave, in
 * which order, and what became of it.
 */

const steps: string[] = [];
let given: Buffer | undefined;
/** What HMACs gave: key material. */
const digests: Buffer[] = [];

jest.unstable_mockModule("node:crypto", () => ({
  ...real,
  createHmac: (name: string, key: real.KeyObject) => {
    const hmac = real.createHmac(name, key);
    const watched = {
      update: (text: string, encoding: "latin1") => {
        hmac.update(text, encoding);
        return watched;
      },
      digest: () => {
        const digest = hmac.digest();
        digests.push(digest);
        return digest;
      },
    };
    return watched;
  },
  createDecipheriv: (_: string, key: Uint8Array, iv: Uint8Array) => {
    const decipher = real.createDecipheriv("aes-256-gcm", key, iv, { authTagLength: 16 });
    const watched = {
      setAAD: (aad: Uint8Array) => decipher.setAAD(aad),
      setAuthTag: (tag: Uint8Array) => {
        steps.push("tag");
        return decipher.setAuthTag(tag);
      },
      update: (bytes: Uint8Array) => {
        steps.push("update");
        given = decipher.update(bytes);
        return given;
      },
      final: () => {
        try {
          const rest = decipher.final();
          steps.push("authentic");
          return rest;
        } catch (cause) {
          steps.push("forged");
          throw cause;
        }
      },
    };
    // The envelope uses these four; a Decipher's whole type is that of a stream.
    return watched;
  },
}));

const { createDataKey, open, seal } = await import("../../../src/crypto/envelope.ts");
const { systemRandom } = await import("../../../src/std/random.ts");

const key = createDataKey(3, real.randomBytes(32));
const place = { table: "t", pk: "token#a", sk: "t", clear: [1] };
const plain = Buffer.from("a secret of more than one block of the cipher, to be sure");
const sealed = seal(key, place, plain, systemRandom);

beforeEach(() => {
  steps.length = 0;
  digests.length = 0;
  given = undefined;
});

describe("C08: the envelope", () => {
  it("gives the plaintext once its tag was checked", () => {
    expect(open(key, place, sealed)).toEqual(plain);
    expect(steps).toEqual(["tag", "update", "authentic"]);
  });

  it.each([
    ["last byte of the tag", -1],
    ["first byte of the tag", -16],
    ["last byte of the ciphertext", -17],
    ["first byte of the ciphertext", -16 - plain.length],
  ])("with a changed %s throws, and erases what the cipher gave", (_what, at) => {
    const forged = Buffer.from(sealed);
    const index = forged.length + at;
    forged.writeUInt8(forged.readUInt8(index) ^ 1, index);

    expect(() => open(key, place, forged)).toThrow("not authentic");
    expect(steps).toEqual(["tag", "update", "forged"]);
    expect(given).toHaveLength(plain.length);
    expect(given).toEqual(Buffer.alloc(plain.length));
  });

  it("erases what it derived, whether or not the body opens", () => {
    const zeros = Buffer.alloc(64);
    createDataKey(1, real.randomBytes(32));
    seal(key, place, plain, systemRandom);
    open(key, place, sealed);
    expect(() => open(key, { ...place, sk: "u" }, sealed)).toThrow("not committed");
    const forged = Buffer.from(sealed);
    forged.writeUInt8(forged.readUInt8(60) ^ 1, 60);
    expect(() => open(key, place, forged)).toThrow("not authentic");

    expect(digests).toEqual([zeros, zeros, zeros, zeros, zeros]);
  });

  it("is one of three places that decrypt, none of them as a stream", () => {
    // The agent decrypts for a template that says so (`sprig_decryptAES`); no function in AWS has its code.
    const deployed = productSources.filter(({ file }) => !/^src\/(?:local|agent)\//.test(file));
    const decrypting = deployed.filter(({ code }) => /\bcreateDecipheriv\(/.test(code));
    expect(decrypting.map(({ file }) => file)).toEqual([
      "src/crypto/envelope.ts",
      // What callers of transit have decrypted, and keys that come wrapped; both are tested with what was tampered with.
      "src/engines/transit/keys/transfer/wrapped.ts",
      "src/engines/transit/use/crypto/aead.ts",
    ]);
    for (const { code } of decrypting) expect(code).not.toMatch(/\.pipe\(|\bpipeline\(|\byield\b|\.on\(/);
  });
});
