/**
 * What may be in the clear inside `data`. Everything else is hashed. Strings are never on this list: a string is
 * clear only where the mount's operator says so (`audit_non_hmac_request_keys`).
 */

/** Numbers and timestamps under these names are settings and counts, not secrets. */
export const CLEAR_NAMES: ReadonlySet<string> = new Set([
  "bytes",
  "cas",
  "count",
  "creation_time",
  "creation_ttl",
  "created_time",
  "created_at",
  "current_version",
  "default_lease_ttl",
  "deletion_time",
  "expiration",
  "expiration_time",
  "expire_time",
  "explicit_max_ttl",
  "increment",
  "interval",
  "issue_time",
  "last_renewal",
  "last_renewal_time",
  "lease_duration",
  "max_lease_ttl",
  "max_ttl",
  "max_versions",
  "num_uses",
  "oldest_version",
  "period",
  "rate",
  "secret_id_num_uses",
  "secret_id_ttl",
  "server_time_utc",
  "token_explicit_max_ttl",
  "token_max_ttl",
  "token_num_uses",
  "token_period",
  "token_ttl",
  "ttl",
  "updated_time",
  "version",
  "versions",
]);

/** Objects whose members are settings of the product itself, however deep. None of them holds what callers store. */
export const STRUCTURE: ReadonlySet<string> = new Set(["config", "key_info", "metadata", "options", "versions"]);
