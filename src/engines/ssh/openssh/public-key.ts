import { createPublicKey, type KeyObject } from "node:crypto";
import { shown } from "../../../std/shown.ts";
import { createReader, FormatError, malformed, mpint, type Reader, string } from "./wire.ts";

/**
 * Public keys as OpenSSH writes them: RSA, ECDSA on NIST's curves, Ed25519, and the two kinds that live in a security
 * key. What is read is proven to be a key: by its form here, and by Node, which knows whether a point is on its curve.
 * Source: RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4, OpenSSH `PROTOCOL.u2f`.
 */

export interface SshPublicKey {
  /** OpenSSH's name: `ssh-ed25519`. */
  readonly type: string;
  readonly kind: "rsa" | "ecdsa" | "ed25519";
  readonly bits: number;
  /** The whole encoding: what is shown in base64, hashed, and named as signer. */
  readonly blob: Buffer;
  /** The same without the type in front: what a certificate repeats. */
  readonly fields: Buffer;
  readonly key: KeyObject;
}

interface Curve {
  readonly name: string;
  readonly jwk: string;
  readonly bits: number;
}

export const CURVES: readonly Curve[] = [
  { name: "nistp256", jwk: "P-256", bits: 256 },
  { name: "nistp384", jwk: "P-384", bits: 384 },
  { name: "nistp521", jwk: "P-521", bits: 521 },
];

/** OpenSSH reads no shorter ones, and no longer ones. */
const RSA_BITS = { least: 1024, most: 16_384 };

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");

const fromJwk = (jwk: Readonly<Record<string, string>>): KeyObject => {
  try {
    return createPublicKey({ key: { ...jwk }, format: "jwk" });
  } catch {
    return malformed(jwk["kty"] === "EC" ? "invalid curve point" : "invalid key");
  }
};

type Parsed = Pick<SshPublicKey, "kind" | "bits" | "key">;

export const bitLength = (digits: Uint8Array): number =>
  digits.length === 0 ? 0 : digits.length * 8 - Math.clz32(digits[0] ?? 0) + 24;

const readRsa = (reader: Reader): Parsed => {
  const e = reader.mpint();
  const n = reader.mpint();
  const bits = bitLength(n);
  if (bits < RSA_BITS.least) return malformed(`rsa key of ${bits} bits is too short`);
  if (bits > RSA_BITS.most) return malformed(`rsa key of ${bits} bits is too long`);
  if (e.length > 4) return malformed("exponent too large");
  if (((e.at(-1) ?? 0) & 1) === 0 || (e.length === 1 && (e[0] ?? 0) < 3)) return malformed("incorrect exponent");
  if (((n.at(-1) ?? 0) & 1) === 0) return malformed("incorrect modulus");
  return { kind: "rsa", bits, key: fromJwk({ kty: "RSA", n: base64url(n), e: base64url(e) }) };
};

export const pointOnCurve = (curve: Curve, point: Buffer): { readonly x: string; readonly y: string } => {
  const width = Math.ceil(curve.bits / 8);
  if (point.length !== 1 + 2 * width || point[0] !== 4) return malformed("invalid curve point");
  return { x: base64url(point.subarray(1, 1 + width)), y: base64url(point.subarray(1 + width)) };
};

const readEcdsa =
  (curve: Curve) =>
  (reader: Reader): Parsed => {
    if (reader.name() !== curve.name) return malformed("unsupported curve");
    const { x, y } = pointOnCurve(curve, reader.string());
    return { kind: "ecdsa", bits: curve.bits, key: fromJwk({ kty: "EC", crv: curve.jwk, x, y }) };
  };

const ED25519_BYTES = 32;

const readEd25519 = (reader: Reader): Parsed => {
  const x = reader.string();
  if (x.length !== ED25519_BYTES) return malformed("invalid size of an ed25519 key");
  return { kind: "ed25519", bits: 256, key: fromJwk({ kty: "OKP", crv: "Ed25519", x: base64url(x) }) };
};

/** A key in a security key: the same, and the application it was made for. */
const inSecurityKey =
  (read: (reader: Reader) => Parsed) =>
  (reader: Reader): Parsed => {
    const parsed = read(reader);
    reader.name();
    return parsed;
  };

const READERS: Readonly<Record<string, (reader: Reader) => Parsed>> = {
  "ssh-rsa": readRsa,
  "ssh-ed25519": readEd25519,
  "sk-ssh-ed25519@openssh.com": inSecurityKey(readEd25519),
  ...Object.fromEntries(CURVES.map((curve) => [`ecdsa-sha2-${curve.name}`, readEcdsa(curve)])),
  ...Object.fromEntries(
    CURVES.slice(0, 1).map((curve) => [`sk-ecdsa-sha2-${curve.name}@openssh.com`, inSecurityKey(readEcdsa(curve))]),
  ),
};

/** Throws `FormatError`. */
export const parsePublicKey = (blob: Buffer): SshPublicKey => {
  const reader = createReader(blob);
  const type = reader.name();
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (!read) throw new FormatError(`ssh: unknown key algorithm: ${shown(type)}`);
  const parsed = read(reader);
  reader.end();
  return { type, ...parsed, blob, fields: blob.subarray(string(type).length) };
};

/** The longest line: an RSA key of the most bits, its comment, and room. */
const LINE_CHARACTERS = 16_384;

/** A line as in `authorized_keys`, without options in front, or its base64 alone. Throws `FormatError`. */
export const parsePublicLine = (line: string): SshPublicKey => {
  if (line.length > LINE_CHARACTERS) return malformed("key is too long");
  const [first = "", second] = line.trim().split(/\s+/);
  const text = second ?? first;
  const blob = Buffer.from(text, "base64");
  if (text === "" || blob.toString("base64") !== text) return malformed("illegal base64 data");
  return parsePublicKey(blob);
};

export const publicLine = ({ type, blob }: Pick<SshPublicKey, "type" | "blob">): string =>
  `${type} ${blob.toString("base64")}\n`;

const bytesOf = (text: string | undefined): Buffer => Buffer.from(text ?? "", "base64url");

/** OpenSSH's encoding of a key of Node's, public or the public half of a private one. Throws `FormatError` for other kinds. */
export const publicKeyOf = (key: KeyObject): SshPublicKey => {
  const jwk = key.export({ format: "jwk" });
  if (jwk.kty === "RSA") {
    return parsePublicKey(Buffer.concat([string("ssh-rsa"), mpint(bytesOf(jwk.e)), mpint(bytesOf(jwk.n))]));
  }
  if (jwk.kty === "OKP" && jwk.crv === "Ed25519") {
    return parsePublicKey(Buffer.concat([string("ssh-ed25519"), string(bytesOf(jwk.x))]));
  }
  const curve = CURVES.find((one) => one.jwk === jwk.crv);
  if (!curve) return malformed("unsupported key type");
  const point = Buffer.concat([Buffer.from([4]), bytesOf(jwk.x), bytesOf(jwk.y)]);
  return parsePublicKey(Buffer.concat([string(`ecdsa-sha2-${curve.name}`), string(curve.name), string(point)]));
};
