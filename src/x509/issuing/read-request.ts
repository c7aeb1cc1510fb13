import { AsnConvert } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, id_ce_subjectAltName } from "@peculiar/asn1-x509";
import { Unreadable } from "../errors.ts";
import { pemBlocks } from "../pem.ts";
import { extensionsOf, membersUnder, NotDer, oidOf, requireDer, wholeBits } from "../strict-der.ts";
import { contextTag, TAGS } from "../tags.ts";
import { plannedName } from "./names.ts";
import type { CertificateRequest, ExtensionPlan } from "./plans.ts";
import { readKey } from "./read-key.ts";
import { readAlternativeNames } from "./read-names.ts";
import { EXTENSION_REQUEST } from "./request.ts";
import { holds } from "./signatures.ts";

/**
 * A request for a certificate, as strangers send it. Nothing it says is believed but that its sender has the key. It
 * answers, or throws `Unreadable`; it must never take long, or throw anything else.
 */

const LABELS = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"];
/** A key of 8,192 bits and hundreds of names fit into a fraction of it. */
const MOST_BYTES = 65_536;

const BROKEN = "not a certificate request, or a broken one";
export const UNPROVEN = "the signature of the request does not hold";

const REQUESTS = contextTag(0);

/** Attributes that ask for something else are passed over, as in the reference: passwords, what Windows says of itself. */
const askedExtensions = (attributes: Uint8Array | undefined): readonly ExtensionPlan[] => {
  if (attributes === undefined) return [];
  const extensions = membersUnder(REQUESTS, attributes).flatMap(({ der }) => {
    const [type, values, ...more] = membersUnder(TAGS.sequence, der);
    if (oidOf(type) !== EXTENSION_REQUEST) return [];
    const [list, ...lists] = membersUnder(TAGS.set, values?.der);
    if (lists.length > 0) throw new Unreadable("the extensions are there twice");
    if (!list || more.length > 0) throw new Unreadable(BROKEN);
    return extensionsOf(list.der);
  });
  const types = new Set(extensions.map(({ type }) => type));
  if (types.size < extensions.length) throw new Unreadable("an extension is there twice");
  return extensions;
};

interface Read {
  readonly claimed: CertificateRequest;
  /** Whether the sender has the key. */
  readonly isProven: () => boolean;
}

const read = (der: Uint8Array): Read => {
  if (der.length > MOST_BYTES) throw new Unreadable("the request is too long");
  requireDer(der);
  const [body, algorithm, signature, ...more] = membersUnder(TAGS.sequence, der);
  const [version, subject, key, attributes, ...rest] = membersUnder(TAGS.sequence, body?.der);
  // The algorithm is outside what is signed, and its schema takes other tags for its own.
  const isWhole =
    body && algorithm?.tag === TAGS.sequence && signature && version?.tag === TAGS.integer && subject && key;
  if (!isWhole || more.length > 0 || rest.length > 0) throw new Unreadable(BROKEN);
  const publicKey = readKey(key.der);
  const algorithmRead = AsnConvert.parse(algorithm.der, AlgorithmIdentifier);
  const bits = wholeBits(signature);
  const extensions = askedExtensions(attributes?.der);
  const { names, others } = readAlternativeNames(extensions.find(({ type }) => type === id_ce_subjectAltName)?.value);
  const claimed = {
    der,
    publicKey,
    subject: plannedName(subject.der),
    subjectDer: subject.der,
    alternative: names,
    unknownAlternative: others,
    extensions,
  };
  return { claimed, isProven: () => holds(publicKey, algorithmRead, body.der, bits) };
};

const bytesOf = (request: Uint8Array | string): Uint8Array => {
  if (typeof request !== "string") return request;
  const [first] = pemBlocks(request, LABELS);
  if (!first) throw new Unreadable("not PEM of a certificate request");
  return first;
};

const strictly = <T>(work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof Unreadable && !(cause instanceof NotDer)) throw cause;
    throw new Unreadable(BROKEN, { cause });
  }
};

/**
 * A request as PEM, of which the first block counts, or DER. Throws `Unreadable`. `refuse` sees what the request claims
 * before its signature is checked, which costs most, and throws for what its caller does not take.
 */
export const readRequest = (
  request: Uint8Array | string,
  refuse: (claimed: CertificateRequest) => void = () => undefined,
): CertificateRequest => {
  const { claimed, isProven } = strictly(() => read(bytesOf(request)));
  refuse(claimed);
  if (!isProven()) throw new Unreadable(UNPROVEN);
  return claimed;
};
