import { constants, verify, X509Certificate } from "node:crypto";
import { bodyOf, type Item, inside, insideAt, itemAt, named, nameText, oid, serial, time } from "./der.ts";
import { extensions, reason } from "./extensions.ts";

/** Certificates, requests, lists of the revoked and OCSP answers as plain JSON, so that a story can say what is in them. */

const HASHES: Readonly<Record<string, string>> = {
  "1.3.14.3.2.26": "sha1",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};

const seconds = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000;

const keyText = (item: Item): string => {
  const [type, parameter] = inside(insideAt(item, 0));
  const kind = named(type);
  if (kind === "ec") return `ec ${named(parameter)}`;
  if (kind !== "rsa") return kind;
  const modulus = bodyOf(insideAt(itemAt(insideAt(item, 1).body.subarray(1)), 0));
  return `rsa ${(modulus[0] === 0 ? modulus.length - 1 : modulus.length) * 8}`;
};

const signatureText = (item: Item | undefined): string => {
  const [type, parameters] = inside(item);
  const kind = named(type);
  if (kind !== "rsa-pss") return kind;
  const hash = inside(parameters).find(({ tag }) => tag === 0xa0);
  return `rsa-pss-${hash ? HASHES[oid(insideAt(insideAt(hash, 0), 0))] : "sha1"}`;
};

/** Whether the key of a certificate made the signature over an item. */
const isSigned = (by: string, signed: Item, algorithm: Item | undefined, bits: Item | undefined): boolean => {
  const kind = signatureText(algorithm);
  const key = new X509Certificate(by).publicKey;
  const options = kind.startsWith("rsa-pss")
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO }
    : key;
  const hash = kind === "ed25519" ? null : (kind.split("-").at(-1) ?? "");
  return verify(hash, signed.whole, options, bodyOf(bits).subarray(1));
};

const PEM = /-----BEGIN [A-Z0-9 ]+-----([A-Za-z0-9+/=\s]+)-----END /;

/** The first block of a PEM text, or DER as it is. */
const bytesOf = (value: unknown): Buffer => {
  if (Buffer.isBuffer(value) && !value.subarray(0, 11).equals(Buffer.from("-----BEGIN "))) return value;
  const block = PEM.exec(String(value))?.[1];
  if (block === undefined) throw new Error("neither PEM nor DER");
  return Buffer.from(block, "base64");
};

const read = (value: unknown): readonly Item[] => inside(itemAt(bytesOf(value)));

/** What a reader finds. `by`: PEM of a certificate; with it `signed` says whether its key signed. */
type Reader = (value: unknown, by?: string) => Readonly<Record<string, unknown>>;

const certificate: Reader = (value, by) => {
  const [body, algorithm, signature] = read(value);
  const parts = [...inside(body)];
  const version = parts[0]?.tag === 0xa0 ? (insideAt(parts.shift(), 0).body[0] ?? 0) + 1 : 1;
  const [number, , issuer, validity, subject, key] = parts;
  if (!body || !number || !issuer || !validity || !subject || !key) throw new Error("not a certificate");
  const [notBefore = "", notAfter = ""] = inside(validity).map(time);
  const rest = parts.find(({ tag }) => tag === 0xa3);
  return {
    version,
    serial: serial(number),
    signature: signatureText(algorithm),
    issuer: nameText(issuer),
    subject: nameText(subject),
    notBefore,
    notAfter,
    ttl: seconds(notBefore, notAfter),
    key: keyText(key),
    extensions: rest ? extensions(insideAt(rest, 0)) : {},
    ...(by === undefined ? {} : { signed: isSigned(by, body, algorithm, signature) }),
  };
};

const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";

const request: Reader = (value) => {
  const [body, algorithm] = read(value);
  const [, subject, key, attributes] = inside(body);
  if (!subject || !key) throw new Error("not a request");
  const asked = attributes && inside(attributes).find((one) => oid(insideAt(one, 0)) === EXTENSION_REQUEST);
  return {
    subject: nameText(subject),
    key: keyText(key),
    signature: signatureText(algorithm),
    extensions: asked ? extensions(insideAt(insideAt(asked, 1), 0)) : {},
  };
};

const isTime = (item: Item | undefined): item is Item => item?.tag === 0x17 || item?.tag === 0x18;

const entry = (item: Item): Readonly<Record<string, unknown>> => {
  const [number, , more] = inside(item);
  if (!number) throw new Error("an entry without a serial number");
  return { serial: serial(number), ...(more ? { extensions: extensions(more) } : {}) };
};

const list: Reader = (value, by) => {
  const [body, algorithm, signature] = read(value);
  const parts = inside(body).filter(({ tag }) => tag !== 2);
  const [, issuer, first, next] = parts;
  if (!body || !issuer || !first) throw new Error("not a list of the revoked");
  const entries = parts.slice(3).find(({ tag }) => tag === 0x30);
  const rest = parts.find(({ tag }) => tag === 0xa0);
  const thisUpdate = time(first);
  return {
    issuer: nameText(issuer),
    signature: signatureText(algorithm),
    thisUpdate,
    ...(isTime(next) ? { ttl: seconds(thisUpdate, time(next)) } : {}),
    revoked: entries ? inside(entries).map(entry) : [],
    extensions: rest ? extensions(insideAt(rest, 0)) : {},
    ...(by === undefined ? {} : { signed: isSigned(by, body, algorithm, signature) }),
  };
};

const ANSWERS = ["successful", "malformedRequest", "internalError", "tryLater", "4", "sigRequired", "unauthorized"];
const STATES = ["good", "revoked", "unknown"];

const single = (item: Item): Readonly<Record<string, unknown>> => {
  const [id, state, thisUpdate, next] = inside(item);
  const [hash, , , number] = inside(id);
  if (!state || !thisUpdate || !number) throw new Error("an answer without a status");
  const status = STATES[state.tag & 0x1f];
  const why = status === "revoked" ? inside(state)[1] : undefined;
  return {
    hash: HASHES[oid(insideAt(hash, 0))],
    serial: serial(number),
    status,
    ...(why ? { reason: reason(insideAt(why, 0)) } : {}),
    ...(next?.tag === 0xa0 ? { ttl: seconds(time(thisUpdate), time(insideAt(next, 0))) } : {}),
  };
};

const ocsp: Reader = (value, by) => {
  const [status, payload] = read(value);
  const answer = ANSWERS[bodyOf(status)[0] ?? 0];
  if (!payload) return { answer };
  const [body, algorithm, signature, certificates] = inside(itemAt(bodyOf(insideAt(insideAt(payload, 0), 1))));
  if (!body) throw new Error("not an answer");
  const parts = inside(body);
  const rest = parts.slice(1).find(({ tag }) => tag === 0xa1);
  return {
    answer,
    signature: signatureText(algorithm),
    certificates: certificates ? inside(insideAt(certificates, 0)).length : 0,
    answers: inside(parts.find(({ tag }) => tag === 0x30)).map(single),
    extensions: rest ? extensions(insideAt(rest, 0)) : {},
    ...(by === undefined ? {} : { signed: isSigned(by, body, algorithm, signature) }),
  };
};

/** By the name of their matcher. */
export const READERS: ReadonlyMap<string, Reader> = new Map([
  ["$x509", certificate],
  ["$csr", request],
  ["$crl", list],
  ["$ocsp", ocsp],
]);
