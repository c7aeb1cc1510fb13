/**
 * The oracle: policies judged straight from the text of Vault's documentation, one sentence after the other, with loops
 * over everything. It shares no line and no idea with `src/policy`, is never used by the product, and must stay so
 * simple that it can be compared with the documentation by eye. When the two disagree, the documentation decides.
 */

export type NaiveValue = string | boolean | null | readonly string[];

type Lists = Readonly<Record<string, readonly NaiveValue[]>>;

/** One `path` block of one policy, as its author wrote it. TTLs in seconds. */
export interface NaiveStanza {
  readonly policy: string;
  readonly path: string;
  readonly capabilities: readonly string[];
  readonly allowed?: Lists;
  readonly denied?: Lists;
  readonly required?: readonly string[];
  readonly minWrap?: number;
  readonly maxWrap?: number;
}

/** One request; `wrapTtl` in seconds. */
export interface NaiveRequest {
  readonly path: string;
  readonly operation: "create" | "read" | "update" | "patch" | "delete" | "list";
  readonly parameters: Readonly<Record<string, NaiveValue>>;
  readonly wrapTtl: number | undefined;
  readonly sudoPath: boolean;
}

type Kind = "exact" | "prefix" | "segment";

/** "Exactly one leading `/` is removed; nothing else is normalised." */
const patternOf = (stanza: NaiveStanza): string => (stanza.path.startsWith("/") ? stanza.path.slice(1) : stanza.path);

/** "A stanza is in the segment class when the pattern equals `+`, contains `/+`, or starts with `+/`." */
const kindOf = (pattern: string): Kind => {
  if (pattern === "+" || pattern.includes("/+") || pattern.startsWith("+/")) return "segment";
  return pattern.endsWith("*") ? "prefix" : "exact";
};

const withoutStar = (pattern: string): string => (pattern.endsWith("*") ? pattern.slice(0, -1) : pattern);

/**
 * "Exactly the same number of parts"; "one ending in `*` needs at least as many", its last part being a string prefix.
 */
const segmentsMatch = (pattern: string, path: string): boolean => {
  const open = pattern.endsWith("*");
  const wanted = withoutStar(pattern).split("/");
  const parts = path.split("/");
  if (open ? parts.length < wanted.length : parts.length !== wanted.length) return false;

  return wanted.every((want, index) => {
    const part = parts[index] ?? "";
    const isLast = index === wanted.length - 1;
    return want === "+" || want === part || (open && isLast && part.startsWith(want));
  });
};

const matches = (pattern: string, path: string): boolean => {
  if (kindOf(pattern) === "segment") return segmentsMatch(pattern, path);
  return kindOf(pattern) === "prefix" ? path.startsWith(withoutStar(pattern)) : path === pattern;
};

/** The documented order of patterns that are not exact: is `one` more specific than `other`? */
const moreSpecific = (one: string, other: string): boolean => {
  const firstWildcard = (pattern: string): number =>
    kindOf(pattern) === "segment" ? pattern.indexOf("+") : withoutStar(pattern).length;
  const plusSegments = (pattern: string): number => pattern.split("/").filter((part) => part === "+").length;

  if (firstWildcard(one) !== firstWildcard(other)) return firstWildcard(one) > firstWildcard(other);
  if (one.endsWith("*") !== other.endsWith("*")) return other.endsWith("*");
  if (plusSegments(one) !== plusSegments(other)) return plusSegments(one) < plusSegments(other);
  if (withoutStar(one).length !== withoutStar(other).length) {
    return withoutStar(one).length > withoutStar(other).length;
  }
  return withoutStar(one) > withoutStar(other);
};

/** "For LIST: … the path with one trailing `/` removed" counts as well. */
const spellings = (path: string, list: boolean): string[] =>
  list && path.endsWith("/") ? [path, path.slice(0, -1)] : [path];

/** "The server adds the slash to every LIST." */
const askedPath = ({ path, operation }: NaiveRequest): string =>
  operation === "list" && !path.endsWith("/") ? `${path}/` : path;

/** "Only one rule is used per request; less specific rules are irrelevant, even if they deny." */
const patternFor = (stanzas: readonly NaiveStanza[], path: string, list: boolean): string | undefined => {
  const patterns = stanzas.map(patternOf);
  const paths = spellings(path, list);

  for (const spelling of paths) {
    if (patterns.some((pattern) => kindOf(pattern) === "exact" && pattern === spelling)) return spelling;
  }

  let best: string | undefined;
  for (const pattern of patterns) {
    if (kindOf(pattern) === "exact" || !paths.some((spelling) => matches(pattern, spelling))) continue;
    if (best === undefined || moreSpecific(pattern, best)) best = pattern;
  }
  return best;
};

const capabilitiesFrom = (rules: readonly NaiveStanza[]): string[] => {
  const names = new Set(rules.flatMap((rule) => rule.capabilities));
  return names.has("deny") ? [] : [...names].sort();
};

/** "Smallest non-zero." */
const smallest = (ttls: readonly (number | undefined)[]): number =>
  Math.min(...ttls.filter((ttl): ttl is number => ttl !== undefined && ttl > 0), Number.POSITIVE_INFINITY);

