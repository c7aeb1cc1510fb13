const ENVELOPE = "every error has the errors envelope; Vault answers an empty body";

/**
 * Recorded answers this server does not give, and why; `docs/differences.md` says the same to users. A case that begins
 * to pass must leave this list: the player fails it otherwise.
 */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  "kv-v1/json-field-names": "the recording lost the key `__proto__`; this server keeps it",
  "kv-v2/json-field-names": "the recording lost the key `__proto__`; this server keeps it",
  "http/unprintable-path": ENVELOPE,
  "kv-v1/unprintable-path": ENVELOPE,
  "ldap/login-injection": ENVELOPE,
  "auth-common/root-policy": "a role with the root policy is refused when it is written, not at its logins",
  "sys-misc/lease-count-quota-absent": "lease-count quotas, which Vault Enterprise has, are there",
  "sys-misc/resultant-acl": "rules with `+` segments are shown too, as a member of their own",
  "sys-mounts/read-inside-a-mount": "a mount is described and tuned at its own path, not at longer ones",
  "identity/entity-metadata-limits": "an error repeats the beginning of an input, not 512 characters of it",
  "database/config-unverified": "a database that is out of reach is 502, not 500",
  "database-mysql/reset": "the words of a database's server are not passed on, only its number",
  "database/revoke-after-connection-deleted": "a lease whose revocation failed is no longer shown as living",
};
