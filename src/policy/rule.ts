import type { JsonValue } from "../std/json.ts";
import { type PatternKind, patternKind, type Specificity, specificityOf } from "./pattern.ts";
import { CAPABILITY_BITS, type Constraints, type ParameterLists, type Stanza } from "./policy.ts";

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

/** Every list by its name, in the order of the stanzas; `undefined` where no stanza says anything. */
const joinLists = (all: readonly (ParameterLists | undefined)[]): ParameterLists | undefined => {
  const said = all.filter((lists) => lists !== undefined);
  if (said.length === 0) return undefined;
  const byName = new Map<string, (readonly JsonValue[])[]>();
  for (const [name, values] of said.flatMap((lists) => [...lists])) {
    const same = byName.get(name);
    if (same) same.push(values);
    else byName.set(name, [values]);
  }
  // An empty list means any value, and any value joined with some values is any value.
  const joined = (lists: readonly (readonly JsonValue[])[]) =>
    lists.some((values) => values.length === 0) ? [] : lists.flat();
  return new Map([...byName].map(([name, lists]) => [name, joined(lists)]));
};

const joinConstraints = (all: readonly Constraints[]): Constraints => {
  const allowed = joinLists(all.map((one) => one.allowed));
  const denied = joinLists(all.map((one) => one.denied));
  return {
    minWrappingTtl: all.reduce((least, one) => tighter(least, one.minWrappingTtl), 0),
    maxWrappingTtl: all.reduce((least, one) => tighter(least, one.maxWrappingTtl), 0),
    required: [...new Set(all.flatMap((one) => one.required))],
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

/** Rules with one pattern as one: capabilities add up, constraints stay, and a `deny` is all that counts. */
export const joinRules = (first: Rule, all: readonly Rule[]): Rule => {
  const denying = all.filter(denies);
  const counted = denying.length > 0 ? denying : all;
  return {
    ...first,
    capabilities: counted.reduce((bits, rule) => bits | rule.capabilities, 0),
    constraints: joinConstraints(counted.map((rule) => rule.constraints)),
    sources: counted.flatMap((rule) => rule.sources),
  };
};

/**
 * One rule a pattern, in the order of each pattern's first rule. Takes as long as the rules are, however many share a
 * pattern.
 */
export const mergeRules = (rules: Iterable<Rule>): Map<string, Rule> => {
  const byPattern = new Map<string, { readonly first: Rule; readonly all: Rule[] }>();
  for (const rule of rules) {
    const same = byPattern.get(rule.pattern);
    if (same) same.all.push(rule);
    else byPattern.set(rule.pattern, { first: rule, all: [rule] });
  }
  const merged = new Map<string, Rule>();
  for (const [pattern, { first, all }] of byPattern) {
    merged.set(pattern, all.length === 1 ? first : joinRules(first, all));
  }
  return merged;
};
