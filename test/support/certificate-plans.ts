import { createPublicKey, type KeyObject } from "node:crypto";
import fc from "fast-check";
import {
  type AlternativeName,
  alternativeNamesExtension,
  authorityInformation,
  authorityKeyId,
  basicConstraints,
  type CertificatePlan,
  certificatePolicies,
  distributionPoints,
  type ExtensionPlan,
  encodedName,
  extendedKeyUsage,
  freshestLists,
  keyUsage,
  type NamePlan,
  nameConstraints,
  type Policy,
  present,
  type Subject,
  subjectKeyId,
  subjectName,
} from "../../src/x509/issuing/index.ts";

/** Arbitrary plans of certificates: everything that a certificate of this project may say. */

export const KEY_USAGES = [
  "DigitalSignature",
  "ContentCommitment",
  "KeyEncipherment",
  "DataEncipherment",
  "KeyAgreement",
  "CertSign",
  "CRLSign",
  "EncipherOnly",
  "DecipherOnly",
];
export const PURPOSES = [
  "Any",
  "ServerAuth",
  "ClientAuth",
  "CodeSigning",
  "EmailProtection",
  "TimeStamping",
  "OCSPSigning",
];

/** Control characters, and halves of pairs, are in no name. */
const UNFIT = /[\p{Cc}\p{Cs}\u2028\u2029\ufffd]/u;
const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }).filter((text) => !UNFIT.test(text));
const words = fc.array(word, { maxLength: 3 });
/** None that readers print by a name. */
const oid = fc
  .tuple(fc.constantFrom("1.2", "1.3.6.1.4.1", "2.5.999", "2.999"), fc.array(fc.nat(), { minLength: 1, maxLength: 4 }))
  .map(([root, arcs]) => [root, ...arcs].join("."));
const oids = fc.uniqueArray(oid, { maxLength: 3 });
const url = fc.webUrl({ validSchemes: ["http", "https", "ldap"] });
const urls = fc.uniqueArray(url, { maxLength: 2 });

const subject: fc.Arbitrary<Subject> = fc.record({
  countries: fc.array(fc.constantFrom("NO", "SE", "DE"), { maxLength: 1 }),
  provinces: words,
  localities: words,
  streets: words,
  postalCodes: words,
  organizations: words,
  organizationalUnits: words,
  commonName: fc.oneof(fc.constant(""), word),
  serialNumber: fc.oneof(fc.constant(""), word),
  userIds: words,
});

export const alternativeName: fc.Arbitrary<AlternativeName> = fc.oneof(
  fc.domain().map((value) => ({ kind: "dns" as const, value })),
  fc.emailAddress().map((value) => ({ kind: "email" as const, value })),
  fc.oneof(fc.ipV4(), fc.ipV6()).map((value) => ({ kind: "ip" as const, value })),
  url.map((value) => ({ kind: "uri" as const, value })),
  fc.tuple(oid, word).map(([type, value]) => ({ kind: "other" as const, type, value })),
);

const range: fc.Arbitrary<AlternativeName> = fc
  .tuple(fc.ipV4(), fc.nat(32))
  .map(([address, bits]) => ({ kind: "ip", value: `${address}/${bits}` }));

const constraint: fc.Arbitrary<AlternativeName> = fc.oneof(
  fc.domain().map((value) => ({ kind: "dns" as const, value })),
  range,
);

const policy: fc.Arbitrary<Policy> = fc.record({
  oid,
  cps: fc.oneof(fc.constant(""), url),
  notice: fc.oneof(fc.constant(""), word),
});

/** Whole seconds from 1950 to the end of 9999. */
const moment = fc
  .integer({ min: Date.parse("1950-01-01T00:00:00Z") / 1000, max: Date.parse("9999-12-31T23:59:59Z") / 1000 })
  .map((seconds) => seconds * 1000);

const serial = fc.bigInt({ min: 1n, max: 2n ** 159n - 1n });

/** What a certificate is to say, in the words of the builders. */
export const saying = fc.record({
  serial,
  subject,
  notBefore: moment,
  notAfter: moment,
  pathLength: fc.option(fc.nat(300), { nil: undefined }),
  isAuthority: fc.boolean(),
  usages: fc.subarray(KEY_USAGES),
  purposes: fc.subarray(PURPOSES),
  purposeOids: oids,
  keyId: fc.option(fc.uint8Array({ minLength: 1, maxLength: 64 }), { nil: undefined }),
  names: fc.array(alternativeName, { maxLength: 6 }),
  ocsp: urls,
  issuers: urls,
  lists: urls,
  deltas: urls,
  policies: fc.uniqueArray(policy, { maxLength: 3, selector: ({ oid: one }) => one }),
  permitted: fc.array(constraint, { maxLength: 3 }),
  excluded: fc.array(constraint, { maxLength: 3 }),
});
export type Saying = typeof saying extends fc.Arbitrary<infer T> ? T : never;

export const serialBytes = (number: bigint): Buffer => {
  const hex = number.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
};

const isNameless = (name: NamePlan): boolean => encodedName(name).length === 2;

const extensionsOf = (
  said: Saying,
  publicKey: KeyObject,
  authorityKey: Uint8Array | undefined,
): readonly ExtensionPlan[] => {
  const { pathLength } = said;
  return present(
    said.isAuthority ? basicConstraints({ pathLength }) : undefined,
    keyUsage(said.usages),
    extendedKeyUsage(said.purposes, said.purposeOids),
    subjectKeyId(publicKey, said.keyId),
    authorityKeyId(authorityKey),
    alternativeNamesExtension(said.names, isNameless(subjectName(said.subject))),
    authorityInformation(said.ocsp, said.issuers),
    distributionPoints(said.lists),
    freshestLists(said.deltas),
    certificatePolicies(said.policies),
    nameConstraints(said.permitted, said.excluded),
  );
};

/** The plan of what is said, for a key of the holder; `issuer`: its name; `authorityKey`: the id of its key. */
export const planOf = (
  said: Saying,
  holder: KeyObject,
  issuer: NamePlan | Uint8Array,
  authorityKey: Uint8Array | undefined = said.keyId,
): CertificatePlan => {
  const publicKey = holder.type === "public" ? holder : createPublicKey(holder);
  return {
    serial: serialBytes(said.serial),
    subject: subjectName(said.subject),
    issuer,
    notBefore: said.notBefore,
    notAfter: said.notAfter,
    publicKey,
    extensions: extensionsOf(said, publicKey, authorityKey),
  };
};
