import { verify } from "node:crypto";
import type { Certificate } from "../../src/engines/ssh/openssh/certificate.ts";
import { parsePublicKey, type SshPublicKey } from "../../src/engines/ssh/openssh/public-key.ts";
import { createReader, mpint, string, uint32 } from "../../src/engines/ssh/openssh/wire.ts";

/** Reads a certificate's line as a host would, and checks its signature. */

export interface ReadCertificate extends Omit<Certificate, "type" | "nonce"> {
  readonly type: string;
  readonly kind: Certificate["type"];
  readonly ca: SshPublicKey;
  readonly algorithm: string;
  readonly verified: boolean;
}

const FIELDS: Readonly<Record<string, number>> = { "ssh-rsa": 2, "ssh-ed25519": 1, "sk-ssh-ed25519@openssh.com": 2 };

const keyTypeOf = (type: string): string => {
  const bare = type.replace(/-cert-v01@openssh\.com$/, "");
  return bare.startsWith("sk-") ? `${bare}@openssh.com` : bare;
};

const textsIn = (bytes: Buffer): readonly string[] => {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    texts.push(bytes.subarray(at + 4, at + 4 + length).toString("utf8"));
    at += 4 + length;
  }
  return texts;
};

const optionsIn = (bytes: Buffer): Readonly<Record<string, string>> => {
  const pairs: [string, string][] = [];
  const reader = createReader(bytes);
  for (let left = bytes.length; left > 0; ) {
    const name = reader.string();
    const value = reader.string();
    left -= 8 + name.length + value.length;
    pairs.push([name.toString("utf8"), value.length === 0 ? "" : createReader(value).string().toString("utf8")]);
  }
  return Object.fromEntries(pairs);
};

const verifies = (ca: SshPublicKey, algorithm: string, data: Buffer, signature: Buffer): boolean => {
  if (ca.kind === "rsa") return verify(algorithm === "rsa-sha2-512" ? "sha512" : "sha256", data, ca.key, signature);
  if (ca.kind === "ed25519") return verify(null, data, ca.key, signature);
  const reader = createReader(signature);
  const width = Math.ceil(ca.bits / 8);
  const half = () => {
    const number = reader.mpint();
    return Buffer.concat([Buffer.alloc(width - number.length), number]);
  };
  const both = Buffer.concat([half(), half()]);
  const hash = { 256: "sha256", 384: "sha384", 521: "sha512" }[ca.bits] ?? "";
  return verify(hash, data, { key: ca.key, dsaEncoding: "ieee-p1363" }, both);
};

export const readCertificate = (line: string): ReadCertificate => {
  const [name = "", base64 = ""] = line.trim().split(" ");
  const bytes = Buffer.from(base64, "base64");
  const reader = createReader(bytes);
  const type = reader.name();
  if (type !== name) throw new Error(`a line of ${name} holds ${type}`);
  reader.string();
  const keyType = keyTypeOf(type);
  const count = FIELDS[keyType] ?? (keyType.startsWith("sk-") ? 3 : 2);
  const fields = Array.from({ length: count }, () => reader.string());
  const key = parsePublicKey(Buffer.concat([string(keyType), ...fields.map(string)]));
  const number = () => (BigInt(reader.uint32()) << 32n) | BigInt(reader.uint32());
  const serial = number();
  const kind = reader.uint32() === 1 ? "user" : "host";
  const keyId = reader.string().toString("utf8");
  const principals = textsIn(reader.string());
  const [validAfter, validBefore] = [Number(number()), Number(number())];
  const criticalOptions = optionsIn(reader.string());
  const extensions = optionsIn(reader.string());
  reader.string();
  const ca = parsePublicKey(reader.string());
  const signed = reader.string();
  reader.end();
  const inside = createReader(signed);
  const algorithm = inside.name();
  const signature = inside.string();
  inside.end();
  const data = bytes.subarray(0, bytes.length - 4 - signed.length);
  const verified = verifies(ca, algorithm, data, signature);
  return {
    type,
    key,
    serial,
    kind,
    keyId,
    principals,
    validAfter,
    validBefore,
    criticalOptions,
    extensions,
    ca,
    algorithm,
    verified,
  };
};

/** Numbers as the encoding writes them, for tests that write what the product does not. */
export const encoded = { string, mpint, uint32 };
