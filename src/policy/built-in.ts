import { parsePolicy } from "./parse.ts";
import type { Policy } from "./policy.ts";

/**
 * The policies every deployment has. Source:
 * https://developer.hashicorp.com/vault/docs/concepts/policies#built-in-policies
 */

/** What the `default` policy says until someone changes it. */
export const DEFAULT_POLICY_TEXT = `# A token may look itself up, renew itself and revoke itself.
path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "auth/token/renew-self" {
  capabilities = ["update"]
}
path "auth/token/revoke-self" {
  capabilities = ["update"]
}

# It may ask what it is allowed to do.
path "sys/capabilities-self" {
  capabilities = ["update"]
}
path "sys/internal/ui/resultant-acl" {
  capabilities = ["read"]
}
path "sys/policies/explain" {
  capabilities = ["update"]
}

# It may read its own entity.
path "identity/entity/id/{{identity.entity.id}}" {
  capabilities = ["read"]
}
path "identity/entity/name/{{identity.entity.name}}" {
  capabilities = ["read"]
}

# It may look up and renew leases whose id it knows.
path "sys/renew" {
  capabilities = ["update"]
}
path "sys/leases/renew" {
  capabilities = ["update"]
}
path "sys/leases/lookup" {
  capabilities = ["update"]
}

# Its cubbyhole is its own.
path "cubbyhole/*" {
  capabilities = ["create", "read", "update", "delete", "list"]
}

# It may wrap values, and look at and unwrap wrapping tokens it was given.
path "sys/wrapping/wrap" {
  capabilities = ["update"]
}
path "sys/wrapping/lookup" {
  capabilities = ["update"]
}
path "sys/wrapping/unwrap" {
  capabilities = ["update"]
}

# It may use the hash tool.
path "sys/tools/hash" {
  capabilities = ["update"]
}
path "sys/tools/hash/*" {
  capabilities = ["update"]
}

# It may check on a control group request whose accessor it knows.
path "sys/control-group/request" {
  capabilities = ["update"]
}

# It may log in to applications through an OIDC provider.
path "identity/oidc/provider/+/authorize" {
  capabilities = ["read", "update"]
}
`;

/** Carried by wrapping tokens, and by nothing else. */
export const RESPONSE_WRAPPING_POLICY_TEXT = `path "cubbyhole/response" {
  capabilities = ["create", "read"]
}
path "sys/wrapping/unwrap" {
  capabilities = ["update"]
}
`;

const ROOT: Policy = Object.freeze({ name: "root", text: "", stanzas: [], templated: false, root: true });

/** The built-in policies by name: `root`, `response-wrapping`, and `default` as it is at first. */
export const builtInPolicies: ReadonlyMap<string, Policy> = new Map([
  ["root", ROOT],
  ["default", parsePolicy("default", DEFAULT_POLICY_TEXT)],
  ["response-wrapping", parsePolicy("response-wrapping", RESPONSE_WRAPPING_POLICY_TEXT)],
]);
