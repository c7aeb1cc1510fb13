import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parsePrivateKey, writePrivateKey } from "../../../../../src/engines/ssh/openssh/private-key.ts";
import { parsePublicKey, parsePublicLine, publicKeyOf } from "../../../../../src/engines/ssh/openssh/public-key.ts";
import { FormatError } from "../../../../../src/engines/ssh/openssh/wire.ts";
import { runs } from "../../../../support/runs.ts";
import { encoded } from "../../../../support/ssh-certificate.ts";

const { string, mpint, uint32 } = encoded;

/** Bytes of callers: refused by name, or the key that they are. */

const ed25519 = generateKeyPairSync("ed25519").privateKey;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const BLOBS = [ed25519, rsa, p256].map((key) => publicKeyOf(key).blob);

/** What a parser answers, or the error that it throws. */
const outcome = <T>(parse: () => T): T | FormatError => {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof FormatError) return cause;
    throw cause;
  }
};

const rsaBlob = (e: Buffer, n: Buffer): Buffer => Buffer.concat([string("ssh-rsa"), mpint(e), mpint(n)]);
const modulus = (bits: number): Buffer => {
  const bytes = Buffer.alloc(bits / 8, 0xff);
  return bytes;
};
const point = (x: Buffer, y: Buffer): Buffer =>
  Buffer.concat([string("ecdsa-sha2-nistp256"), string("nistp256"), string(Buffer.concat([Buffer.from([4]), x, y]))]);

describe("bytes that are not a public key", () => {
  it("are refused, and nothing else happens", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(outcome(() => parsePublicKey(Buffer.from(bytes)))).toBeInstanceOf(FormatError);
      }),
      { numRuns: runs(300, 30_000) },
    );
  });

  it("are refused when one of a key's bytes is another, unless they are another key, in its only encoding", () => {
    const changes = fc.record({ blob: fc.constantFrom(...BLOBS), at: fc.nat(), to: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(changes, ({ blob, at, to }) => {
        const changed = Buffer.from(blob);
        changed[at % blob.length] = to;
        const found = outcome(() => parsePublicKey(changed));
        if (!(found instanceof FormatError)) expect(publicKeyOf(found.key).blob).toEqual(changed);
      }),
      { numRuns: runs(300, 30_000) },
    );
  });

  it("are refused when some are missing or too many", () => {
    for (const blob of BLOBS) {
      for (const cut of [blob.subarray(0, -1), blob.subarray(1), Buffer.concat([blob, Buffer.from([0])])]) {
        expect(outcome(() => parsePublicKey(cut))).toBeInstanceOf(FormatError);
      }
    }
  });

  it.each([
    ["a point that is not on its curve", point(Buffer.alloc(32, 1), Buffer.alloc(32, 2)), "invalid curve point"],
    [
      "the point at infinity",
      Buffer.concat([string("ecdsa-sha2-nistp256"), string("nistp256"), string(Buffer.alloc(1))]),
      "invalid curve point",
    ],
    [
      "a point in short form",
      Buffer.concat([string("ecdsa-sha2-nistp256"), string("nistp256"), string(Buffer.alloc(33, 2))]),
      "invalid curve point",
    ],
    [
      "another curve than its type says",
      Buffer.concat([string("ecdsa-sha2-nistp256"), string("nistp384"), string(Buffer.alloc(97, 4))]),
      "unsupported curve",
    ],
    ["an RSA key of 1016 bits", rsaBlob(Buffer.from([1, 0, 1]), modulus(1016)), "1016 bits is too short"],
    ["an RSA key of 16392 bits", rsaBlob(Buffer.from([1, 0, 1]), modulus(16_392)), "16392 bits is too long"],
    ["an even exponent", rsaBlob(Buffer.from([1, 0, 0]), modulus(2048)), "incorrect exponent"],
    ["an exponent of one", rsaBlob(Buffer.from([1]), modulus(2048)), "incorrect exponent"],
    ["no exponent", rsaBlob(Buffer.alloc(0), modulus(2048)), "incorrect exponent"],
    ["an exponent of 40 bits", rsaBlob(Buffer.from([1, 0, 0, 0, 1]), modulus(2048)), "exponent too large"],
    [
      "an even modulus",
      rsaBlob(Buffer.from([1, 0, 1]), Buffer.concat([modulus(2040), Buffer.from([0xfe])])),
      "incorrect modulus",
    ],
    [
      "a negative modulus",
      Buffer.concat([string("ssh-rsa"), mpint(Buffer.from([3])), string(modulus(2048))]),
      "negative number",
    ],
    [
      "a number with a zero too many",
      Buffer.concat([string("ssh-rsa"), string(Buffer.from([0, 3])), mpint(modulus(2048))]),
      "a zero too many",
    ],
    ["an Ed25519 key of 31 bytes", Buffer.concat([string("ssh-ed25519"), string(Buffer.alloc(31, 7))]), "invalid size"],
    ["a DSA key", Buffer.concat([string("ssh-dss"), mpint(modulus(1024))]), "unknown key algorithm"],
    [
      "a certificate",
      Buffer.concat([string("ssh-ed25519-cert-v01@openssh.com"), string(Buffer.alloc(32))]),
      "unknown key algorithm",
    ],
    ["a name of the language itself", string("__proto__"), "unknown key algorithm"],
    ["a name that cannot be printed", string("ssh-rsa\n"), "unreadable name"],
    ["a length beyond the end", uint32(0xffff_ffff), "short read"],
  ])("are refused by name: %s", (_, blob, why) => {
    expect(() => parsePublicKey(blob)).toThrow(why);
  });

  it.each([
    ["nothing", ""],
    ["blanks", "  \n "],
    ["a type alone", "ssh-ed25519"],
    ["not base64", "ssh-ed25519 !!!!"],
    ["base64 with bits left over", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB=="],
    ["more than any key", `ssh-rsa ${"A".repeat(20_000)}`],
    ["a private key", writePrivateKey(ed25519, 1)],
    ["options in front", `no-pty ssh-ed25519 ${BLOBS[0]?.toString("base64")}`],
  ])("are refused as a line: %s", (_, line) => {
    expect(outcome(() => parsePublicLine(line))).toBeInstanceOf(FormatError);
  });
});

