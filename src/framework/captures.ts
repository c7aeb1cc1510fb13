import { FOLDS, type Fold } from "../std/fold.ts";
import type { AnyPath, CaptureText } from "./backend.ts";
import { parseTemplate, refuse } from "./template.ts";

/**
 * Captures that fold: which names in a path are one name in several spellings, by the path table alone. Whoever decides
 * about a path, records it or acts on it uses its canonical form, made here once.
 */

/** Templates up to and with the capture that folds, and how it folds: `role/{role_name}` to `case`. */
export type FoldTable = Readonly<Record<string, Fold>>;

/** The position of the folded capture in a path. */
export interface FoldedPlace {
  /** Index of its segment, or of the first of them. */
  readonly segment: number;
  /** It takes all segments from there on. */
  readonly rest: boolean;
  readonly fold: Fold;
}

export interface Canonical {
  readonly below: string;
  /** Absent where nothing in the path folds. */
  readonly place?: FoldedPlace;
}

const textOf = (text: CaptureText): string => (typeof text === "string" ? text : text.description);
const foldOf = (text: CaptureText | undefined): Fold | undefined => (typeof text === "object" ? text.fold : undefined);

/** The captures of a path with their descriptions. */
export const capturesOf = (path: AnyPath): readonly (readonly [string, string])[] =>
  Object.entries<CaptureText>(path.params).map(([name, text]) => [name, textOf(text)]);

const foldedPart = (path: AnyPath): readonly [string, Fold] | undefined => {
  const template: string = path.template;
  const parts = parseTemplate(template);
  const at = parts.findIndex((part) => part.type !== "static" && foldOf(path.params[part.name]) !== undefined);
  const part = parts[at];
  if (part === undefined || part.type === "static") return undefined;
  const fold = foldOf(path.params[part.name]);
  const after = parts.slice(at + 1);
  if (part.type === "rest" && after.length > 0) return refuse(template, `"${part.name}" folds and has more behind it`);
  if (after.some((other) => other.type !== "static" && foldOf(path.params[other.name]) !== undefined)) {
    return refuse(template, "has two captures that fold");
  }
  const upTo = template
    .split("/")
    .slice(0, at + 1)
    .join("/");
  return fold && [upTo, fold];
};

/** What of a table's paths folds. Throws where two paths disagree about one capture. */
export const foldsOf = (paths: readonly AnyPath[]): FoldTable => {
  const table: Record<string, Fold> = {};
  for (const path of paths) {
    const part = foldedPart(path);
    if (!part) continue;
    const [template, fold] = part;
    if ((table[template] ?? fold) !== fold) refuse(template, "folds in two ways");
    table[template] = fold;
  }
  return table;
};

interface Row extends FoldedPlace {
  /** A static segment, or nothing for a capture. */
  readonly before: readonly (string | undefined)[];
}

/** A fold table, made ready for `canonicalIn`. */
export type Folds = readonly Row[];

export const compileFolds = (table: FoldTable): Folds =>
  Object.entries(table).map(([template, fold]) => {
    const parts = parseTemplate(template);
    const before = parts.slice(0, -1).map((part) => (part.type === "static" ? part.text : undefined));
    return { segment: before.length, rest: parts.at(-1)?.type === "rest", fold, before };
  });

/**
 * A path below a mount with its folded capture in canonical form. `below`: decoded, without a leading slash. A name
 * that folds to nothing is left as it is, for its handler to refuse.
 */
export const canonicalIn = (folds: Folds, below: string): Canonical => {
  if (folds.length === 0) return { below };
  const segments = below.split("/");
  const row = folds.find(({ before }) => before.every((text, index) => text === undefined || text === segments[index]));
  if (!row || segments.length <= row.segment) return { below };
  const { segment, rest, fold } = row;
  const end = rest ? segments.length : segment + 1;
  const text = segments.slice(segment, end).join("/");
  const folded = FOLDS[fold](text);
  const canonical = [...segments.slice(0, segment), folded === "" ? text : folded, ...segments.slice(end)];
  return { below: canonical.join("/"), place: { segment, rest, fold } };
};
