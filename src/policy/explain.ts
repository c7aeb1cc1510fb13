import type { Acl } from "./compile.ts";
import { type AccessRequest, type Decision, decide, judge, rulesAt } from "./decide.ts";
import { parsePolicy } from "./parse.ts";
import { CAPABILITY_BITS, type Capability, capabilityNames, type RuleSource } from "./policy.ts";
import { joinRules, type Rule, ruleOf } from "./rule.ts";
import { canonicalPath, isListing, listSpellings, matchingRules } from "./select.ts";

/**
 * Why a request is allowed or denied, for people: the decision, every rule that matches in the order of priority, and
 * the smallest rule that would have allowed it. Slower than `decide`, and never used to decide.
 */

export interface CandidateRule {
  readonly pattern: string;
  readonly capabilities: readonly string[];
  readonly sources: readonly RuleSource[];
  /** This rule made the decision; the others played no part. */
  readonly decides: boolean;
}

export interface Explanation {
  readonly decision: Decision;
  readonly candidates: readonly CandidateRule[];
  /**
   * HCL of one stanza that, added to the token's policies, allows this request. Absent where it is allowed already and
   * where no added stanza could help: a deny, a denied or required parameter or a wrapping limit on the exact path.
   */
  readonly suggestion?: string;
}

const quoted = (text: string): string => JSON.stringify(text).replace(/\u007f/g, "\\u007f");

/** Exact rules win over all others, so a rule for the exact path need not fight the rules that match now. */
const stanzaFor = (path: string, request: AccessRequest, needed: Capability, existing: Rule | undefined): string => {
  const names: Capability[] = [needed];
  if (request.sudoPath) names.push("sudo");
  const lines = [`  capabilities = [${names.map(quoted).join(", ")}]`];
  const limited = existing?.constraints.allowed;
  if (limited !== undefined && limited.size > 0) {
    const sent = Object.keys(request.parameters ?? {}).map((name) => `${quoted(name.toLowerCase())} = []`);
    if (sent.length > 0) lines.push(`  allowed_parameters = { ${[...new Set(sent)].join(", ")} }`);
  }
  return `path ${quoted(path)} {\n${lines.join("\n")}\n}\n`;
};

/** Reads the stanza back as a policy would be, so that no path can make it say something else. */
const helps = (
  text: string,
  path: string,
  request: AccessRequest,
  needed: Capability,
  existing: Rule | undefined,
): boolean => {
  try {
    const stanza = parsePolicy("suggestion", text).stanzas[0];
    if (stanza === undefined || stanza.templated) return false;
    const added = ruleOf(stanza.pattern, "suggestion", stanza);
    if (added.kind !== "exact" || added.pattern !== path) return false;
    const merged = existing === undefined ? added : joinRules(existing, [existing, added]);
    return judge(merged, request, CAPABILITY_BITS[needed]).allowed;
  } catch {
    return false;
  }
};

/** Who decided, by which policy and line, all rules that match, and what would have allowed a denied request. */
export const explain = (acl: Acl, request: AccessRequest): Explanation => {
  const decision = decide(acl, request);
  const path = canonicalPath(request.path);
  const { operation } = request;
  const list = isListing(operation);
  const spellings: readonly [string, ...string[]] = list ? listSpellings(path) : [path];
  const rules = rulesAt(acl, path, list, request.folding);
  const candidates = matchingRules(rules, [...new Set(spellings)]).map((rule) => ({
    pattern: rule.pattern,
    capabilities: capabilityNames(rule.capabilities),
    sources: rule.sources.map(({ name, line }) => ({ name, line })),
    decides: rule.pattern === decision.rule?.pattern,
  }));
  // Help is always allowed.
  if (decision.allowed || operation === "help") return { decision, candidates };
  const [exactPath] = spellings;
  const existing = rules.exact.get(exactPath);
  const suggestion = stanzaFor(exactPath, request, operation, existing);
  const works = helps(suggestion, exactPath, request, operation, existing);
  return works ? { decision, candidates, suggestion } : { decision, candidates };
};
