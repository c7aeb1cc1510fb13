import type { LeaseHooks } from "../../../framework/backend.ts";
import { revokeLeased } from "../revoking/revoke.ts";
import { LEASE } from "./certify.ts";

/** Leases on certificates: they cannot be renewed, and a lease that ends revokes its certificate. */
export const certificateLeases: Readonly<Record<string, LeaseHooks>> = { [LEASE]: { revoke: revokeLeased } };
