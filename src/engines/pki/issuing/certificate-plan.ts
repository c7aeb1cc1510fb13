import type { KeyObject } from "node:crypto";
import { defined } from "../../../std/defined.ts";
import {
  alternativeNamesExtension,
  authorityInformation,
  authorityKeyId,
  basicConstraints,
  certificatePolicies,
  distributionPoints,
  extendedKeyUsage,
  freshestLists,
  isOid,
  keyUsage,
  present,
  type Subject,
  subjectKeyId,
  subjectName,
} from "../../../x509/issuing/index.ts";
import type { CertificateRequest, ExtensionPlan, NamePlan } from "../../../x509/issuing/plans.ts";
import type { SigningIssuer } from "../model.ts";
import { distinct } from "./lists.ts";
import { policiesOf } from "./policies.ts";
import type { CertificateNames } from "./requested-names.ts";
import type { Role } from "./role.ts";

/** What a certificate says: its subject and its extensions. It is never an authority, whatever a request asks for. */

/** What roles fix of subjects, and requests for authorities ask for. */
type Fixed = "country" | "province" | "locality" | "street_address" | "postal_code" | "organization" | "ou";

/** The subject of a certificate: what is fixed, and the names that were allowed. */
export const subjectFor = (
  fixed: { readonly [name in Fixed]?: readonly string[] | undefined },
  { commonName = "", serialNumber = "", userIds = [] }: Pick<Subject, "commonName" | "serialNumber" | "userIds">,
): NamePlan =>
  subjectName({
    countries: distinct(fixed.country),
    provinces: distinct(fixed.province),
    localities: distinct(fixed.locality),
    streets: distinct(fixed.street_address),
    postalCodes: distinct(fixed.postal_code),
    organizations: distinct(fixed.organization),
    organizationalUnits: distinct(fixed.ou),
    commonName,
    serialNumber,
    userIds,
  });

const purposesOf = (role: Role): readonly string[] => [
  ...(role.server_flag ? ["ServerAuth"] : []),
  ...(role.client_flag ? ["ClientAuth"] : []),
  ...(role.code_signing_flag ? ["CodeSigning"] : []),
  ...(role.email_protection_flag ? ["EmailProtection"] : []),
  ...role.ext_key_usage,
];

export interface Contents {
  readonly role: Role;
  readonly issuer: SigningIssuer;
  readonly publicKey: KeyObject;
  readonly names: CertificateNames;
  readonly subject: NamePlan;
}

/** What Go writes in a place of its own, or the reference adds behind Go's: names of applications, policies in JSON. */
const movable = ({ role, names, subject }: Contents) => [
  {
    plan: alternativeNamesExtension(names.alternative, subject.length === 0),
    isAdded: names.alternative.some(({ kind }) => kind === "other"),
  },
  {
    plan: certificatePolicies(policiesOf(role.policy_identifiers).map(defined)),
    isAdded: role.policy_identifiers.some((item) => !isOid(item)),
  },
];

/** In the reference's order. */
export const extensionsFor = (contents: Contents): readonly ExtensionPlan[] => {
  const { role, issuer, publicKey } = contents;
  const moved = movable(contents);
  const { ocsp, issuing, crl, deltaCrl } = issuer.urls;
  return present(
    keyUsage(role.key_usage),
    extendedKeyUsage(purposesOf(role), role.ext_key_usage_oids),
    role.basic_constraints_valid_for_non_ca ? basicConstraints() : undefined,
    subjectKeyId(publicKey),
    authorityKeyId(issuer.certificate.subjectKeyId),
    authorityInformation(ocsp, issuing),
    ...moved.filter(({ isAdded }) => !isAdded).map(({ plan }) => plan),
    distributionPoints(crl),
    ...moved.filter(({ isAdded }) => isAdded).map(({ plan }) => plan),
    freshestLists(deltaCrl),
  );
};

const BASIC_CONSTRAINTS = "2.5.29.19";

export const asksToBeAuthority = ({ extensions }: CertificateRequest): boolean =>
  extensions.some(({ type }) => type === BASIC_CONSTRAINTS);

/**
 * The extensions of a request as they are, but never whether it is an authority; `others` instead of its own of the same
 * kinds; and of `own` those of further kinds.
 */
export const verbatimExtensions = (
  { extensions }: CertificateRequest,
  own: readonly ExtensionPlan[],
  others: readonly ExtensionPlan[],
): readonly ExtensionPlan[] => {
  const replaced = new Set(others.map(({ type }) => type));
  const taken = extensions.filter(({ type }) => type !== BASIC_CONSTRAINTS && !replaced.has(type));
  const types = new Set([...taken, ...others].map(({ type }) => type));
  return [...own.filter(({ type }) => !types.has(type)), ...taken, ...others];
};
