import type { BackendContext } from "../../../framework/index.ts";
import type { Write } from "../../../storage/store.ts";
import { subjectOf } from "../../../x509/issuing/index.ts";
import type { CertificateRequest } from "../../../x509/issuing/plans.ts";
import { writable } from "../authorities/certificates.ts";
import type { SigningIssuer } from "../model.ts";
import { extensionsFor, subjectFor } from "./certificate-plan.ts";
import { certify, type Made } from "./certify.ts";
import { termsOf } from "./identity.ts";
import { checkRequestKey } from "./key-rules.ts";
import { lifetimeOf } from "./lifetimes.ts";
import { namesFor } from "./requested-names.ts";
import type { Role } from "./role.ts";

/**
 * A certificate for a request that comes from no caller of the API: the ACME server's. What the role does not allow is
 * refused here too; that whoever asks holds the names is for the caller of this function to have proven.
 */
export interface RequestOrder {
  /** What the certificate may say. Whatever the role says of leases and storing: no lease is made, and it is stored. */
  readonly role: Role;
  readonly roleName: string;
  readonly request: CertificateRequest;
  readonly issuer: SigningIssuer;
  /** Seconds; the certificate ends no later. */
  readonly longest: number;
  readonly account: string;
  /**
   * Writes of the transaction that stores the certificate: one whose condition does not hold leaves no certificate, and
   * `ConditionFailed` is thrown.
   */
  readonly together?: ((made: Made) => readonly Write[]) | undefined;
}

export interface RequestedCertificate extends Made {
  /** PEM, from the issuer to its root. */
  readonly chain: readonly string[];
}

/** A common name where the role requires one and the request has none: a wildcard, a host, or an address. */
const commonNameFor = ({ alternative, subject }: CertificateRequest, role: Role): string => {
  if (!role.require_cn || subjectOf(subject).commonName !== "") return "";
  const hosts = alternative.filter(({ kind }) => kind === "dns");
  const first = hosts.find(({ value }) => value.includes("*")) ?? hosts[0];
  return (first ?? alternative.find(({ kind }) => kind === "ip"))?.value ?? "";
};

/** A certificate that would outlive its issuer ends with it, unless the issuer refuses that in any case. */
const truncating = (issuer: SigningIssuer): SigningIssuer =>
  issuer.stored.outlives === "err" ? { ...issuer, stored: { ...issuer.stored, outlives: "truncate" } } : issuer;

/** Signs and stores. Throws `invalid_request` for what the role, the issuer or a certificate does not allow. */
export const issueForRequest = async (order: RequestOrder, cx: BackendContext): Promise<RequestedCertificate> => {
  const { role, roleName, request, longest, account, together } = order;
  const issuer = truncating(order.issuer);
  const hashBits = checkRequestKey(request.publicKey, role);
  const names = namesFor({ common_name: commonNameFor(request, role) }, role, termsOf(role, cx), request);
  const usual = lifetimeOf({}, role, issuer, cx);
  const latest = Math.floor(cx.clock.now() / 1000 + longest) * 1000;
  const lifetime = { ...usual, notAfter: Math.min(usual.notAfter, latest) };
  const subject = subjectFor(role, names);
  const { publicKey } = request;
  const extensions = writable(() => extensionsFor({ role, issuer, publicKey, names, subject }));
  // Nobody is there to hold a lease.
  const unleased = { ...role, generate_lease: false, no_store: false };
  const kept = { role: unleased, roleName, issuer, lifetime, publicKey, hashBits, subject, extensions };
  const { certificate, serial } = await certify({ ...kept, metadata: "", account, together }, cx);
  return { certificate, serial, chain: issuer.chain };
};
