import { isListing } from "../policy/index.ts";
import type { AnyPath } from "./backend.ts";
import { type Canonical, canonicalIn, compileFolds, foldsOf } from "./captures.ts";
import { GENERIC_NAME, parseTemplate, refuse, type Shape } from "./template.ts";

/**
 * Finds the row of a path table that answers a path below the mount: one trie, built once per backend.
 *
 * A template is segments joined by `/`; `""` is the mount's root. A segment is static text or a capture:
 * `{name}` one segment shaped as Vault's generic name (letters, digits, `_`, and inside also `-` and `.`);
 * `{name:at}` the same with `@` inside; `{name:any}` any one segment; `{name:uuid}` a UUID in lower case; `{name+}` one or more segments, whose text may
 * end in `/`, optionally followed by static segments. Static text wins over a capture, a capture over the rest.
 *
 * Names that fold (`captures.ts`) are folded first: every spelling of a path leads to one row with the same captures.
 *
 * The path of a LIST or SCAN ends in `/`. A path that has such an operation also answers to its template with a `/`
 * behind it; a path without one does not, so that `LIST sys/mounts` is an unknown path, as in Vault.
 */

export interface RouteMatch {
  readonly path: AnyPath;
  /** What the template captured of the canonical path. */
  readonly params: Readonly<Record<string, string>>;
  /** What it captured of the path as it was sent. */
  readonly given: Readonly<Record<string, string>>;
  /** The canonical path. */
  readonly below: string;
}

export interface Routes {
  /** The row for a path in any spelling. `below`: the path below the mount, decoded, without a leading slash. */
  match(below: string): RouteMatch | undefined;
  /** The one spelling of a path that counts. */
  canonical(below: string): Canonical;
}

const SHAPES: Readonly<Record<Shape, RegExp>> = {
  generic: GENERIC_NAME,
  at: /^\w(?:[\w.@-]*\w)?$/,
  any: /^./su,
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
};

interface Row {
  readonly path: AnyPath;
  /** It has an operation whose path ends in `/`. */
  readonly listed: boolean;
  readonly names: readonly string[];
}

interface Rest extends Row {
  readonly suffix: readonly string[];
}

interface Node {
  readonly statics: Map<string, Node>;
  capture: { readonly kind: Shape; readonly node: Node } | undefined;
  row: Row | undefined;
  /** Longest suffix first. */
  readonly rests: Rest[];
}

const emptyNode = (): Node => ({ statics: new Map(), capture: undefined, row: undefined, rests: [] });

const staticChild = (node: Node, text: string): Node => {
  const child = node.statics.get(text) ?? emptyNode();
  node.statics.set(text, child);
  return child;
};

const captureChild = (node: Node, { name, kind }: { name: string; kind: Shape }, template: string): Node => {
  node.capture ??= { kind, node: emptyNode() };
  if (node.capture.kind !== kind) refuse(template, `is ambiguous: "${name}" is shaped otherwise elsewhere`);
  return node.capture.node;
};

const insertRest = (node: Node, rest: Rest): void => {
  const same = node.rests.find((other) => other.suffix.join("/") === rest.suffix.join("/"));
  if (same) refuse(rest.path.template, `is ambiguous with "${same.path.template}"`);
  node.rests.push(rest);
  node.rests.sort((a, b) => b.suffix.length - a.suffix.length);
};

const insert = (root: Node, path: AnyPath): void => {
  const template: string = path.template;
  const parts = parseTemplate(template);
  const names = parts.flatMap((part) => (part.type === "static" ? [] : [part.name]));
  const listed = Object.keys(path.ops).some(isListing);
  if (Object.keys(path.ops).length === 0) refuse(template, "has no operation");
  for (const name of names) if (!Object.hasOwn(path.params, name)) refuse(template, `does not describe "${name}"`);

  let node = root;
  for (const [index, part] of parts.entries()) {
    if (part.type === "rest") {
      const suffix = parts.slice(index + 1).map((after) => (after.type === "static" ? after.text : ""));
      insertRest(node, { path, names, listed, suffix });
      return;
    }
    node = part.type === "static" ? staticChild(node, part.text) : captureChild(node, part, template);
  }
  if (node.row) refuse(template, `is ambiguous with "${node.row.path.template}"`);
  node.row = { path, names, listed };
};

type Found = Pick<RouteMatch, "path" | "params">;

const found = (row: Row, values: readonly string[]): Found => ({
  path: row.path,
  params: Object.fromEntries(row.names.map((name, index) => [name, values[index] ?? ""])),
});

const endsWith = (segments: readonly string[], suffix: readonly string[], from: number): boolean => {
  const start = segments.length - suffix.length;
  return start > from && suffix.every((text, index) => segments[start + index] === text);
};

const matchRest = (
  node: Node,
  segments: readonly string[],
  at: number,
  slash: boolean,
  values: readonly string[],
): Found | undefined => {
  for (const rest of node.rests) {
    if (!endsWith(segments, rest.suffix, at)) continue;
    if (slash && rest.suffix.length > 0 && !rest.listed) continue;
    const text = segments.slice(at, segments.length - rest.suffix.length).join("/");
    return found(rest, [...values, slash && rest.suffix.length === 0 ? `${text}/` : text]);
  }
  return undefined;
};

// Each node of the trie is visited at most once, so the cost is bounded by the table, not by the request.
const walk = (
  node: Node,
  segments: readonly string[],
  at: number,
  slash: boolean,
  values: readonly string[],
): Found | undefined => {
  const segment = segments[at];
  if (segment === undefined) {
    if (!node.row || (slash && !node.row.listed)) return undefined;
    return found(node.row, values);
  }
  const next = node.statics.get(segment);
  const byStatic = next && walk(next, segments, at + 1, slash, values);
  if (byStatic) return byStatic;
  if (node.capture && SHAPES[node.capture.kind].test(segment)) {
    const byCapture = walk(node.capture.node, segments, at + 1, slash, [...values, segment]);
    if (byCapture) return byCapture;
  }
  return matchRest(node, segments, at, slash, values);
};

/**
 * Builds the trie. Throws for templates that cannot be told apart, that have no operation or leave a capture
 * undescribed: a fault of the program, found when it starts.
 */
export const compileRoutes = (paths: readonly AnyPath[]): Routes => {
  const root = emptyNode();
  for (const path of paths) insert(root, path);
  const folds = compileFolds(foldsOf(paths));
  const look = (below: string): Found | undefined => {
    const slash = below.endsWith("/");
    const text = slash ? below.slice(0, -1) : below;
    return walk(root, text === "" ? [] : text.split("/"), 0, slash, []);
  };
  return {
    canonical: (below) => canonicalIn(folds, below),
    match: (sent) => {
      const { below } = canonicalIn(folds, sent);
      const row = look(below);
      if (!row) return undefined;
      const asSent = below === sent ? row : look(sent);
      const given = asSent?.path === row.path ? asSent.params : row.params;
      return { path: row.path, params: row.params, given, below };
    },
  };
};
