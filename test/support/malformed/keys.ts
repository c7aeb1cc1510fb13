import { createECDH, createPrivateKey, type KeyObject } from "node:crypto";
import { element, oid, sequence, unsigned } from "../../../src/x509/issuing/der.ts";
import { TAGS } from "../../../src/x509/tags.ts";

/** Keys for malformed things: one that is fit and always the same, and those that are not. */

const PKCS8_ED25519 = "302e020100300506032b657004220420";

const ed25519 = (byte: number): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from(PKCS8_ED25519, "hex"), Buffer.alloc(32, byte)]),
    format: "der",
    type: "pkcs8",
  });

/** Signs what is well-formed except for one thing; Ed25519 signs the same bytes the same way each time. */
export const KEY = ed25519(1);
export const OTHER_KEY = ed25519(2);

export const NULL = Buffer.of(5, 0);

export const bits = (content: Uint8Array, unused = 0): Buffer => element(TAGS.bits, Buffer.of(unused), content);

const keyOf = (algorithm: string, parameters: readonly Uint8Array[], content: Uint8Array): Buffer =>
  sequence(sequence(oid(algorithm), ...parameters), bits(content));

/** Bytes that look like chance and are always the same. */
export const noise = (length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  let state = 0x2545f491;
  for (let at = 0; at < length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state & 0xff;
  }
  return bytes;
};

/** Of that many bits, the highest and the lowest of them set. */
const modulus = (size: number): Buffer => {
  const bytes = noise(size / 8);
  bytes[0] = (bytes[0] ?? 0) | 0x80;
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 1;
  return bytes;
};

const RSA = "1.2.840.113549.1.1.1";
const EXPONENT = Buffer.from("010001", "hex");
const rsa = (n: Uint8Array, e: Uint8Array, parameters: readonly Uint8Array[] = [NULL]): Buffer =>
  keyOf(RSA, parameters, sequence(unsigned(n), unsigned(e)));
const rawRsa = (n: Uint8Array, e: Uint8Array): Buffer =>
  keyOf(RSA, [NULL], sequence(element(TAGS.integer, n), element(TAGS.integer, e)));

const EC = "1.2.840.10045.2.1";
const P256 = oid("1.2.840.10045.3.1.7");
const point = (form: "compressed" | "uncompressed" | "hybrid"): Buffer => {
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(Buffer.alloc(32, 7));
  return pair.getPublicKey(null, form);
};
const off = (): Buffer => {
  const bytes = point("uncompressed");
  bytes[64] = (bytes[64] ?? 0) ^ 1;
  return bytes;
};

/** SubjectPublicKeyInfo that no request may have, by what is wrong with it. */
export const UNFIT_KEYS: readonly (readonly [string, Buffer])[] = [
  ["RSA with exponent 1", rsa(modulus(2048), Buffer.of(1))],
  ["RSA with exponent 0", rsa(modulus(2048), Buffer.of(0))],
  ["RSA with an even exponent", rsa(modulus(2048), Buffer.of(2))],
  ["RSA with an exponent of 33 bits", rsa(modulus(2048), Buffer.from("0100000001", "hex"))],
  ["RSA with an exponent as long as its modulus", rsa(modulus(2048), modulus(2048))],
  ["RSA with a negative exponent", rawRsa(Buffer.concat([Buffer.of(0), modulus(2048)]), Buffer.of(0x81))],
  ["RSA with modulus 0", rsa(Buffer.of(0), EXPONENT)],
  ["RSA with modulus 1", rsa(Buffer.of(1), EXPONENT)],
  ["RSA with an even modulus", rsa(Buffer.concat([modulus(2040), Buffer.of(2)]), EXPONENT)],
  ["RSA with a negative modulus", rawRsa(modulus(2048), EXPONENT)],
  ["RSA of 512 bits", rsa(modulus(512), EXPONENT)],
  ["RSA of 16,384 bits", rsa(modulus(16_384), EXPONENT)],
  ["RSA without its NULL", rsa(modulus(2048), EXPONENT, [])],
  ["RSA with other parameters", rsa(modulus(2048), EXPONENT, [sequence()])],
  ["RSA whose key is not a sequence", keyOf(RSA, [NULL], noise(32))],
  ["RSA for PSS alone", keyOf("1.2.840.113549.1.1.10", [], sequence(unsigned(modulus(2048)), unsigned(EXPONENT)))],
  ["a compressed point", keyOf(EC, [P256], point("compressed"))],
  ["a hybrid point", keyOf(EC, [P256], point("hybrid"))],
  ["a point off its curve", keyOf(EC, [P256], off())],
  ["the point at infinity", keyOf(EC, [P256], Buffer.of(0))],
  ["a short point", keyOf(EC, [P256], point("uncompressed").subarray(0, 40))],
  ["a curve that is not known", keyOf(EC, [oid("1.3.132.0.10")], point("uncompressed"))],
  ["a curve by its parameters", keyOf(EC, [sequence(Buffer.of(2, 1, 1))], point("uncompressed"))],
  ["a curve without a name", keyOf(EC, [], point("uncompressed"))],
  ["Ed25519 with parameters", keyOf("1.3.101.112", [NULL], noise(32))],
  ["Ed25519 of 31 bytes", keyOf("1.3.101.112", [], noise(31))],
  ["Ed448", keyOf("1.3.101.113", [], noise(57))],
  ["X25519", keyOf("1.3.101.110", [], noise(32))],
  [
    "DSA",
    keyOf("1.2.840.10040.4.1", [sequence(...[2, 3, 4].map((n) => unsigned(Buffer.of(n))))], unsigned(noise(128))),
  ],
  ["a kind of key that nobody knows", keyOf("1.2.3.4", [], noise(32))],
  ["no key at all", sequence()],
  ["bits that are not whole bytes", sequence(sequence(oid("1.3.101.112")), bits(noise(32), 4))],
];
