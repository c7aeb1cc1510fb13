import { createHash } from "node:crypto";
import { Unreadable } from "../errors.ts";
import { extensionsOf, type Member, membersOf, membersUnder, NotDer, oidOf, requireDer } from "../strict-der.ts";
import { contextTag, TAGS } from "../tags.ts";

/**
 * Questions by OCSP, as strangers send them: which certificates, of which issuer. It answers, or throws `Unreadable`.
 *
 * Security: an answer repeats a question's words for a certificate, and is signed. So nothing in them is of a length that
 * the stranger chooses: digests are as long as their hash makes them, and a number is as long as numbers are.
 *
 * Source: RFC 6960, section 4.1.
 */

interface Hash {
  readonly name: string;
  readonly bytes: number;
}

const HASHES: Readonly<Record<string, Hash>> = {
  "1.3.14.3.2.26": { name: "sha1", bytes: 20 },
  "2.16.840.1.101.3.4.2.1": { name: "sha256", bytes: 32 },
  "2.16.840.1.101.3.4.2.2": { name: "sha384", bytes: 48 },
  "2.16.840.1.101.3.4.2.3": { name: "sha512", bytes: 64 },
};

/** A certificate that somebody asks about: by its issuer's name and key, hashed, and its number. */
export interface AskedCertificate {
  /** Node's name of the hash. */
  readonly hash: string;
  readonly nameHash: Uint8Array;
  readonly keyHash: Uint8Array;
  /** Big endian, without zeros in front. */
  readonly serial: Uint8Array;
  /** The question's own words for it, DER, which its answer repeats. */
  readonly der: Uint8Array;
}

export interface OcspRequest {
  /** At least one. */
  readonly asked: readonly [AskedCertificate, ...AskedCertificate[]];
  /** The value of the extension, to be sent back as it is; absent: none was sent. */
  readonly nonce?: Uint8Array | undefined;
}

/** The extension that ties an answer to its question. */
export const NONCE = "1.3.6.1.5.5.7.48.1.2";
/** 128 bytes with tag and length. Some clients send the bytes alone. Source: RFC 9654, section 2.1. */
const MOST_NONCE_BYTES = 131;

const BROKEN = "not a question by OCSP, or a broken one";
const refuse = (): never => {
  throw new Unreadable(BROKEN);
};

const digits = ({ content }: Member): Uint8Array => {
  if ((content[0] ?? 0) >= 0x80) return refuse();
  const first = content.findIndex((byte) => byte !== 0);
  return first < 0 ? content.subarray(0, 0) : content.subarray(first);
};

/** A byte more than 20 where the first bit is set; twice that, for what authorities of long ago wrote. */
const MOST_NUMBER_BYTES = 41;

const hashIn = (algorithm: Member): Hash => {
  const [type, parameters, ...more] = membersUnder(TAGS.sequence, algorithm.der);
  const hash = HASHES[oidOf(type)];
  if (hash === undefined) throw new Unreadable("the question uses a hash that is not supported");
  return more.length === 0 && (parameters === undefined || parameters.tag === TAGS.null) ? hash : refuse();
};

const askedIn = (request: Member): AskedCertificate => {
  const [id, ...more] = membersUnder(TAGS.sequence, request.der);
  if (!id || more.length > 1 || (more[0] && more[0].tag !== contextTag(0))) return refuse();
  const [algorithm, name, key, number, ...rest] = membersUnder(TAGS.sequence, id.der);
  const isWhole = algorithm && name?.tag === TAGS.octets && key?.tag === TAGS.octets && number?.tag === TAGS.integer;
  if (!isWhole || rest.length > 0 || number.content.length > MOST_NUMBER_BYTES) return refuse();
  const { name: hash, bytes } = hashIn(algorithm);
  if (name.content.length !== bytes || key.content.length !== bytes) return refuse();
  return { hash, nameHash: name.content, keyHash: key.content, serial: digits(number), der: id.der };
};

const nonceIn = (extensions: Member | undefined): Uint8Array | undefined => {
  const [list] = extensions ? membersOf(extensions.der) : [];
  if (!list) return undefined;
  const values = extensionsOf(list.der).filter(({ type }) => type === NONCE);
  const lengths = values.map(({ value }) => value.length);
  if (values.length > 1 || lengths.some((length) => length < 1 || length > MOST_NONCE_BYTES)) return refuse();
  return values[0]?.value;
};

/** What stands before and after the list of questions, by tag: a version, who asks, and extensions. */
const read = (der: Uint8Array): OcspRequest => {
  requireDer(der);
  const [body, signature, ...more] = membersUnder(TAGS.sequence, der);
  if (!body || more.length > 0 || (signature && signature.tag !== contextTag(0))) return refuse();
  const members = membersUnder(TAGS.sequence, body.der);
  const tags = members.map(({ tag }) => tag);
  const order = [contextTag(0), contextTag(1), TAGS.sequence, contextTag(2)];
  if (tags.join() !== order.filter((tag) => tags.includes(tag)).join()) return refuse();
  const by = (tag: number): Member | undefined => members.find((member) => member.tag === tag);
  const [first, ...others] = membersUnder(TAGS.sequence, by(TAGS.sequence)?.der).map(askedIn);
  if (!first) return refuse();
  return { asked: [first, ...others], nonce: nonceIn(by(contextTag(2))) };
};

/** A question, DER. Its signature, if any, is not looked at: everybody may ask. Throws `Unreadable`. */
export const readOcspRequest = (der: Uint8Array): OcspRequest => {
  try {
    return read(der);
  } catch (cause) {
    if (cause instanceof Unreadable && !(cause instanceof NotDer)) throw cause;
    throw new Unreadable(BROKEN, { cause });
  }
};

/** Whether an issuer is the one somebody means. `subject`: DER; `keyBits`: of its key, without the algorithm. */
export const isIssuerOf = (
  { hash, nameHash, keyHash }: AskedCertificate,
  issuer: { readonly subject: Uint8Array; readonly keyBits: Uint8Array },
): boolean => {
  const digest = (bytes: Uint8Array): Buffer => createHash(hash).update(bytes).digest();
  return digest(issuer.subject).equals(nameHash) && digest(issuer.keyBits).equals(keyHash);
};
