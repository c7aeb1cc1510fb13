import { createHash, type KeyObject } from "node:crypto";
import { membersUnder } from "../strict-der.ts";
import { contextTag, TAGS } from "../tags.ts";
import { bitString, element, integer, oid, sequence, time, unsigned } from "./der.ts";
import { encodedName } from "./names.ts";
import type { CertificatePlan, ExtensionPlan, Signer } from "./plans.ts";
import { algorithmOf, signatureOver } from "./signatures.ts";

/** Version 3, the only one with extensions. */
const VERSION = element(contextTag(0), integer(2));

const encodings = new WeakMap<KeyObject, Buffer>();

/** DER of a public key with its algorithm. Node takes longer to write a key than to sign with one, so each once. */
export const encodedKey = (key: KeyObject): Buffer => {
  const known = encodings.get(key) ?? key.export({ type: "spki", format: "der" });
  encodings.set(key, known);
  return known;
};

/** For a key that was just read from this DER, the only one it has. */
export const rememberEncoding = (key: KeyObject, der: Uint8Array): void => {
  encodings.set(key, Buffer.from(der));
};

/** The bits of a key, without its algorithm: what key identifiers hash. */
export const keyBits = (key: KeyObject): Buffer =>
  Buffer.from(membersUnder(TAGS.sequence, encodedKey(key))[1]?.content.subarray(1) ?? []);

/** SHA-1 over the bits of the key: an identifier, which nothing trusts. Source: RFC 5280, section 4.2.1.2, method 1. */
export const keyIdOf = (key: KeyObject): Buffer => createHash("sha1").update(keyBits(key)).digest();

const CRITICAL = element(TAGS.boolean, Buffer.of(0xff));

const encodedExtension = ({ type, critical, value }: ExtensionPlan): Buffer =>
  sequence(oid(type), ...(critical ? [CRITICAL] : []), element(TAGS.octets, value));

export const encodedExtensions = (extensions: readonly ExtensionPlan[]): Buffer =>
  sequence(...extensions.map(encodedExtension));

/** A body, the algorithm, and the signature over the body: the frame of everything that is signed. */
export const signedFrame = (body: Uint8Array, signer: Signer, more: readonly Uint8Array[] = []): Buffer =>
  sequence(body, algorithmOf(signer), bitString(signatureOver(body, signer)), ...more);

/** A certificate, DER. Says what the plan says; whether it may is decided by whoever plans. */
export const signCertificate = (plan: CertificatePlan, signer: Signer): Buffer => {
  const { extensions } = plan;
  const body = sequence(
    VERSION,
    unsigned(plan.serial),
    algorithmOf(signer),
    encodedName(plan.issuer),
    sequence(time(plan.notBefore), time(plan.notAfter)),
    encodedName(plan.subject),
    encodedKey(plan.publicKey),
    ...(extensions.length > 0 ? [element(contextTag(3), encodedExtensions(extensions))] : []),
  );
  return signedFrame(body, signer);
};
