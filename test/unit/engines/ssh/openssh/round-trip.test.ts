import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Certificate, signCertificate } from "../../../../../src/engines/ssh/openssh/certificate.ts";
import { parsePrivateKey, writePrivateKey } from "../../../../../src/engines/ssh/openssh/private-key.ts";
import {
  parsePublicKey,
  parsePublicLine,
  publicKeyOf,
  publicLine,
} from "../../../../../src/engines/ssh/openssh/public-key.ts";
import { createReader, mpint, string, uint32, uint64 } from "../../../../../src/engines/ssh/openssh/wire.ts";
import { runs } from "../../../../support/runs.ts";
import { readCertificate } from "../../../../support/ssh-certificate.ts";

/** What is written is read back the same, by the reader of the product or of the tests. */

const KEYS: Readonly<Record<string, KeyObject>> = {
  rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
  nistp256: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
  nistp384: generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey,
  nistp521: generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey,
  ed25519: generateKeyPairSync("ed25519").privateKey,
};
const kinds = Object.keys(KEYS);
const keyOf = (kind: string): KeyObject => KEYS[kind] ?? generateKeyPairSync("ed25519").privateKey;

describe("the encoding of SSH's messages", () => {
  it("gives back what was written, and knows where it ends", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 32 - 1 }), fc.uint8Array(), fc.uint8Array(), (number, bytes, magnitude) => {
        const reader = createReader(Buffer.concat([uint32(number), string(bytes), mpint(magnitude)]));
        const value = (digits: Uint8Array) => BigInt(`0x0${Buffer.from(digits).toString("hex")}`);

        expect(reader.uint32()).toBe(number);
        expect(reader.string()).toEqual(Buffer.from(bytes));
        expect(value(reader.mpint())).toBe(value(magnitude));
        expect(() => reader.end()).not.toThrow();
      }),
      { numRuns: runs(200, 20_000) },
    );
  });

  it("reads a number in its shortest form only", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        let digits: Buffer;
        try {
          digits = createReader(string(bytes)).mpint();
        } catch {
          return;
        }
        expect(mpint(digits)).toEqual(string(bytes));
      }),
      { numRuns: runs(200, 20_000) },
    );
  });

  it("writes 64 bits", () => {
    expect(uint64(0x0102030405060708n).toString("hex")).toBe("0102030405060708");
  });
});

describe.each(kinds)("a key of kind %s", (kind) => {
  const key = keyOf(kind);

  it("is the same public key as bytes, as a line, and as the line's base64 alone", () => {
    const shown = publicKeyOf(key);
    const line = publicLine(shown);

    expect(publicKeyOf(shown.key).blob).toEqual(shown.blob);
    expect(parsePublicKey(shown.blob)).toMatchObject({ type: shown.type, bits: shown.bits });
    expect(parsePublicLine(line).blob).toEqual(shown.blob);
    expect(parsePublicLine(`${line.trim()} a comment of many words`).blob).toEqual(shown.blob);
    expect(parsePublicLine(line.split(" ")[1] ?? "").blob).toEqual(shown.blob);
  });

  it("is the same private key in the text a client saves, and in PKCS#8", () => {
    const written = writePrivateKey(key, 7);
    for (const text of [
      written,
      written.replaceAll("\n", "\r\n"),
      String(key.export({ type: "pkcs8", format: "pem" })),
    ]) {
      expect(parsePrivateKey(text).equals(key)).toBe(true);
    }
  });
});

const name = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" });
const map = fc.dictionary(name, fc.string({ maxLength: 30, unit: "grapheme" }), { maxKeys: 5, noNullPrototype: true });
const certificates = fc.record({
  type: fc.constantFrom<"user" | "host">("user", "host"),
  serial: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  keyId: fc.string({ unit: "grapheme" }),
  principals: fc.array(name, { maxLength: 5 }),
  validAfter: fc.nat(),
  validBefore: fc.nat(),
  criticalOptions: map,
  extensions: map,
});

describe("a certificate", () => {
  it("says what was signed, whoever signs it for whomever", () => {
    fc.assert(
      fc.property(
        certificates,
        fc.constantFrom(...kinds),
        fc.constantFrom(...kinds),
        fc.constantFrom<"rsa-sha2-256" | "rsa-sha2-512">("rsa-sha2-256", "rsa-sha2-512"),
        (given, ca, own, rsa) => {
          const key = publicKeyOf(keyOf(own));
          const { type, ...body } = given;
          const certificate: Certificate = { ...given, key, nonce: randomBytes(32) };
          const read = readCertificate(signCertificate(certificate, keyOf(ca), rsa));

          expect(read).toMatchObject({ ...body, kind: type, verified: true });
          expect(read.key.blob).toEqual(key.blob);
          expect(read.ca.blob).toEqual(publicKeyOf(keyOf(ca)).blob);
          expect(read.algorithm).toBe(ca === "rsa" ? rsa : read.ca.type);
        },
      ),
      { numRuns: runs(60, 3000) },
    );
  });

  it("has its options in the order of their bytes", () => {
    const key = publicKeyOf(keyOf("ed25519"));
    const extensions = { "permit-pty": "", Z: "", "\u{10ffff}": "", "\uffff": "", a: "1" };
    const given = { type: "user", serial: 1n, keyId: "k", principals: ["a"], validAfter: 0, validBefore: 1 } as const;
    const certificate = { ...given, key, criticalOptions: {}, extensions, nonce: randomBytes(32) };
    const read = readCertificate(signCertificate(certificate, keyOf("ed25519"), "rsa-sha2-256"));

    expect(Object.keys(read.extensions)).toEqual(["Z", "a", "permit-pty", "\uffff", "\u{10ffff}"]);
  });
});
