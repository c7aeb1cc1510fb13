import type { KeyObject } from "node:crypto";
import { type BackendContext, invalidRequest, type PendingLease } from "../../../framework/index.ts";
import { isBase64 } from "../../../std/base64.ts";
import { seconds } from "../../../std/time.ts";
import type { Write } from "../../../storage/store.ts";
import type { Certificate } from "../../../x509/index.ts";
import { subjectDerOf } from "../../../x509/issuing/index.ts";
import type { ExtensionPlan, NamePlan } from "../../../x509/issuing/plans.ts";
import { signed, writable } from "../authorities/certificates.ts";
import { certificateSigner } from "../authorities/signers.ts";
import type { SigningIssuer } from "../model.ts";
import { certificateWrite, rowOf } from "../revoking/rows.ts";
import { serialOf } from "../revoking/serials.ts";
import type { Lifetime } from "./lifetimes.ts";
import type { Role } from "./role.ts";

/**
 * Signs what was decided, and keeps it: the lease is recorded before the certificate is stored, so that a process that
 * stops in between leaves none that nothing would revoke. A certificate that cannot be read back is not handed out.
 */

/** What was decided. */
export interface Order {
  readonly role: Role;
  /** `""`: no role. */
  readonly roleName: string;
  readonly issuer: SigningIssuer;
  readonly lifetime: Lifetime;
  readonly publicKey: KeyObject;
  /** Bits of the hash under signatures of RSA; 0: the usual. */
  readonly hashBits: number;
  readonly subject: NamePlan | Uint8Array;
  readonly extensions: readonly ExtensionPlan[];
  /** `""`: nothing. */
  readonly metadata: string;
  /** Of ACME; `""`: none. */
  readonly account: string;
  /** Writes of the transaction that stores the certificate. */
  readonly together?: ((made: Made) => readonly Write[]) | undefined;
}

/** A certificate that was signed. */
export interface Made {
  readonly certificate: Certificate;
  readonly serial: string;
}

export interface Kept extends Made {
  readonly lease?: PendingLease | undefined;
}

/** The type of leases on certificates. */
export const LEASE = "pki";

const METADATA_NOT_KEPT = "the role does not keep metadata: cert_metadata cannot be given";

/** Metadata that can be kept, before any work goes into a certificate. */
export const metadataFor = (given: string | undefined, role: Role): string => {
  const metadata = given ?? "";
  if (metadata === "") return "";
  if (role.no_store_metadata || role.no_store) throw invalidRequest(METADATA_NOT_KEPT);
  if (!isBase64(metadata)) throw invalidRequest("cert_metadata must be base64 encoded");
  return metadata;
};

const sign = (order: Order, cx: BackendContext): Certificate => {
  const { issuer, lifetime: validity, subject, publicKey, extensions, role, hashBits } = order;
  const plan = { subject, issuer: subjectDerOf(issuer.certificate.der), validity, publicKey, extensions };
  return writable(() => signed(plan, certificateSigner(issuer, { bits: hashBits, pss: role.use_pss }), cx));
};

const pend = (order: Order, serial: string, cx: BackendContext): Promise<PendingLease> => {
  const left = seconds(Math.max(1, Math.round((order.lifetime.notAfter - cx.clock.now()) / 1000)));
  const internal = { serial_number: serial };
  const grant = { type: LEASE, ttl: left, maxTtl: seconds(0), renewable: false, internal };
  return cx.crash("pki.issue.pend", () => cx.pend(grant));
};

const store = (order: Order, made: Made, { storage, crash }: BackendContext): Promise<void> => {
  const { issuer, roleName, metadata, account, together } = order;
  const row = {
    ...rowOf(made.certificate, issuer.stored.id),
    ...(metadata === "" ? {} : { role: roleName, metadata }),
    ...(account === "" ? {} : { account }),
  };
  const writes = [certificateWrite(storage, row), ...(together?.(made) ?? [])];
  return crash("pki.issue.store", () => storage.write(writes));
};

/** Throws for what no certificate can say. */
export const certify = async (order: Order, cx: BackendContext): Promise<Kept> => {
  const certificate = sign(order, cx);
  const serial = serialOf(certificate);
  const lease = order.role.generate_lease ? await pend(order, serial, cx) : undefined;
  if (!order.role.no_store) await store(order, { certificate, serial }, cx);
  return { certificate, serial, lease };
};
