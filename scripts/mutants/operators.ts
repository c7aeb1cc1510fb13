import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@swc/core";

/** Every single-operator change that can be made to a room of the product. */

export interface Mutant {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
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

/** Byte offsets into the source. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly to: string;
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
  if (type === "BinaryExpression" && typeof operator === "string" && isNode(left) && isNode(right)) {
    const to = SWAPS[operator];
    const from = (left.span?.end ?? 0) - base;
    const at = source.subarray(0, (right.span?.start ?? 0) - base).indexOf(operator, from);
    return to === undefined || at < 0 ? undefined : { start: at, end: at + operator.length, to };
  }
  if (type === "UnaryExpression" && operator === "!") return { start, end: start + 1, to: "" };
  if (type === "BooleanLiteral") return { start, end: span.end - base, to: String(value !== true) };
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

const mutantsIn = async (file: string): Promise<readonly Mutant[]> => {
  const text = readFileSync(file, "utf8");
  const source = Buffer.from(text, "utf8");
  const tree = await parse(MARK + text, { syntax: "typescript", target: "es2022" });
  const base = tree.span.start + MARK.length;
  return changesIn(tree.body, source, base).map(({ start, end, to }) => ({
    file,
    line: source.subarray(0, start).toString("utf8").split("\n").length,
    from: source.subarray(start, end).toString("utf8"),
    to: to === "" ? "(nothing)" : to,
    text: `${source.subarray(0, start)}${to}${source.subarray(end)}`,
  }));
};

/** Mutants of every source file below the folders, in a fixed order. */
export const mutantsOf = async (folders: readonly string[]): Promise<readonly Mutant[]> => {
  const files = folders
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .sort();
  const found: Mutant[] = [];
  for (const file of files) found.push(...(await mutantsIn(file)));
  return found;
};
