import type { HclBlock, HclBody } from "../hcl/hcl.ts";
import { multiError } from "../std/errors.ts";
import { utf8Length } from "../std/utf8.ts";
import { durationOf, parametersOf, stringsOf, textOf, valuesOf } from "./attributes.ts";
import { PolicyError, quote } from "./errors.ts";
import { CAPABILITY_BITS, type Constraints, isCapability, NO_CONSTRAINTS, type Stanza } from "./policy.ts";
import { isTemplated } from "./template.ts";

/**
 * Reads one `path` block. Throws `PolicyError` with Vault's words, without the `failed to parse policy: ` before it.
 */

const KEYS = new Set([
  "comment",
  "policy",
  "capabilities",
  "allowed_parameters",
  "denied_parameters",
  "required_parameters",
  "min_wrapping_ttl",
  "max_wrapping_ttl",
  "mfa_methods",
  "control_group",
  "subscribe_event_types",
]);
const LEGACY: ReadonlyMap<string, readonly string[]> = new Map([
  ["deny", ["deny"]],
  ["read", ["read", "list"]],
  ["write", ["create", "read", "update", "delete", "list"]],
  ["sudo", ["create", "read", "update", "delete", "list", "sudo"]],
]);
/** No request path is this long (2 KiB at most), so no longer pattern could match. UTF-8 bytes. */
const LONGEST_PATTERN = 4096;

const capabilitiesOf = (body: HclBody, where: string): number => {
  const legacy = valuesOf(body, "policy").at(-1);
  let names = stringsOf(body, "capabilities", where);
  if (legacy !== undefined) {
    const word = textOf(legacy);
    if (word === undefined) throw new PolicyError(`${where}policy must be a string`);
    const added = word === "" ? [] : LEGACY.get(word);
    if (added === undefined) throw new PolicyError(`${where}invalid policy ${quote(word)}`);
    names = word === "deny" ? ["deny"] : [...names, ...added];
  }
  let bits = 0;
  for (const name of names) {
    if (name === "deny") return CAPABILITY_BITS.deny;
    if (!isCapability(name)) throw new PolicyError(`${where}invalid capability ${quote(name)}`);
    bits |= CAPABILITY_BITS[name];
  }
  return bits;
};

const constraintsOf = (body: HclBody, where: string): Constraints => {
  const allowed = parametersOf(body, "allowed_parameters", where);
  const denied = parametersOf(body, "denied_parameters", where);
  const min = durationOf(body, "min_wrapping_ttl");
  const max = durationOf(body, "max_wrapping_ttl");
  if (min !== 0 && max !== 0 && max < min) {
    throw new PolicyError("max_wrapping_ttl cannot be less than min_wrapping_ttl");
  }
  return {
    minWrappingTtl: Math.max(min, 0),
    maxWrappingTtl: Math.max(max, 0),
    required: stringsOf(body, "required_parameters", where).map((name) => name.toLowerCase()),
    ...(allowed && { allowed }),
    ...(denied && { denied }),
  };
};

/** `block` is a `path` block with its label. A `deny` in it makes everything after it in the stanza irrelevant. */
export const readStanza = (block: HclBlock): Stanza => {
  const label = block.labels[0];
  if (label === undefined) throw new PolicyError(`path on line ${block.line} has no label`);
  const templated = isTemplated(label);
  const where = `path ${quote(label)}: `;
  const body = block.value;
  if (body.kind !== "body") throw new PolicyError(`${where}must be an object`);
  const unknown = body.items.filter((item) => !KEYS.has(item.key));
  if (unknown.length > 0) {
    const problems = unknown.map((item) => `${where}invalid key ${quote(item.key)} on line ${item.assignLine}`);
    throw new PolicyError(multiError(...problems));
  }
  const labelled = body.items.find((item) => item.labels.length > 0 && item.key !== "control_group");
  if (labelled !== undefined) throw new PolicyError(`${where}${labelled.key} takes no label`);
  const pattern = label.startsWith("/") ? label.slice(1) : label;
  if (pattern.includes("+*")) {
    throw new PolicyError(`path ${quote(pattern)}: invalid use of wildcards ('+*' is forbidden)`);
  }
  if (utf8Length(pattern) > LONGEST_PATTERN) {
    throw new PolicyError(`${where}longer than ${LONGEST_PATTERN} bytes`);
  }
  const capabilities = capabilitiesOf(body, where);
  const constraints = capabilities === CAPABILITY_BITS.deny ? NO_CONSTRAINTS : constraintsOf(body, where);
  return { pattern, templated, line: block.line, capabilities, constraints };
};
