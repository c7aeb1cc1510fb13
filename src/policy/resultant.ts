import { defined } from "../std/defined.ts";
import type { Acl } from "./compile.ts";
import { CAPABILITY_BITS, type Capability, type ParameterLists } from "./policy.ts";
import { denies, type Rule } from "./rule.ts";

/** What a token's policies amount to, and whether they reach into a mount: for showing, never for deciding. */

/** The order in which Vault lists capabilities here. */
const ORDER: readonly Capability[] = ["create", "delete", "list", "read", "sudo", "update", "patch", "scan"];

export interface ResultantRule {
  readonly capabilities: readonly string[];
  readonly required_parameters?: readonly string[];
  readonly allowed_parameters?: Readonly<Record<string, readonly unknown[]>>;
  readonly denied_parameters?: Readonly<Record<string, readonly unknown[]>>;
  readonly min_wrapping_ttl?: number;
  readonly max_wrapping_ttl?: number;
}

export type Resultant =
  | { readonly root: true }
  | {
      readonly root: false;
      readonly exact_paths: Readonly<Record<string, ResultantRule>>;
      /** By the prefix, without its star. */
      readonly glob_paths: Readonly<Record<string, ResultantRule>>;
      /** Rules with `+` segments, as written, with their star; absent where there is none. */
      readonly segment_paths?: Readonly<Record<string, ResultantRule>>;
    };

const grantsNothing = (rule: Rule): boolean => denies(rule) || rule.capabilities === 0;

const listsOf = (lists: ParameterLists): Readonly<Record<string, readonly unknown[]>> => Object.fromEntries(lists);

const show = (rule: Rule): ResultantRule => {
  if (grantsNothing(rule)) return { capabilities: ["deny"] };
  const { allowed, denied, required, minWrappingTtl, maxWrappingTtl } = rule.constraints;
  return defined({
    capabilities: ORDER.filter((name) => (rule.capabilities & CAPABILITY_BITS[name]) !== 0),
    required_parameters: required.length > 0 ? required : undefined,
    allowed_parameters: allowed === undefined ? undefined : listsOf(allowed),
    denied_parameters: denied === undefined ? undefined : listsOf(denied),
    min_wrapping_ttl: minWrappingTtl > 0 ? minWrappingTtl : undefined,
    max_wrapping_ttl: maxWrappingTtl > 0 ? maxWrappingTtl : undefined,
  });
};

/**
 * What a token's rules amount to. `segment_paths` is ours: Vault and OpenBao leave rules with `+` segments out. Source:
 * Vault documentation, "/sys/internal/ui/resultant-acl".
 */
export const resultantAcl = (acl: Acl): Resultant => {
  if (acl.root) return { root: true };
  const exact: [string, ResultantRule][] = [];
  const globs: [string, ResultantRule][] = [];
  const segments: [string, ResultantRule][] = [];
  for (const [pattern, rule] of acl.rules) {
    if (rule.kind === "exact") exact.push([pattern, show(rule)]);
    if (rule.kind === "prefix") globs.push([pattern.slice(0, -1), show(rule)]);
    if (rule.kind === "segment") segments.push([pattern, show(rule)]);
  }
  return {
    root: false,
    exact_paths: Object.fromEntries(exact),
    glob_paths: Object.fromEntries(globs),
    ...(segments.length > 0 && { segment_paths: Object.fromEntries(segments) }),
  };
};

/** Whether a pattern with `+` segments can match a path at or below the folder. */
const segmentsReach = (pattern: string, folder: readonly string[]): boolean => {
  const starred = pattern.endsWith("*");
  const parts = (starred ? pattern.slice(0, -1) : pattern).split("/");
  for (const [index, segment] of folder.entries()) {
    const part = parts[index];
    if (part === undefined) return false;
    if (starred && index === parts.length - 1) return segment.startsWith(part);
    if (part !== "+" && part !== segment) return false;
  }
  return true;
};

/** The patterns that grant something: those without `+` segments in order, and those with. */
interface Granting {
  readonly patterns: readonly string[];
  readonly withSegments: readonly string[];
}

const granting = new WeakMap<Acl, Granting>();

/** Made once for an ACL: a caller is shown the mounts it reaches among thousands. */
const grantingIn = (acl: Acl): Granting => {
  const known = granting.get(acl);
  if (known) return known;
  const rules = [...acl.rules].filter(([, rule]) => !grantsNothing(rule));
  const of = (segments: boolean) =>
    rules.flatMap(([pattern, { kind }]) => ((kind === "segment") === segments ? [pattern] : []));
  const made = { patterns: of(false).sort(), withSegments: of(true) };
  granting.set(acl, made);
  return made;
};

/** The first of sorted texts that is not below another. */
const place = (texts: readonly string[], text: string): number => {
  let [low, high] = [0, texts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const met = texts[middle];
    if (met !== undefined && met < text) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * Whether any rule that grants something applies at a mount, somewhere below it, or to all of it. `mount` ends in `/`.
 * A rule that only denies gives no access, nor does a wider grant where a longer prefix of the mount's path denies.
 */
export const reaches = (acl: Acl, mount: string): boolean => {
  if (acl.root) return true;
  const covering = acl.prefixes.longest(mount);
  if (covering && !grantsNothing(covering)) return true;
  const bare = mount.slice(0, -1);
  const { patterns, withSegments } = grantingIn(acl);
  const at = place(patterns, bare);
  if (patterns[at] === bare || patterns[place(patterns, mount)]?.startsWith(mount)) return true;
  if (withSegments.length === 0) return false;
  const segments = bare.split("/");
  return withSegments.some((pattern) => segmentsReach(pattern, segments));
};
