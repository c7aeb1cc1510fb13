import { invalidRequest } from "../../../framework/index.ts";
import { defined } from "../../../std/defined.ts";
import { shown } from "../../../std/shown.ts";
import { isOid } from "../../../x509/issuing/index.ts";
import { checkedKeyRule } from "./key-rules.ts";
import { checkBounds } from "./lifetimes.ts";
import { networkOf } from "./networks.ts";
import { checkOtherPatterns } from "./other-names.ts";
import { policiesOf, policyItems } from "./policies.ts";
import type { Role } from "./role.ts";
import type { RoleInput } from "./role-fields.ts";

/** A role as a write or a patch makes it. Throws with the reference's texts. */

const VALIDATIONS: readonly string[] = ["email", "hostname"];

const validationsOf = (given: readonly string[]): readonly string[] => {
  if (given.length === 0) return VALIDATIONS;
  const refuse = (why: string) => invalidRequest(`cn_validations value incorrect: ${why}`, { multi: true });
  const taken = given.map((item) => item.toLowerCase());
  for (const [index, item] of taken.entries()) {
    if (item !== "disabled" && !VALIDATIONS.includes(item)) throw refuse(`unknown type: \`${item.slice(0, 60)}\``);
    if (taken.indexOf(item) !== index) throw refuse(`\`${item}\` specified multiple times`);
  }
  if (taken.includes("disabled") && taken.length > 1) {
    throw refuse("cannot specify `disabled` along with `email` or `hostname`");
  }
  return taken;
};

const networksOf = (given: readonly string[]): readonly string[] =>
  given.map((item) => {
    const network = networkOf(item);
    if (network === undefined) {
      throw invalidRequest(`error parsing allowed_ip_sans_cidr: invalid CIDR address: ${item.slice(0, 60)}`);
    }
    return network;
  });

const checkUsages = (oids: readonly string[]): void => {
  const bad = oids.find((oid) => !isOid(oid));
  if (bad === undefined) return;
  throw invalidRequest(`${shown(bad)} could not be parsed as a valid oid for an extended key usage`);
};

const serialSourceOf = (given: string): Role["serial_number_source"] => {
  if (given === "json" || given === "json-csr") return given;
  if (given === "") return "json-csr";
  throw invalidRequest(`unknown value for field \`serial_number_source\`: ${shown(given)}`);
};

const LEASES =
  "it is encouraged to disable generate_lease and rely on PKI's native capabilities when possible; this option can cause instance-wide issues with large numbers of issued certificates";
const NO_LEASES =
  "mutually exclusive values no_store=true and generate_lease=true were both specified; no_store=true takes priority";

export interface MadeRole {
  readonly role: Role;
  readonly warnings: readonly string[];
}

/** `before`: what fields that are not given mean: those of a new role, or those of the role that is patched. */
export const makeRole = (input: RoleInput, before: Role): MadeRole => {
  const { policy_identifiers, key_type, serial_number_source, issuer_ref, ...plain } = input;
  const wanted = { ...before, ...defined(plain) };
  checkOtherPatterns(wanted.allowed_other_sans);
  checkBounds(wanted.not_before_bound, wanted.not_after_bound);
  if (wanted.max_ttl > 0 && wanted.ttl > wanted.max_ttl) {
    throw invalidRequest('"ttl" value must be less than "max_ttl" value');
  }
  const key = checkedKeyRule(key_type ?? before.key_type, wanted.key_bits, wanted.signature_bits);
  checkUsages(wanted.ext_key_usage_oids);
  const policies = policy_identifiers === undefined ? before.policy_identifiers : policyItems(policy_identifiers);
  policiesOf(policies);
  const leased = wanted.generate_lease && !wanted.no_store;
  const role: Role = {
    ...wanted,
    ...key,
    allowed_ip_sans_cidr: networksOf(wanted.allowed_ip_sans_cidr),
    generate_lease: leased,
    policy_identifiers: policies,
    serial_number_source: serialSourceOf(serial_number_source ?? before.serial_number_source),
    issuer_ref: (issuer_ref ?? before.issuer_ref) || "default",
    cn_validations: validationsOf(wanted.cn_validations),
  };
  return { role, warnings: leased ? [LEASES] : wanted.generate_lease ? [NO_LEASES] : [] };
};
