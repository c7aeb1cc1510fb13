import { createHash } from "node:crypto";
import { type BaseBlock, Constructed, fromBER, OctetString } from "asn1js";

/**
 * The one shape of PKCS #7 that EC2's metadata service gives out: signed data with the document inside, one signer named
 * by issuer and serial number, signed attributes, and nothing else. Whatever is not signed must equal a constant byte
 * for byte, so that no part of an accepted message can be changed by whoever carries it.
 *
 * Security: a message that brings certificates is refused, since they would be the sender's and not AWS's. Nothing here
 * says who signed: `signature.ts` holds the signer against pinned certificates.
 *
 * Source: RFC 5652, section 5; lengths may be indefinite outside the signer's part, as AWS sends them.
 */

/** Why bytes are not such a message. */
export class CmsError extends Error {
  override readonly name = "CmsError";
}

/** A message as it was signed; by whom is still to be found out. */
export interface SignedContent {
  readonly content: Buffer;
  /** What the signature is over: the attributes as a SET, which hold the content's digest. */
  readonly attributes: Buffer;
  readonly digest: Digest;
  readonly algorithm: "dsa" | "rsa";
  readonly signer: Signer;
  readonly signature: Buffer;
}

/** A certificate as a message names it: its issuer's name and its serial number, encoded as they are in it. */
interface Signer {
  readonly issuer: Buffer;
  readonly serial: Buffer;
}

export type Digest = "sha1" | "sha256";

const MOST_BYTES = 12 * 1024;
const LIMITS = { maxDepth: 16, maxNodes: 400, maxContentLength: MOST_BYTES, parseEmbedded: false };

const SIGNED_DATA = "06092a864886f70d010702";
const DATA = "06092a864886f70d010701";
const CONTENT_TYPE = "06092a864886f70d010903";
const MESSAGE_DIGEST = "06092a864886f70d010904";
const VERSION_1 = "020101";

const DIGESTS: Readonly<Record<string, Digest>> = {
  // AWS signs with DSA and SHA-1; `signature.ts` takes it for that alone
  "300906052b0e03021a0500": "sha1",
  "300706052b0e03021a": "sha1",
  "300d06096086480165030402010500": "sha256",
  "300b0609608648016503040201": "sha256",
};

const ALGORITHMS: Readonly<Record<string, SignedContent["algorithm"]>> = {
  "300906072a8648ce380403": "dsa",
  "300d06092a864886f70d0101010500": "rsa",
  "300d06092a864886f70d01010b0500": "rsa",
};

const SEQUENCE = { tagClass: 1, tagNumber: 16 } as const;
const SET = { tagClass: 1, tagNumber: 17 } as const;
const OCTETS = { tagClass: 1, tagNumber: 4 } as const;
const INTEGER = { tagClass: 1, tagNumber: 2 } as const;
const TAGGED_0 = { tagClass: 3, tagNumber: 0 } as const;
type Tag = typeof SEQUENCE | typeof SET | typeof OCTETS | typeof INTEGER | typeof TAGGED_0;

const bytesOf = (node: BaseBlock): Buffer => Buffer.from(node.valueBeforeDecodeView);
const hexOf = (node: BaseBlock | undefined): string => (node ? bytesOf(node).toString("hex") : "");

const checked = (node: BaseBlock | undefined, tag: Tag, constructed: boolean): BaseBlock => {
  const { tagClass, tagNumber, isConstructed } = node?.idBlock ?? {};
  if (!node || tagClass !== tag.tagClass || tagNumber !== tag.tagNumber || isConstructed !== constructed)
    throw new CmsError("unexpected element");
  return node;
};

/** The members of a constructed element; throws unless there are `count` of them. */
const membersOf = (
  node: BaseBlock | undefined,
  tag: Tag,
  { count, indefinite = false }: { readonly count?: number; readonly indefinite?: boolean } = {},
): readonly BaseBlock[] => {
  const found = checked(node, tag, true);
  if (found.lenBlock.isIndefiniteForm && !indefinite) throw new CmsError("indefinite length where none is expected");
  const members = found instanceof Constructed || found instanceof OctetString ? found.valueBlock.value : [];
  if (count !== undefined && members.length !== count) throw new CmsError("unexpected number of elements");
  return members;
};

const octetsOf = (node: BaseBlock | undefined): Buffer => {
  const found = checked(node, OCTETS, false);
  if (!(found instanceof OctetString)) throw new CmsError("unexpected element");
  return Buffer.from(found.valueBlock.valueHexView);
};

