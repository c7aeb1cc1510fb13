import {
  AccessDescription,
  AuthorityInfoAccessSyntax,
  CRLDistributionPoints,
  DistributionPoint,
  DistributionPointName,
  FreshestCRL,
  id_ce_cRLDistributionPoints,
  id_ce_cRLNumber,
  id_ce_deltaCRLIndicator,
  id_ce_freshestCRL,
  id_pe_authorityInfoAccess,
} from "@peculiar/asn1-x509";
import { integer } from "./der.ts";
import { extension } from "./extensions.ts";
import { generalName } from "./general-names.ts";
import type { ExtensionPlan } from "./plans.ts";

/** Where more is found about an issuer and what it revoked, and what a list of the revoked says about itself. */

const OCSP = "1.3.6.1.5.5.7.48.1";
const ISSUERS = "1.3.6.1.5.5.7.48.2";

const access = (accessMethod: string, urls: readonly string[]): readonly AccessDescription[] =>
  urls.map((value) => new AccessDescription({ accessMethod, accessLocation: generalName({ kind: "uri", value }) }));

/** Addresses of OCSP responders, then of the issuer's certificate. Source: RFC 5280, section 4.2.2.1. */
export const authorityInformation = (
  ocsp: readonly string[],
  issuers: readonly string[],
): ExtensionPlan | undefined => {
  const all = [...access(OCSP, ocsp), ...access(ISSUERS, issuers)];
  return all.length === 0
    ? undefined
    : extension(id_pe_authorityInfoAccess, false, new AuthorityInfoAccessSyntax([...all]));
};

const pointAt = (value: string): DistributionPointName =>
  new DistributionPointName({ fullName: [generalName({ kind: "uri", value })] });

const points = (urls: readonly string[]): DistributionPoint[] =>
  urls.map((url) => new DistributionPoint({ distributionPoint: pointAt(url) }));

/** Where lists of the revoked are: each address a point of its own. Source: RFC 5280, section 4.2.1.13. */
export const distributionPoints = (urls: readonly string[]): ExtensionPlan | undefined =>
  urls.length === 0
    ? undefined
    : extension(id_ce_cRLDistributionPoints, false, new CRLDistributionPoints(points(urls)));

/** Where lists of changes are, in certificates and in complete lists. Source: RFC 5280, section 5.2.6. */
export const freshestLists = (urls: readonly string[]): ExtensionPlan | undefined =>
  urls.length === 0 ? undefined : extension(id_ce_freshestCRL, false, new FreshestCRL(points(urls)));

/** Of a list; grows with every list of an issuer. */
export const listNumber = (number: number): ExtensionPlan => ({
  type: id_ce_cRLNumber,
  critical: false,
  value: integer(number),
});

/** Says that a list holds only the changes since the complete list of that number. */
export const changesSince = (number: number): ExtensionPlan => ({
  type: id_ce_deltaCRLIndicator,
  critical: true,
  value: integer(number),
});
