/**
 * A second policy evaluator, slow and plain on purpose: it follows the documented order of precedence sentence by
 * sentence over a flat list of stanzas and shares no code with `src/policy`. Tests hold the two against each other.
 */

export type NaiveValue = string | boolean | null | readonly string[];

export interface NaiveStanza {
  readonly policy: string;
  readonly path: string;
  readonly capabilities: readonly string[];
  readonly allowed?: Readonly<Record<string, readonly NaiveValue[]>>;
  readonly denied?: Readonly<Record<string, readonly NaiveValue[]>>;
  readonly required?: readonly string[];
  readonly minWrap?: number;
  readonly maxWrap?: number;
}

export interface NaiveRequest {
  readonly path: string;
  readonly operation: "create" | "read" | "update" | "patch" | "delete" | "list";
  readonly parameters: Readonly<Record<string, NaiveValue>>;
  readonly wrapTtl: number | undefined;
  readonly sudoPath: boolean;
}

interface Merged {
  pattern: string;
  capabilities: Set<string>;
  allowed: Map<string, NaiveValue[]> | undefined;
  denied: Map<string, NaiveValue[]> | undefined;
  required: Set<string>;
  min: number;
  max: number;
}

// "Exactly one leading slash is removed."
const strip = (path: string): string => path.replace(/^\//, "");

// "A stanza is in the segment class when the pattern equals `+`, contains `/+`, or starts with `+/`."
const isSegment = (pattern: string): boolean => pattern === "+" || /\/\+/.test(pattern) || /^\+\//.test(pattern);
// "`*` is special only as the final character."
const isPrefix = (pattern: string): boolean => !isSegment(pattern) && /\*$/.test(pattern);

const joinLists = (
  into: Map<string, NaiveValue[]> | undefined,
  from: Readonly<Record<string, readonly NaiveValue[]>> | undefined,
): Map<string, NaiveValue[]> | undefined => {
  if (from === undefined) return into;
  const result = into ?? new Map<string, NaiveValue[]>();
  for (const [key, values] of Object.entries(from)) {
    const name = key.toLowerCase();
    const before = result.get(name);
    // "an empty list on either side makes it empty (= any value)"
    if (before !== undefined && (before.length === 0 || values.length === 0)) result.set(name, []);
    else result.set(name, [...(before ?? []), ...values]);
  }
  return result;
};

const smallest = (a: number, b: number): number => Math.min(...[a, b].filter((n) => n > 0), Number.POSITIVE_INFINITY);

const mergeSamePatterns = (stanzas: readonly NaiveStanza[]): Merged[] => {
  const merged: Merged[] = [];
  for (const stanza of stanzas) {
    const pattern = strip(stanza.path);
    let rule = merged.find((one) => one.pattern === pattern);
    if (rule === undefined) {
      rule = {
        pattern,
        capabilities: new Set(),
        allowed: undefined,
        denied: undefined,
        required: new Set(),
        min: 0,
        max: 0,
      };
      merged.push(rule);
    }
    for (const capability of stanza.capabilities) rule.capabilities.add(capability);
    rule.allowed = joinLists(rule.allowed, stanza.allowed);
    rule.denied = joinLists(rule.denied, stanza.denied);
    for (const name of stanza.required ?? []) rule.required.add(name.toLowerCase());
    rule.min = smallest(rule.min, stanza.minWrap ?? 0);
    rule.max = smallest(rule.max, stanza.maxWrap ?? 0);
    if (rule.min === Number.POSITIVE_INFINITY) rule.min = 0;
    if (rule.max === Number.POSITIVE_INFINITY) rule.max = 0;
  }
  // "if either has `deny`, result is deny only"
  for (const rule of merged) if (rule.capabilities.has("deny")) rule.capabilities = new Set(["deny"]);
  return merged;
};

const segmentMatches = (pattern: string, path: string): boolean => {
  const open = pattern.endsWith("*");
  const parts = (open ? pattern.slice(0, -1) : pattern).split("/");
  const asked = path.split("/");
  // "not ending in `*` needs exactly the same number of parts; one ending in `*` needs at least as many"
  if (open ? asked.length < parts.length : asked.length !== parts.length) return false;
  return parts.every((part, i) => {
    if (part === "+") return true;
    const last = open && i === parts.length - 1;
    return last ? (asked[i] ?? "").startsWith(part) : asked[i] === part;
  });
};

/** Positive where `a` comes before `b`. */
const order = (a: Merged, b: Merged): number => {
  const star = (rule: Merged): boolean => rule.pattern.endsWith("*");
  const stem = (rule: Merged): string => (star(rule) ? rule.pattern.slice(0, -1) : rule.pattern);
  const first = (rule: Merged): number => (isSegment(rule.pattern) ? rule.pattern.indexOf("+") : stem(rule).length);
  const pluses = (rule: Merged): number =>
    isSegment(rule.pattern)
      ? stem(rule)
          .split("/")
          .filter((part) => part === "+").length
      : 0;
  return (
    first(a) - first(b) || // 1. larger wins
    Number(star(b)) - Number(star(a)) || // 2. not ending in `*` wins
    pluses(b) - pluses(a) || // 3. fewer `+` segments wins
    stem(a).length - stem(b).length || // 4. longer pattern wins
    (stem(a) > stem(b) ? 1 : stem(a) < stem(b) ? -1 : 0) // 5. lexicographically larger wins
  );
};

const best = (rules: readonly Merged[]): Merged | undefined => [...rules].sort(order).at(-1);

// "the longest matching prefix rule, plus every matching segment rule"
const candidates = (rules: readonly Merged[], path: string): Merged[] => {
  const prefixes = rules.filter((rule) => isPrefix(rule.pattern) && path.startsWith(rule.pattern.slice(0, -1)));
  const longest = prefixes.sort((a, b) => a.pattern.length - b.pattern.length).at(-1);
  const segments = rules.filter((rule) => isSegment(rule.pattern) && segmentMatches(rule.pattern, path));
  return longest === undefined ? segments : [longest, ...segments];
};

const exact = (rules: readonly Merged[], path: string): Merged | undefined =>
  rules.find((rule) => !isPrefix(rule.pattern) && !isSegment(rule.pattern) && rule.pattern === path);

const choose = (rules: readonly Merged[], path: string, list: boolean): Merged | undefined => {
  const found = exact(rules, path);
  if (found !== undefined) return found;
  if (!list || !path.endsWith("/")) return best(candidates(rules, path));
  const bare = path.slice(0, -1);
  const foundBare = exact(rules, bare);
  if (foundBare !== undefined) return foundBare;
  // "take the candidates of both spellings; find the most specific deny and the most specific rule that grants list"
  const both = [...candidates(rules, bare), ...candidates(rules, path)];
  const deny = best(both.filter((rule) => rule.capabilities.has("deny")));
  const grant = best(both.filter((rule) => rule.capabilities.has("list")));
  if (deny !== undefined && (grant === undefined || order(deny, grant) >= 0)) return deny;
  return grant ?? best(both);
};

const globs = (pattern: string, text: string): boolean => {
  if (pattern.length === 1) return pattern === text;
  const escaped = pattern.replace(/^\*|\*$/g, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const from = pattern.startsWith("*") ? "" : "^";
  const to = pattern.endsWith("*") ? "" : "$";
  return new RegExp(`${from}${escaped}${to}`, "s").test(text);
};

const matchesOne = (listed: readonly NaiveValue[], value: NaiveValue): boolean =>
  listed.some((one) =>
    typeof one === "string" && typeof value === "string"
      ? globs(one, value)
      : JSON.stringify(one) === JSON.stringify(value),
  );

const pieces = (value: NaiveValue): readonly NaiveValue[] | undefined => {
  if (typeof value === "string") return value === "" ? [] : value.split(",").map((piece) => piece.trim());
  return Array.isArray(value) ? value : undefined;
};

const parametersPass = (rule: Merged, parameters: NaiveRequest["parameters"]): boolean => {
  const keys = Object.keys(parameters);
  for (const name of rule.required) if (!keys.includes(name)) return false;
  if (keys.length === 0) return true;
  if (rule.denied?.has("*")) return false;
  for (const key of keys) {
    const listed = rule.denied?.get(key.toLowerCase());
    const value = parameters[key] ?? null;
    if (listed === undefined) continue;
    if (listed.length === 0 || matchesOne(listed, value)) return false;
    if (pieces(value)?.some((piece) => matchesOne(listed, piece))) return false;
  }
  if (rule.allowed === undefined || rule.allowed.size === 0) return true;
  if (rule.allowed.size === 1 && rule.allowed.has("*")) return true;
  return keys.every((key) => {
    const listed = rule.allowed?.get(key.toLowerCase());
    const value = parameters[key] ?? null;
    if (listed === undefined) return rule.allowed?.has("*") === true;
    if (listed.length === 0 || matchesOne(listed, value)) return true;
    return pieces(value)?.every((piece) => matchesOne(listed, piece)) === true;
  });
};

const wrappingPasses = (rule: Merged, asked: number | undefined): boolean => {
  if (rule.max > 0 && (asked === undefined || asked > rule.max)) return false;
  if (rule.min > 0 && (asked === undefined || asked < rule.min)) return false;
  return !(rule.max > 0 && rule.min > 0 && rule.max < rule.min);
};

/** Allowed or not, and the pattern that decided. */
export const naiveDecide = (
  stanzas: readonly NaiveStanza[],
  request: NaiveRequest,
): { readonly allowed: boolean; readonly pattern: string | undefined } => {
  const list = request.operation === "list";
  const path = list && !request.path.endsWith("/") ? `${request.path}/` : request.path;
  const rule = choose(mergeSamePatterns(stanzas), path, list);
  if (rule === undefined) return { allowed: false, pattern: undefined };
  const refused =
    !rule.capabilities.has(request.operation) ||
    !wrappingPasses(rule, request.wrapTtl) ||
    (["read", "create", "update", "patch"].includes(request.operation) && !parametersPass(rule, request.parameters)) ||
    (request.sudoPath && !rule.capabilities.has("sudo"));
  return { allowed: !refused, pattern: rule.pattern };
};

export const naiveCapabilities = (stanzas: readonly NaiveStanza[], path: string): string[] => {
  const rule = choose(mergeSamePatterns(stanzas), path, true);
  const names = [...(rule?.capabilities ?? [])].sort();
  return names.length === 0 || names.includes("deny") ? ["deny"] : names;
};
