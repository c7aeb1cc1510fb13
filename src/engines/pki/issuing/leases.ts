import { z } from "zod";
import type { LeaseHooks } from "../../../framework/backend.ts";
import type { BackendContext, LeaseType } from "../../../framework/index.ts";
import { tryWrite } from "../../../storage/change.ts";
import { certificateAddress, revocationAddress, StoredCertificate, type StoredRevocation } from "../model.ts";
import { LEASE } from "./certify.ts";

/** Leases on certificates: they cannot be renewed, and a lease that ends revokes its certificate. */

/** What a lease remembers. */
const Internal = z.object({ serial_number: z.string() });

/** A certificate that was never stored, or that was tidied away, has nothing left to revoke. */
const revoke = async ({ internal }: LeaseType, { storage, clock, crash }: BackendContext): Promise<void> => {
  const { serial_number: serial } = Internal.parse(internal);
  const entry = await storage.get(certificateAddress(storage, serial));
  if (!entry) return;
  const { certificate, issuerId, notAfter } = StoredCertificate.parse(entry.body);
  const body: StoredRevocation = { serial, certificate, issuerId, notAfter, revoked: clock.now(), reason: 0 };
  const address = revocationAddress(storage, serial);
  await crash("pki.lease.revoke", () => tryWrite(storage, [{ op: "put", address, body, when: "absent" }]));
};

export const certificateLeases: Readonly<Record<string, LeaseHooks>> = { [LEASE]: { revoke } };
