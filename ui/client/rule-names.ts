import { addressesOf, type KvPath } from "./kv.ts";
import type { Rule } from "./session.ts";

/**
 * What the caller's own rules name in a folder that may not be listed: `secret/data/team-a/*` names `team-a/` at the
 * top of `secret/`. A rule tells what is permitted, not what exists.
 */

export interface NamedParts {
  /** Sorted, each once; folders end in `/`. */
  readonly names: readonly string[];
  /** A rule permits names that it does not spell out: whoever knows one can type it. */
  readonly open: boolean;
}

type Part = { readonly name: string } | "open" | undefined;

interface Pattern {
  readonly parts: readonly string[];
  /** It ends in a star: the last part is a beginning. */
  readonly glob: boolean;
}

const patternOf = (text: string): Pattern => {
  const glob = text.endsWith("*");
  return { parts: (glob ? text.slice(0, -1) : text).split("/"), glob };
};

/** `all`: the star at its end takes in the whole folder. */
const reach = ({ parts, glob }: Pattern, folder: readonly string[]): "all" | boolean => {
  for (const [index, segment] of folder.entries()) {
    const part = parts[index];
    if (part === undefined) return false;
    if (glob && index === parts.length - 1) return segment.startsWith(part) && "all";
    if (part !== "+" && part !== segment) return false;
  }
  return true;
};

/** `folder` by its segments, without a last slash. */
const partBelow = (folder: readonly string[], { pattern: text, capabilities }: Rule): Part => {
  const pattern = patternOf(text);
  const reached = reach(pattern, folder);
  if (reached === "all") return "open";
  const [part, ...below] = pattern.parts.slice(folder.length);
  if (!reached || part === undefined) return undefined;
  if (part === "+" || (pattern.glob && below.length === 0)) return "open";
  if (part === "") return undefined;
  const onlyListed = capabilities.every((capability) => capability === "list" || capability === "scan");
  return { name: below.length > 0 || onlyListed ? `${part}/` : part };
};

/** The addresses under which a rule may speak of what is in a folder. */
const placesOf = (folder: KvPath): readonly string[] => {
  const { version: _, ...addresses } = addressesOf(folder);
  return [...new Set<string>(Object.values(addresses))];
};

/**
 * Whether a scan of the folder leaves nothing out: every rule that speaks of something below it permits scanning too.
 * Where one does not, listing shows more.
 */
export const scansWhole = (folder: KvPath, rules: readonly Rule[]): boolean => {
  const place = addressesOf(folder).list.split("/").slice(0, -1);
  return rules.every((rule) => reach(patternOf(rule.pattern), place) !== true || rule.capabilities.includes("scan"));
};

export const namedByRules = (folder: KvPath, rules: readonly Rule[]): NamedParts => {
  const granted = rules.filter(({ capabilities }) => capabilities.length > 0);
  const places = placesOf(folder).map((place) => place.split("/").slice(0, -1));
  const found = places.flatMap((place) => granted.map((rule) => partBelow(place, rule)));
  const names = found.flatMap((part) => (typeof part === "object" ? [part.name] : []));
  return { names: [...new Set(names)].sort(), open: found.includes("open") };
};
