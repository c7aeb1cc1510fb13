import type { KeyObject } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  CertificatePolicies,
  DisplayText,
  ExtendedKeyUsage,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_certificatePolicies,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectKeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  NameConstraints,
  PolicyInformation,
  PolicyQualifierInfo,
  SubjectKeyIdentifier,
  UserNotice,
} from "@peculiar/asn1-x509";
import { TAGS } from "../tags.ts";
import { keyIdOf } from "./certificate.ts";
import { bufferOf, element } from "./der.ts";
import { Unwritable } from "./errors.ts";
import { generalName } from "./general-names.ts";
import { requireOid } from "./oids.ts";
import type { AlternativeName, ExtensionPlan } from "./plans.ts";

/** What a certificate says about its key and its holder, as extensions. Source: RFC 5280, section 4.2.1. */

export const extension = (type: string, critical: boolean, value: object): ExtensionPlan => ({
  type,
  critical,
  value: new Uint8Array(AsnConvert.serialize(value)),
});

/** Those that are there: most builders answer `undefined` where there is nothing to say. */
export const present = (...extensions: readonly (ExtensionPlan | undefined)[]): readonly ExtensionPlan[] =>
  extensions.filter((one): one is ExtensionPlan => one !== undefined);

/** Without `authority` it says that the holder is none; without `pathLength` it sets no limit. */
export const basicConstraints = (authority?: { readonly pathLength?: number | undefined }): ExtensionPlan => {
  const { pathLength } = authority ?? {};
  const value = authority
    ? new BasicConstraints({ cA: true, ...(pathLength === undefined ? {} : { pathLenConstraint: pathLength }) })
    : new BasicConstraints();
  return extension(id_ce_basicConstraints, true, value);
};

/** By the names that the API takes, in lower case. */
const USAGES: Readonly<Record<string, number>> = {
  digitalsignature: KeyUsageFlags.digitalSignature,
  contentcommitment: KeyUsageFlags.nonRepudiation,
  keyencipherment: KeyUsageFlags.keyEncipherment,
  dataencipherment: KeyUsageFlags.dataEncipherment,
  keyagreement: KeyUsageFlags.keyAgreement,
  certsign: KeyUsageFlags.keyCertSign,
  crlsign: KeyUsageFlags.cRLSign,
  encipheronly: KeyUsageFlags.encipherOnly,
  decipheronly: KeyUsageFlags.decipherOnly,
};

const known = (names: readonly string[]): readonly string[] => names.map((name) => name.trim().toLowerCase());

/** Names such as `DigitalSignature`, in any case; unknown ones count for nothing, as in the reference. */
export const keyUsage = (names: readonly string[]): ExtensionPlan | undefined => {
  const flags = known(names).reduce((sum, name) => sum | (USAGES[name] ?? 0), 0);
  return flags === 0 ? undefined : extension(id_ce_keyUsage, true, new KeyUsage(flags));
};

/** By the names that the API takes, in lower case, in the order in which they are written. */
const PURPOSES: Readonly<Record<string, string>> = {
  any: "2.5.29.37.0",
  serverauth: "1.3.6.1.5.5.7.3.1",
  clientauth: "1.3.6.1.5.5.7.3.2",
  codesigning: "1.3.6.1.5.5.7.3.3",
  emailprotection: "1.3.6.1.5.5.7.3.4",
  ipsecendsystem: "1.3.6.1.5.5.7.3.5",
  ipsectunnel: "1.3.6.1.5.5.7.3.6",
  ipsecuser: "1.3.6.1.5.5.7.3.7",
  timestamping: "1.3.6.1.5.5.7.3.8",
  ocspsigning: "1.3.6.1.5.5.7.3.9",
  microsoftservergatedcrypto: "1.3.6.1.4.1.311.10.3.3",
  netscapeservergatedcrypto: "2.16.840.1.113730.4.1",
  microsoftcommercialcodesigning: "1.3.6.1.4.1.311.2.1.22",
  microsoftkernelcodesigning: "1.3.6.1.4.1.311.61.1.1",
};

/** Names such as `ServerAuth`, in any case, unknown ones left out; then object identifiers, in their own order. */
export const extendedKeyUsage = (names: readonly string[], oids: readonly string[] = []): ExtensionPlan | undefined => {
  const wanted = new Set(known(names));
  const named = Object.entries(PURPOSES).flatMap(([name, oid]) => (wanted.has(name) ? [oid] : []));
  const purposes = [...named, ...oids.map(requireOid)];
  return purposes.length === 0
    ? undefined
    : extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([...new Set(purposes)]));
};

/** `id`: of the key itself unless given, as where a request or another certificate says it. */
export const subjectKeyId = (key: KeyObject, id: Uint8Array = keyIdOf(key)): ExtensionPlan =>
  extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(bufferOf(id)));

/** The key id of the issuer; `undefined` where it has none. */
export const authorityKeyId = (id: Uint8Array | undefined): ExtensionPlan | undefined =>
  id &&
  extension(
    id_ce_authorityKeyIdentifier,
    false,
    new AuthorityKeyIdentifier({ keyIdentifier: new OctetString(bufferOf(id)) }),
  );

/** A policy with the address of its statement and a text for people; `""`: none. */
export interface Policy {
  readonly oid: string;
  readonly cps?: string;
  readonly notice?: string;
}

const CPS = "1.3.6.1.5.5.7.2.1";
const NOTICE = "1.3.6.1.5.5.7.2.2";

const policyOf = ({ oid, cps = "", notice = "" }: Policy): PolicyInformation => {
  if (/[^\x20-\x7e]/.test(cps)) throw new Unwritable("the address of a policy holds characters that are not ASCII");
  const qualifiers = [
    ...(cps === "" ? [] : [{ policyQualifierId: CPS, qualifier: bufferOf(element(TAGS.ia5, Buffer.from(cps))) }]),
    ...(notice === ""
      ? []
      : [
          {
            policyQualifierId: NOTICE,
            qualifier: AsnConvert.serialize(new UserNotice({ explicitText: new DisplayText({ utf8String: notice }) })),
          },
        ]),
  ].map((one) => new PolicyQualifierInfo(one));
  return new PolicyInformation({
    policyIdentifier: requireOid(oid),
    ...(qualifiers.length > 0 ? { policyQualifiers: qualifiers } : {}),
  });
};

export const certificatePolicies = (policies: readonly Policy[]): ExtensionPlan | undefined =>
  policies.length === 0
    ? undefined
    : extension(id_ce_certificatePolicies, false, new CertificatePolicies(policies.map(policyOf)));

const subtrees = (names: readonly AlternativeName[]): GeneralSubtrees | undefined =>
  names.length === 0
    ? undefined
    : new GeneralSubtrees(names.map((name) => new GeneralSubtree({ base: generalName(name) })));

/** Names that certificates below may have, and may not; addresses with a prefix. Critical, as the reference writes it. */
export const nameConstraints = (
  permitted: readonly AlternativeName[],
  excluded: readonly AlternativeName[] = [],
): ExtensionPlan | undefined => {
  const [permittedSubtrees, excludedSubtrees] = [subtrees(permitted), subtrees(excluded)];
  if (!permittedSubtrees && !excludedSubtrees) return undefined;
  const value = new NameConstraints({
    ...(permittedSubtrees ? { permittedSubtrees } : {}),
    ...(excludedSubtrees ? { excludedSubtrees } : {}),
  });
  return extension(id_ce_nameConstraints, true, value);
};