describe("text that is not a private key", () => {
  const written = writePrivateKey(ed25519, 0x0102_0304);
  const armoured = (bytes: Buffer): string =>
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`;
  const bytes = Buffer.from(written.split("\n").slice(1, -2).join(""), "base64");

  it("is refused when one of its bytes is another, unless it is the same key", () => {
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), (at, to) => {
        const changed = Buffer.from(bytes);
        changed[at] = to;
        const found = outcome(() => parsePrivateKey(armoured(changed)));
        if (!(found instanceof FormatError)) expect(publicKeyOf(found).blob).toEqual(publicKeyOf(ed25519).blob);
      }),
      { numRuns: runs(300, 10_000) },
    );
  });

  it("is refused in words that repeat none of it", () => {
    const secret = ed25519.export({ format: "jwk" }).d ?? "";
    for (let at = 0; at < bytes.length; at += 7) {
      const found = outcome(() => parsePrivateKey(armoured(bytes.subarray(0, at))));
      expect(found).toBeInstanceOf(FormatError);
      expect(String(found)).not.toContain(secret.slice(0, 8));
      expect(String(found).length).toBeLessThan(100);
    }
  });

  it.each([
    ["nothing", "", "no key found"],
    ["a word", "x", "no key found"],
    [
      "a public key",
      String(generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" })),
      "no key found",
    ],
    [
      "a key on another curve",
      String(
        generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey.export({ type: "pkcs8", format: "pem" }),
      ),
      "unsupported key type",
    ],
    [
      "a key of another kind",
      String(generateKeyPairSync("x25519").privateKey.export({ type: "pkcs8", format: "pem" })),
      "unsupported key type",
    ],
    [
      "a key under a passphrase",
      String(ed25519.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "p" })),
      "passphrase protected",
    ],
    [
      "an old key under a passphrase",
      String(rsa.export({ type: "pkcs1", format: "pem", cipher: "aes-256-cbc", passphrase: "p" })),
      "passphrase protected",
    ],
    ["another magic", armoured(Buffer.from("openssh-key-v2\0")), "invalid openssh private key format"],
    ["more than any key", "-".repeat(70_000), "key is too long"],
  ])("is refused by name: %s", (_, text, why) => {
    expect(() => parsePrivateKey(text)).toThrow(why);
  });
});