const wrappingFits = (rules: readonly NaiveStanza[], wrapTtl: number | undefined): boolean => {
  const max = smallest(rules.map((rule) => rule.maxWrap));
  const min = smallest(rules.map((rule) => rule.minWrap));
  const isSet = Number.isFinite;

  if (isSet(max) && (wrapTtl === undefined || wrapTtl > max)) return false;
  if (isSet(min) && (wrapTtl === undefined || wrapTtl < min)) return false;
  return !(isSet(max) && isSet(min) && max < min);
};

/** "Union of keys; same key: value lists concatenated; an empty list on either side makes it empty (= any value)." */
const mergedLists = (maps: readonly (Lists | undefined)[]): Map<string, readonly NaiveValue[]> => {
  const merged = new Map<string, readonly NaiveValue[]>();
  for (const map of maps) {
    for (const [key, values] of Object.entries(map ?? {})) {
      const name = key.toLowerCase();
      const before = merged.get(name);
      if (before === undefined) merged.set(name, values);
      else merged.set(name, before.length === 0 || values.length === 0 ? [] : [...before, ...values]);
    }
  }
  return merged;
};

/** "`*x` suffix, `x*` prefix, `*x*` contains; otherwise equal. A pattern of length 1 is literal." */
const textMatches = (wanted: string, sent: string): boolean => {
  if (wanted.length < 2) return wanted === sent;
  const front = wanted.startsWith("*");
  const back = wanted.endsWith("*");
  if (front && back) return sent.includes(wanted.slice(1, -1));
  if (front) return sent.endsWith(wanted.slice(1));
  return back ? sent.startsWith(wanted.slice(0, -1)) : wanted === sent;
};

const valueMatches = (wanted: NaiveValue, sent: NaiveValue): boolean => {
  if (typeof wanted === "string" && typeof sent === "string") return textMatches(wanted, sent);
  return JSON.stringify(wanted) === JSON.stringify(sent);
};

/** A list counts by its elements too, and so does a text, read as a comma list: the empty text is the empty list. */
const elementsOf = (sent: NaiveValue): readonly string[] => {
  if (typeof sent === "string") return sent === "" ? [] : sent.split(",").map((part) => part.trim());
  return sent === null || typeof sent === "boolean" ? [] : sent;
};

const isListed = (list: readonly NaiveValue[], sent: NaiveValue): boolean =>
  list.some((wanted) => valueMatches(wanted, sent));

/** "For denied any element matching denies." */
const isDeniedValue = (list: readonly NaiveValue[], sent: NaiveValue): boolean =>
  list.length === 0 || isListed(list, sent) || elementsOf(sent).some((one) => isListed(list, one));

/** "For allowed every element must match", and a list without any matches nothing. */
const isAllowedValue = (list: readonly NaiveValue[], sent: NaiveValue): boolean =>
  list.length === 0 ||
  isListed(list, sent) ||
  (elementsOf(sent).length > 0 && elementsOf(sent).every((one) => isListed(list, one)));

/** The eleven steps over the parameters, from the fifth on. */
const parametersFit = (rules: readonly NaiveStanza[], parameters: Readonly<Record<string, NaiveValue>>): boolean => {
  const required = rules.flatMap((rule) => rule.required ?? []);
  if (!required.every((name) => Object.hasOwn(parameters, name.toLowerCase()))) return false;
  if (Object.keys(parameters).length === 0) return true;

  const denied = mergedLists(rules.map((rule) => rule.denied));
  if (denied.has("*")) return false;
  for (const [key, sent] of Object.entries(parameters)) {
    const list = denied.get(key.toLowerCase());
    if (list !== undefined && isDeniedValue(list, sent)) return false;
  }

  const allowed = mergedLists(rules.map((rule) => rule.allowed));
  if (allowed.size === 0) return true;
  if (allowed.size === 1 && allowed.has("*")) return true;
  return Object.entries(parameters).every(([key, sent]) => {
    const list = allowed.get(key.toLowerCase());
    return list === undefined ? allowed.has("*") : isAllowedValue(list, sent);
  });
};

/** The decision, and the pattern of the rule that made it; no pattern where no rule speaks for the path. */
export const naiveDecide = (
  stanzas: readonly NaiveStanza[],
  request: NaiveRequest,
): { readonly allowed: boolean; readonly pattern: string | undefined } => {
  const list = request.operation === "list";
  const pattern = patternFor(stanzas, askedPath(request), list);
  if (pattern === undefined) return { allowed: false, pattern };

  const rules = stanzas.filter((stanza) => patternOf(stanza) === pattern);
  const capabilities = capabilitiesFrom(rules);
  const hasParameters = !list && request.operation !== "delete";
  const allowed =
    capabilities.includes(request.operation) &&
    (!request.sudoPath || capabilities.includes("sudo")) &&
    wrappingFits(rules, request.wrapTtl) &&
    (!hasParameters || parametersFit(rules, request.parameters));
  return { allowed, pattern };
};

/** "Evaluated as if a LIST were asked"; nothing granted, an explicit deny and an empty stanza all read `deny`. */
export const naiveCapabilities = (stanzas: readonly NaiveStanza[], path: string): string[] => {
  const pattern = patternFor(stanzas, path, true);
  const names = capabilitiesFrom(stanzas.filter((stanza) => patternOf(stanza) === pattern));
  return names.length === 0 ? ["deny"] : names;
};
