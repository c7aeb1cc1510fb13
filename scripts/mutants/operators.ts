import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@swc/core";

/** Every single-operator change that can be made to a room of the product. */

export interface Mutant {
  readonly file: string;
  /** Names the changed expression, whatever else changes in the file; `marked` reports it under this name. */
  readonly site: string;
  /** Counted from 1. */
  readonly line: number;
  /** The line before the change, without the white space around it. */
  readonly code: string;
  readonly from: string;
  readonly to: string;
  /** The file with the change in it. */
  readonly text: string;
}

const SWAPS: Readonly<Record<string, string>> = {
  "===": "!==",
  "!==": "===",
  "&&": "||",
  "||": "&&",
  "??": "&&",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "-": "+",
  "*": "/",
  "%": "*",
};

/** Byte offsets into the source: of the text that changes, and of the whole expression it is in. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly to: string;
  readonly whole: { readonly start: number; readonly end: number };
}

interface Node {
  readonly type?: string;
  readonly span?: { readonly start: number; readonly end: number };
  readonly [member: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;

/** In front of the source, so that the first byte's position is known: swc counts on from one file to the next. */
const MARK = "0;";

const changeOf = (node: Node, source: Buffer, base: number): Change | undefined => {
  const { type, span, operator, left, right, value } = node;
  if (!span) return undefined;
  const start = span.start - base;
  const whole = { start, end: span.end - base };
  if (type === "BinaryExpression" && typeof operator === "string" && isNode(left) && isNode(right)) {
    const to = SWAPS[operator];
    const from = (left.span?.end ?? 0) - base;
    const at = source.subarray(0, (right.span?.start ?? 0) - base).indexOf(operator, from);
    return to === undefined || at < 0 ? undefined : { start: at, end: at + operator.length, to, whole };
  }
  if (type === "UnaryExpression" && operator === "!") return { start, end: start + 1, to: "", whole };
  if (type === "BooleanLiteral") return { ...whole, to: String(value !== true), whole };
  return undefined;
};

/** Types change nothing at run time. */
const isType = (node: Node): boolean => node.type?.startsWith("Ts") === true && !/As|NonNull|Satisfies/.test(node.type);

const changesIn = (node: unknown, source: Buffer, base: number): readonly Change[] => {
  if (Array.isArray(node)) return node.flatMap((one) => changesIn(one, source, base));
  if (!isNode(node) || isType(node)) return [];
  const own = changeOf(node, source, base);
  return [...(own ? [own] : []), ...Object.values(node).flatMap((member) => changesIn(member, source, base))];
};

const changesOf = async (text: string): Promise<readonly Change[]> => {
  const source = Buffer.from(text, "utf8");
  const tree = await parse(MARK + text, { syntax: "typescript", target: "es2022" });
  return changesIn(tree.body, source, tree.span.start + MARK.length);
};

/** A change with its line and its name. */
const placed = (file: string, text: string, changes: readonly Change[]) => {
  const source = Buffer.from(text, "utf8");
  const lines = text.split("\n");
  const seen = new Map<string, number>();
  return changes.map((change) => {
    const line = source.subarray(0, change.start).toString("utf8").split("\n").length;
    const code = lines[line - 1]?.trim() ?? "";
    const from = source.subarray(change.start, change.end).toString("utf8");
    const name = createHash("sha256").update(`${from}\n${code}`).digest("base64url").slice(0, 12);
    const nth = seen.get(name) ?? 0;
    seen.set(name, nth + 1);
    return { ...change, line, code, from, site: `${file}#${name}.${nth}` };
  });
};

export const mutantsIn = async (file: string): Promise<readonly Mutant[]> => {
  const text = readFileSync(file, "utf8");
  const source = Buffer.from(text, "utf8");
  return placed(file, text, await changesOf(text)).map(({ start, end, to, ...place }) => ({
    file,
    site: place.site,
    line: place.line,
    code: place.code,
    from: place.from,
    to: to === "" ? "(nothing)" : to,
    text: `${source.subarray(0, start)}${to}${source.subarray(end)}`,
  }));
};

/** On the file's first line, so that lines keep their numbers. */
const MARKING =
  "var zerothSeen; function zerothMark(index, site) { zerothSeen ??= []; if (!zerothSeen[index]) { zerothSeen[index] = true; (globalThis.zerothReached ??= new Set()).add(site); } } ";

/** The file, unchanged in what it does, but noting in `globalThis.zerothReached` each site that is evaluated. */
export const marked = async (file: string): Promise<string> => {
  const text = readFileSync(file, "utf8");
  const source = Buffer.from(text, "utf8");
  const marks = placed(file, text, await changesOf(text)).flatMap(({ site, whole: { start, end } }, index) => [
    { at: start, put: `(zerothMark(${index},${JSON.stringify(site)}),`, order: -end },
    { at: end, put: ")", order: start },
  ]);
  // Where several begin or end at one place, the outer one's mark goes around the inner one's.
  const inOrder = marks.sort(
    (a, b) => a.at - b.at || Number(b.put === ")") - Number(a.put === ")") || a.order - b.order,
  );
  let from = 0;
  let out = MARKING;
  for (const { at, put } of inOrder) {
    out += source.subarray(from, at).toString("utf8") + put;
    from = at;
  }
  return out + source.subarray(from).toString("utf8");
};

/** The TypeScript files below the folders, in a fixed order. */
export const sourcesIn = (folders: readonly string[]): readonly string[] =>
  folders
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .sort();

/** Mutants of every source file below the folders, in a fixed order. */
export const mutantsOf = async (folders: readonly string[]): Promise<readonly Mutant[]> => {
  const found: Mutant[] = [];
  for (const file of sourcesIn(folders)) found.push(...(await mutantsIn(file)));
  return found;
};
