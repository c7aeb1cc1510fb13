import type { Policy } from "./policy.ts";
import { PrefixTree } from "./prefix-tree.ts";
import { mergeRules, type Rule, ruleOf } from "./rule.ts";
import { SegmentTree } from "./segment-tree.ts";
import { renderTemplate, type TemplateContext } from "./template.ts";

/**
 * The compiled form of a token's policies: one rule per pattern, in a structure per kind of pattern, so that a decision
 * costs about the same for ten rules and for ten thousand. Immutable; safe to keep for as long as the policies and,
 * where `templated`, the identity stay the same.
 */
export interface Acl {
  /** Everything is allowed. */
  readonly root: boolean;
  /** Compiled for one identity; otherwise for any token with these policies. */
  readonly templated: boolean;
  readonly exact: ReadonlyMap<string, Rule>;
  readonly prefixes: Pick<PrefixTree<Rule>, "longest" | "visit">;
  readonly segments: Pick<SegmentTree<Rule>, "visit">;
  /** Every rule by its pattern: for showing what the policies amount to, never for deciding. */
  readonly rules: ReadonlyMap<string, Rule>;
  /** Number of distinct patterns. */
  readonly size: number;
}

const collect = (policies: readonly Policy[], identity: TemplateContext | undefined): Map<string, Rule> => {
  const rules: Rule[] = [];
  for (const policy of policies) {
    for (const stanza of policy.stanzas) {
      const pattern = stanza.templated ? renderTemplate(stanza.pattern, identity) : stanza.pattern;
      if (pattern !== undefined) rules.push(ruleOf(pattern, policy.name, stanza));
    }
  }
  return mergeRules(rules);
};

/** Rules by pattern, put where a decision finds them. */
export const indexRules = (
  rules: ReadonlyMap<string, Rule>,
): Pick<Acl, "exact" | "prefixes" | "segments" | "rules" | "size"> => {
  const exact = new Map<string, Rule>();
  const prefixes = new PrefixTree<Rule>();
  const segments = new SegmentTree<Rule>();
  for (const [pattern, rule] of rules) {
    if (rule.kind === "exact") exact.set(pattern, rule);
    else if (rule.kind === "prefix") prefixes.set(pattern.slice(0, -1), rule);
    else segments.set(pattern, rule);
  }
  return { exact, prefixes, segments, rules, size: rules.size };
};

/**
 * Compiles policies. `identity` fills in templates; without it, and where a value is missing or unsafe, a templated
 * stanza is dropped. The `root` policy counts only as the sole policy: together with others it grants nothing.
 */
export const compileAcl = (policies: readonly Policy[], identity?: TemplateContext): Acl => {
  const rules = collect(policies, identity);
  return {
    root: policies.length === 1 && policies[0]?.root === true,
    templated: policies.some((policy) => policy.templated),
    ...indexRules(rules),
  };
};