const expect = (node: BaseBlock | undefined, hex: string): void => {
  if (hexOf(node) !== hex) throw new CmsError("unexpected value");
};

const oneOf = <T>(node: BaseBlock | undefined, table: Readonly<Record<string, T>>): T => {
  const hex = hexOf(node);
  const found = Object.hasOwn(table, hex) ? table[hex] : undefined;
  if (found === undefined) throw new CmsError("unknown algorithm");
  return found;
};

/** The parser reports some faults and throws others, of no one kind; whatever it cannot read counts as malformed. */
const attempt = <T>(call: () => T): T => {
  try {
    return call();
  } catch (cause) {
    throw new CmsError("not one well-formed element", { cause });
  }
};

/**
 * The whole of `ber` as one element, within limits. It must be what an encoder would write: the parser takes lengths
 * that members overrun and ends that are not zero, and what it took would then be more than what was signed.
 */
const parse = (ber: Uint8Array): BaseBlock => {
  if (ber.length > MOST_BYTES) throw new CmsError("too long");
  const { offset, result } = attempt(() => fromBER(ber, LIMITS));
  if (offset !== ber.length || result.error !== "") throw new CmsError("not one well-formed element");
  if (!Buffer.from(attempt(() => result.toBER())).equals(ber)) throw new CmsError("not encoded as it should be");
  return result;
};

/** Octets in one piece, or in several of which none is divided again. */
const contentOf = (encapsulated: BaseBlock | undefined): Buffer => {
  const [type, tagged] = membersOf(encapsulated, SEQUENCE, { count: 2, indefinite: true });
  expect(type, DATA);
  const [octets] = membersOf(tagged, TAGGED_0, { count: 1, indefinite: true });
  if (!octets?.idBlock.isConstructed) return octetsOf(octets);
  return Buffer.concat(membersOf(octets, OCTETS, { indefinite: true }).map(octetsOf));
};

/** The value of the attribute of a type; there must be exactly one of each. */
const attributeOf = (attributes: readonly BaseBlock[], type: string): BaseBlock | undefined => {
  const found = attributes.map((one) => membersOf(one, SEQUENCE, { count: 2 })).filter(([oid]) => hexOf(oid) === type);
  if (found.length !== 1) throw new CmsError("a signed attribute is missing or doubled");
  return membersOf(found[0]?.[1], SET, { count: 1 })[0];
};

const attributesOf = (node: BaseBlock | undefined, content: Buffer, digest: Digest): Buffer => {
  const attributes = membersOf(node, TAGGED_0);
  expect(attributeOf(attributes, CONTENT_TYPE), DATA);
  const stated = octetsOf(attributeOf(attributes, MESSAGE_DIGEST));
  if (!stated.equals(createHash(digest).update(content).digest())) throw new CmsError("digest is not the content's");
  const signed = node ? bytesOf(node) : Buffer.alloc(0);
  signed[0] = 0x31;
  return signed;
};

/**
 * Reads a message; the content's digest is checked, the signature is not. Throws `CmsError` and nothing else.
 */
export const readCms = (ber: Uint8Array): SignedContent => {
  const [contentType, wrapped] = membersOf(parse(ber), SEQUENCE, { count: 2, indefinite: true });
  expect(contentType, SIGNED_DATA);
  const [signedData] = membersOf(wrapped, TAGGED_0, { count: 1, indefinite: true });
  // four: with certificates or revocation lists there would be more
  const [version, digests, encapsulated, signers] = membersOf(signedData, SEQUENCE, { count: 4, indefinite: true });
  expect(version, VERSION_1);
  const [digestAlgorithm] = membersOf(digests, SET, { count: 1 });
  const content = contentOf(encapsulated);

  const [signer] = membersOf(signers, SET, { count: 1 });
  // six: unsigned attributes would be a seventh
  const [signerVersion, name, signerDigest, attributes, algorithm, signature] = membersOf(signer, SEQUENCE, {
    count: 6,
  });
  expect(signerVersion, VERSION_1);
  const digest = oneOf(digestAlgorithm, DIGESTS);
  expect(signerDigest, hexOf(digestAlgorithm));
  const [issuer, serial] = membersOf(name, SEQUENCE, { count: 2 });
  return {
    content,
    attributes: attributesOf(attributes, content, digest),
    digest,
    algorithm: oneOf(algorithm, ALGORITHMS),
    signer: { issuer: bytesOf(checked(issuer, SEQUENCE, true)), serial: bytesOf(checked(serial, INTEGER, false)) },
    signature: octetsOf(signature),
  };
};
