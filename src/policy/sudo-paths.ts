/**
 * The paths that need `sudo` besides the capability of their operation, as Vault documents them. For comparison only:
 * what counts is `access: "sudo"` on a backend's operation. `*` at the end is a prefix, `+` one segment.
 *
 * Source: https://developer.hashicorp.com/vault/docs/concepts/policies#root-protected-api-endpoints
 */
export const sudoPaths: readonly string[] = [
  "auth/token/accessors*",
  "sys/audit",
  "sys/audit/*",
  "sys/auth/*",
  "sys/config/auditing/*",
  "sys/config/cors",
  "sys/config/group-policy-application",
  "sys/config/ui/headers/*",
  "sys/internal/counters/activity/export",
  "sys/internal/inspect/*",
  "sys/leases",
  "sys/leases/lookup/*",
  "sys/leases/revoke-force/*",
  "sys/leases/revoke-prefix/*",
  "sys/plugins/catalog/*",
  "sys/plugins/runtimes/catalog/*",
  "sys/raw",
  "sys/raw/*",
  "sys/remount",
  "sys/revoke-force/*",
  "sys/revoke-prefix/*",
  "sys/rotate",
  "sys/rotate/keyring",
  "sys/rotate/root",
  "sys/seal",
  "sys/step-down",
  "sys/storage/raft/snapshot-auto/config/*",
];

/** Whether a path is on the list. */
export const isSudoPath = (path: string): boolean =>
  sudoPaths.some((pattern) => (pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern));
