import { isFault, type JsonTree, readTree } from "./json-tree.ts";

/** Values of JSON as text: taken out, compared and laid out without a digit, a name or an escape being changed. */

/** A member of an object, its value as it was written. */
export interface Pair {
  readonly name: string;
  readonly source: string;
}

/** The members of an object, in order; `undefined`: not the text of an object. */
export const pairsOf = (text: string): readonly Pair[] | undefined => {
  const tree = readTree(text);
  if (isFault(tree) || tree.kind !== "object") return undefined;
  return tree.members.map(({ name, value }) => ({ name, source: text.slice(value.from, value.to) }));
};

/** The text of the value at the end of a path of names; `undefined` where there is none. */
export const sourceAt = (text: string, ...names: readonly string[]): string | undefined => {
  let tree = readTree(text);
  for (const name of names) {
    if (isFault(tree) || tree.kind !== "object") return undefined;
    const next = tree.members.find((member) => member.name === name)?.value;
    if (next === undefined) return undefined;
    tree = next;
  }
  return isFault(tree) ? undefined : text.slice(tree.from, tree.to);
};

/** The text of an object with these members. */
export const objectText = (pairs: readonly Pair[]): string =>
  `{${pairs.map(({ name, source }) => `${JSON.stringify(name)}:${source}`).join(",")}}`;

/** What a string of JSON says; `undefined` for the text of anything else. */
export const stringOf = (source: string): string | undefined => {
  if (!source.startsWith('"')) return undefined;
  const value: unknown = JSON.parse(source);
  return typeof value === "string" ? value : undefined;
};

interface Sided {
  readonly text: string;
  readonly tree: JsonTree;
}

const written = ({ text, tree }: Sided): string => text.slice(tree.from, tree.to);

const sameItems = (a: Sided, b: Sided): boolean => {
  if (a.tree.kind !== "array" || b.tree.kind !== "array" || a.tree.items.length !== b.tree.items.length) return false;
  const others = b.tree.items;
  return a.tree.items.every((item, index) => {
    const other = others[index];
    return other !== undefined && sameTree({ ...a, tree: item }, { ...b, tree: other });
  });
};

const sameMembers = (a: Sided, b: Sided): boolean => {
  if (a.tree.kind !== "object" || b.tree.kind !== "object") return false;
  const others = new Map(b.tree.members.map(({ name, value }) => [name, value]));
  if (a.tree.members.length !== others.size) return false;
  return a.tree.members.every(({ name, value }) => {
    const other = others.get(name);
    return other !== undefined && sameTree({ ...a, tree: value }, { ...b, tree: other });
  });
};

const sameTree = (a: Sided, b: Sided): boolean => {
  if (a.tree.kind !== b.tree.kind) return false;
  if (a.tree.kind === "object") return sameMembers(a, b);
  if (a.tree.kind === "array") return sameItems(a, b);
  return written(a) === written(b) || (a.tree.kind === "string" && stringOf(written(a)) === stringOf(written(b)));
};

/** Whether two texts say the same: blanks and the order of members apart. Numbers are the same only digit by digit. */
export const sameJson = (a: string, b: string): boolean => {
  if (a === b) return true;
  const [left, right] = [readTree(a), readTree(b)];
  if (isFault(left) || isFault(right)) return false;
  return sameTree({ text: a, tree: left }, { text: b, tree: right });
};

const laidOut = (text: string, tree: JsonTree, indent: string): string => {
  const deeper = `${indent}  `;
  const block = (open: string, lines: readonly string[], close: string): string =>
    lines.length === 0
      ? `${open}${close}`
      : `${open}\n${lines.map((line) => deeper + line).join(",\n")}\n${indent}${close}`;
  if (tree.kind === "array") {
    return block(
      "[",
      tree.items.map((item) => laidOut(text, item, deeper)),
      "]",
    );
  }
  if (tree.kind === "object") {
    const lines = tree.members.map(({ name, value }) => `${JSON.stringify(name)}: ${laidOut(text, value, deeper)}`);
    return block("{", lines, "}");
  }
  return text.slice(tree.from, tree.to);
};

/** Levels that are indented; deeper ones would be mostly blanks. */
const INDENTED = 40;

const inside = (tree: JsonTree): readonly JsonTree[] => {
  if (tree.kind === "array") return tree.items;
  return tree.kind === "object" ? tree.members.map(({ value }) => value) : [];
};

/** Levels of objects and lists; 0: text, a number or a word. */
export const depthOf = (tree: JsonTree): number => {
  if (tree.kind !== "array" && tree.kind !== "object") return 0;
  return 1 + inside(tree).reduce((deepest, one) => Math.max(deepest, depthOf(one)), 0);
};

/** The same value on lines of its own, indented by two; what is not JSON, or very deep, is left as it is. */
export const layOut = (text: string): string => {
  const tree = readTree(text);
  return isFault(tree) || depthOf(tree) > INDENTED ? text : laidOut(text, tree, "");
};
