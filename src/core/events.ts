import type { AuditEvent } from "../audit/types.ts";

/**
 * What core reports to its host, besides the log: facts that are counted and may raise an alarm. A log text may change;
 * a kind of event is a name that `lambdas/shared/metrics.ts` must map, or it does not compile. Events hold no secret.
 */
export type CoreEvent =
  | AuditEvent
  /** Somebody made a root token. */
  | { readonly kind: "root-generated" }
  /** A request was answered 500: a fault of the program, or a table or key it may not use. */
  | { readonly kind: "internal-error" }
  /** Somebody sealed the server: it answers nothing until it is unsealed. */
  | { readonly kind: "sealed" }
  /** The operator took the seal back. */
  | { readonly kind: "unsealed" }
  /** A backend did not revoke a credential that has ended; it is tried again. */
  | { readonly kind: "lease-retried" }
  /** A backend would not revoke a credential; it stays valid outside until an operator acts. */
  | { readonly kind: "lease-irrevocable" }
  /** The table's TTL removed a lease before the sweeper reached it. */
  | { readonly kind: "lease-revoked-late" }
  /** Something a backend declares and counts itself. */
  | { readonly kind: "backend"; readonly type: string; readonly name: string }
  /** Scheduled work failed; it is retried. */
  | { readonly kind: "schedule-failed" }
  /** Something due has not ended, or nobody had time to look: for how long the oldest of it has been, or may have been. */
  | { readonly kind: "leases-overdue"; readonly seconds: number }
  /** A sweep ran out of time before everything due had ended. */
  | { readonly kind: "sweeper-backlog" }
  /** A login signature was used a second time. */
  | { readonly kind: "login-replayed" };
