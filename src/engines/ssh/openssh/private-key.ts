import { createPrivateKey, type KeyObject } from "node:crypto";
import { CURVES, pointOnCurve, publicKeyOf } from "./public-key.ts";
import { createReader, FormatError, malformed, type Reader, string, uint32 } from "./wire.ts";

/**
 * Private keys as people bring them and as clients want them: OpenSSH's own format, which Node does not know, and
 * PKCS#8, PKCS#1 and SEC 1, which it does. Keys under a passphrase are refused.
 * Source: OpenSSH `PROTOCOL.key`.
 *
 * Security: what is wrong with a key is said in words of this file; none of its bytes is in an error.
 */

const MAGIC = Buffer.from("openssh-key-v1\0", "latin1");
const ARMOUR = /^\s*-----BEGIN OPENSSH PRIVATE KEY-----\s([A-Za-z0-9+/=\s]+)-----END OPENSSH PRIVATE KEY-----\s*$/;
/** Larger than any key in use. */
const MOST_CHARACTERS = 65_536;
const PROTECTED = "this private key is passphrase protected";

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
const numberOf = (bytes: Buffer): bigint => BigInt(`0x0${bytes.toString("hex")}`);
const bytesOf = (value: bigint): Buffer => {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
};

const fromJwk = (jwk: Readonly<Record<string, string>>): KeyObject => {
  try {
    return createPrivateKey({ key: { ...jwk }, format: "jwk" });
  } catch {
    return malformed("invalid private key");
  }
};

const readRsa = (reader: Reader): KeyObject => {
  const [n, e, d, qi, p, q] = [
    reader.mpint(),
    reader.mpint(),
    reader.mpint(),
    reader.mpint(),
    reader.mpint(),
    reader.mpint(),
  ] as const;
  const exponent = (prime: Buffer): Buffer => {
    const less = numberOf(prime) - 1n;
    return less > 0n ? bytesOf(numberOf(d) % less) : malformed("invalid private key");
  };
  const numbers = { n, e, d, p, q, qi, dp: exponent(p), dq: exponent(q) };
  const encoded = Object.entries(numbers).map(([name, bytes]) => [name, base64url(bytes)] as const);
  return fromJwk({ kty: "RSA", ...Object.fromEntries(encoded) });
};

const readEcdsa = (reader: Reader): KeyObject => {
  const name = reader.name();
  const curve = CURVES.find((one) => one.name === name);
  if (!curve) return malformed("unsupported curve");
  const { x, y } = pointOnCurve(curve, reader.string());
  const d = reader.mpint();
  const width = Math.ceil(curve.bits / 8);
  if (d.length > width) return malformed("invalid private key");
  const padded = Buffer.concat([Buffer.alloc(width - d.length), d]);
  return fromJwk({ kty: "EC", crv: curve.jwk, x, y, d: base64url(padded) });
};

const SEED_BYTES = 32;

const readEd25519 = (reader: Reader): KeyObject => {
  const x = reader.string();
  const both = reader.string();
  if (x.length !== SEED_BYTES || both.length !== 2 * SEED_BYTES || !both.subarray(SEED_BYTES).equals(x)) {
    return malformed("invalid private key");
  }
  return fromJwk({ kty: "OKP", crv: "Ed25519", x: base64url(x), d: base64url(both.subarray(0, SEED_BYTES)) });
};

const readerFor = (type: string): ((reader: Reader) => KeyObject) => {
  if (type === "ssh-rsa") return readRsa;
  if (type === "ssh-ed25519") return readEd25519;
  return type.startsWith("ecdsa-sha2-") ? readEcdsa : malformed("unsupported key type");
};

/** `1, 2, 3, …`, less than a block of it. */
const checkPadding = (padding: Buffer): void => {
  if (padding.length >= 256 || padding.some((byte, index) => byte !== index + 1)) malformed("invalid padding");
};

const readOpenSsh = (armoured: string): KeyObject => {
  const bytes = Buffer.from(armoured.replace(/\s+/g, ""), "base64");
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return malformed("invalid openssh private key format");
  const outer = createReader(bytes.subarray(MAGIC.length));
  const cipher = outer.name();
  const kdf = outer.name();
  outer.string();
  if (cipher !== "none" || kdf !== "none") return malformed(PROTECTED);
  if (outer.uint32() !== 1) return malformed("a file of several keys");
  const shown = outer.string();
  const inner = createReader(outer.string());
  outer.end();
  const [check, again] = [inner.uint32(), inner.uint32()];
  if (check !== again) return malformed("invalid openssh private key format");
  const key = readerFor(inner.name())(inner);
  inner.string();
  checkPadding(inner.rest());
  return publicKeyOf(key).blob.equals(shown) ? key : malformed("invalid private key");
};

const readPem = (text: string): KeyObject => {
  if (/^Proc-Type: 4,ENCRYPTED|-----BEGIN ENCRYPTED PRIVATE KEY-----/m.test(text)) return malformed(PROTECTED);
  try {
    return createPrivateKey({ key: text, format: "pem" });
  } catch {
    return malformed("no key found");
  }
};

/** Throws `FormatError`. */
export const parsePrivateKey = (text: string): KeyObject => {
  if (text.length > MOST_CHARACTERS) return malformed("key is too long");
  const [, armoured] = ARMOUR.exec(text) ?? [];
  const key = armoured === undefined ? readPem(text) : readOpenSsh(armoured);
  // Says whether it is of a kind that signs here.
  publicKeyOf(key);
  return key;
};

const LINE = 70;
const BLOCK = 8;

const writeEd25519 = (key: KeyObject, check: number): string => {
  const { x = "", d = "" } = key.export({ format: "jwk" });
  const shown = Buffer.from(x, "base64url");
  const both = Buffer.concat([Buffer.from(d, "base64url"), shown]);
  const bare = Buffer.concat([
    uint32(check),
    uint32(check),
    string("ssh-ed25519"),
    string(shown),
    string(both),
    string(""),
  ]);
  const padding = Buffer.from(Array.from({ length: (BLOCK - (bare.length % BLOCK)) % BLOCK }, (_, index) => index + 1));
  const bytes = Buffer.concat([
    MAGIC,
    string("none"),
    string("none"),
    string(""),
    uint32(1),
    string(publicKeyOf(key).blob),
    string(Buffer.concat([bare, padding])),
  ]);
  const lines = bytes.toString("base64").match(new RegExp(`.{1,${LINE}}`, "g")) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`;
};

/**
 * The text a client saves as its key: PKCS#1 for RSA, SEC 1 for ECDSA, OpenSSH's format for Ed25519. `check` is any
 * number; OpenSSH writes it twice.
 */
export const writePrivateKey = (key: KeyObject, check: number): string => {
  if (key.asymmetricKeyType === "rsa") return String(key.export({ type: "pkcs1", format: "pem" }));
  if (key.asymmetricKeyType === "ec") return String(key.export({ type: "sec1", format: "pem" }));
  if (key.asymmetricKeyType === "ed25519") return writeEd25519(key, check);
  throw new FormatError("ssh: unsupported key type");
};
