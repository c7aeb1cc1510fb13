import type { JsonValue } from "../std/json.ts";
import { type PatternKind, patternKind, type Specificity, specificityOf } from "./pattern.ts";
import { CAPABILITY_BITS, type Constraints, NO_CONSTRAINTS, type ParameterLists, type Stanza } from "./policy.ts";

/** A rule: all stanzas of all policies with one pattern, merged. Only one rule decides a request. */
export interface Rule {
  /** As written, but for the leading slash and with templates filled in. */
  readonly pattern: string;
  readonly kind: PatternKind;
  readonly specificity: Specificity;
  readonly capabilities: number;
  readonly constraints: Constraints;
  /** The stanzas it was merged from, in the order of the policies; of a rule that denies, those that deny. */
  readonly sources: readonly Contribution[];
}
export interface Contribution {
  readonly name: string;
  readonly line: number;
  readonly capabilities: number;
}

/** The smaller of two limits; 0 means no limit. */
const tighter = (a: number, b: number): number => (a === 0 ? b : b === 0 ? a : Math.min(a, b));

const mergeLists = (a: ParameterLists | undefined, b: ParameterLists | undefined): ParameterLists | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  const merged = new Map<string, readonly JsonValue[]>(a);
  for (const [name, values] of b) {
    const known = merged.get(name);
    // An empty list means any value, and any value joined with some values is any value.
    const joined =
      known === undefined ? values : known.length === 0 || values.length === 0 ? [] : [...known, ...values];
    merged.set(name, joined);
  }
  return merged;
};

const mergeConstraints = (a: Constraints, b: Constraints): Constraints => {
  if (b === NO_CONSTRAINTS) return a;
  const allowed = mergeLists(a.allowed, b.allowed);
  const denied = mergeLists(a.denied, b.denied);
  return {
    minWrappingTtl: tighter(a.minWrappingTtl, b.minWrappingTtl),
    maxWrappingTtl: tighter(a.maxWrappingTtl, b.maxWrappingTtl),
    required: [...new Set([...a.required, ...b.required])],
    ...(allowed && { allowed }),
    ...(denied && { denied }),
  };
};

export const denies = (rule: Pick<Rule, "capabilities">): boolean => (rule.capabilities & CAPABILITY_BITS.deny) !== 0;

/** A rule of one stanza; `pattern` has its templates filled in. */
export const ruleOf = (pattern: string, policy: string, stanza: Stanza): Rule => ({
  pattern,
  kind: patternKind(pattern),
  specificity: specificityOf(pattern),
  capabilities: stanza.capabilities,
  constraints: stanza.constraints,
  sources: [{ name: policy, line: stanza.line, capabilities: stanza.capabilities }],
});

/** Joins two rules with the same pattern: capabilities add up, constraints stay, and a `deny` on either side is all. */
export const mergeRules = (a: Rule, b: Rule): Rule => {
  if (denies(a) !== denies(b)) return denies(a) ? a : b;
  return {
    ...a,
    capabilities: a.capabilities | b.capabilities,
    constraints: mergeConstraints(a.constraints, b.constraints),
    sources: [...a.sources, ...b.sources],
  };
};
