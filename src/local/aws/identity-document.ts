/**
 * What EC2's metadata service says of an instance, signed as AWS signs it, but by a certificate of this double's own:
 * a mount believes it once the certificate is in its `config/certificate`. For demonstrations and tests.
 */

import { createHash, generateKeyPair, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import {
  BitString,
  Constructed,
  fromBER,
  GeneralizedTime,
  Integer,
  Null,
  ObjectIdentifier,
  OctetString,
  PrintableString,
  Sequence,
  Set as SetOf,
  UTCTime,
} from "asn1js";

type Element = ConstructorParameters<typeof Sequence>[0] extends { value?: (infer E)[] } | undefined ? E : never;

const sequence = (...value: Element[]): Sequence => new Sequence({ value });
const setOf = (...value: Element[]): SetOf => new SetOf({ value });
const tagged = (tagNumber: number, ...value: Element[]): Constructed =>
  new Constructed({ idBlock: { tagClass: 3, tagNumber }, value });
const oid = (value: string): ObjectIdentifier => new ObjectIdentifier({ value });
const octets = (valueHex: Buffer): OctetString => new OctetString({ valueHex });
const derOf = (element: { toBER(): ArrayBuffer }): Buffer => Buffer.from(element.toBER());

const DATA = "1.2.840.113549.1.7.1";
const SIGNED_DATA = "1.2.840.113549.1.7.2";
const algorithm = (value: string): Sequence => sequence(oid(value), new Null());
const SHA256 = () => algorithm("2.16.840.1.101.3.4.2.1");
const SHA256_RSA = () => algorithm("1.2.840.113549.1.1.11");

const ATTRIBUTES = { country: "2.5.4.6", state: "2.5.4.8", locality: "2.5.4.7", organization: "2.5.4.10" } as const;
const attribute = (type: string, value: string): SetOf => setOf(sequence(oid(type), new PrintableString({ value })));

/** As in AWS's certificates but for the organization: nobody is to mistake this one for theirs. */
const name = (): Sequence =>
  sequence(
    attribute(ATTRIBUTES.country, "US"),
    attribute(ATTRIBUTES.state, "Washington State"),
    attribute(ATTRIBUTES.locality, "Seattle"),
    attribute(ATTRIBUTES.organization, "Local double of AWS"),
  );

const time = (ms: number): Element => {
  const valueDate = new Date(ms);
  return valueDate.getUTCFullYear() < 2050 ? new UTCTime({ valueDate }) : new GeneralizedTime({ valueDate });
};

export interface Validity {
  /** Milliseconds. */
  readonly from: number;
  readonly until: number;
}

const serialOf = (publicKey: KeyObject): Integer => {
  const digest = createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest();
  // positive, and of no more bytes than it needs
  digest[0] = ((digest[0] ?? 0) & 0x3f) | 0x40;
  return new Integer({ valueHex: digest.subarray(0, 8) });
};

const certificateOf = (publicKey: KeyObject, privateKey: KeyObject, { from, until }: Validity): Buffer => {
  const spki = fromBER(publicKey.export({ type: "spki", format: "der" })).result;
  const version = tagged(0, new Integer({ value: 2 }));
  const validity = sequence(time(from), time(until));
  const tbs = sequence(version, serialOf(publicKey), SHA256_RSA(), name(), validity, name(), spki);
  const signature = new BitString({ valueHex: sign("sha256", derOf(tbs), privateKey) });
  return derOf(sequence(tbs, SHA256_RSA(), signature));
};

const base64Lines = (bytes: Buffer): string => bytes.toString("base64").replace(/(.{64})(?=.)/g, "$1\n");

const pem = (der: Buffer): string => `-----BEGIN CERTIFICATE-----\n${base64Lines(der)}\n-----END CERTIFICATE-----\n`;

const signedAttributes = (content: Buffer, at: number): readonly Sequence[] => {
  const one = (type: string, value: Element) => sequence(oid(type), setOf(value));
  return [
    one("1.2.840.113549.1.9.3", oid(DATA)),
    one("1.2.840.113549.1.9.5", time(at)),
    one("1.2.840.113549.1.9.4", octets(createHash("sha256").update(content).digest())),
  ];
};

export interface DocumentSigner {
  /** PEM, for `config/certificate`: of type `pkcs7` for `rsa2048`, of type `identity` for `signature`. */
  readonly certificate: string;
  /** As IMDS `signature` gives it: base64 of an RSA signature over the document. */
  signature(document: Buffer): string;
  /** As IMDS `rsa2048` gives it: base64 of PKCS #7 with the document inside, in lines. */
  rsa2048(document: Buffer): string;
}

const makeKeys = () => promisify(generateKeyPair)("rsa", { modulusLength: 2048 });

/** Makes keys and a certificate that signs itself. `now` in milliseconds. */
export const createDocumentSigner = async (
  now: number,
  validity: Validity = { from: now - 86_400_000, until: now + 20 * 365 * 86_400_000 },
): Promise<DocumentSigner> => {
  const { publicKey, privateKey } = await makeKeys();
  const message = (content: Buffer): Buffer => {
    const attributes = [...signedAttributes(content, now)];
    const signer = sequence(
      new Integer({ value: 1 }),
      sequence(name(), serialOf(publicKey)),
      SHA256(),
      tagged(0, ...attributes),
      algorithm("1.2.840.113549.1.1.1"),
      octets(sign("sha256", derOf(setOf(...attributes)), privateKey)),
    );
    const encapsulated = sequence(oid(DATA), tagged(0, octets(content)));
    const signed = sequence(new Integer({ value: 1 }), setOf(SHA256()), encapsulated, setOf(signer));
    return derOf(sequence(oid(SIGNED_DATA), tagged(0, signed)));
  };
  return {
    certificate: pem(certificateOf(publicKey, privateKey, validity)),
    signature: (document) => sign("sha256", document, privateKey).toString("base64"),
    rsa2048: (document) => base64Lines(message(document)),
  };
};

/** The text of an identity document, in AWS's layout. */
export const documentText = (facts: {
  readonly accountId: string;
  readonly region: string;
  readonly instanceId: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly privateIp: string;
  /** Milliseconds. */
  readonly started: number;
}): string => {
  const { started, ...told } = facts;
  const members = {
    accountId: told.accountId,
    architecture: "x86_64",
    availabilityZone: `${told.region}a`,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: told.imageId,
    instanceId: told.instanceId,
    instanceType: told.instanceType,
    kernelId: null,
    pendingTime: new Date(started).toISOString().replace(/\.\d+Z$/, "Z"),
    privateIp: told.privateIp,
    ramdiskId: null,
    region: told.region,
    version: "2017-09-30",
  };
  const lines = Object.entries(members).map(([key, value]) => `  "${key}" : ${JSON.stringify(value)}`);
  return `{\n${lines.join(",\n")}\n}`;
};
