import { objectText, type Pair, pairsOf, sameJson } from "../../client/json-text.ts";
import { isFault, type JsonTree, readTree } from "../../client/json-tree.ts";
import { dataOf, type Field } from "./model.ts";

/**
 * A JSON merge patch (RFC 7396) that makes one secret out of another, for those who may patch and not write. In such a
 * patch `null` takes a member out, so there is none that stores a `null`.
 */

const holdsNull = (tree: JsonTree): boolean => {
  if (tree.kind === "null") return true;
  // A list replaces the old value whole; what is in it is kept, `null` too.
  return tree.kind === "object" && tree.members.some(({ value }) => holdsNull(value));
};

const sayable = (source: string): boolean => {
  const tree = readTree(source);
  return !isFault(tree) && !holdsNull(tree);
};

const memberPatch = (before: string | undefined, source: string): string | undefined => {
  const [old, now] = [before === undefined ? undefined : pairsOf(before), pairsOf(source)];
  if (old && now) return pairsPatch(old, now);
  return sayable(source) ? source : undefined;
};

const pairsPatch = (before: readonly Pair[], after: readonly Pair[]): string | undefined => {
  const patch: Pair[] = [];
  const left = new Map(before.map(({ name, source }) => [name, source]));
  for (const { name, source } of after) {
    const old = left.get(name);
    left.delete(name);
    if (old !== undefined && sameJson(old, source)) continue;
    const part = memberPatch(old, source);
    if (part === undefined) return undefined;
    patch.push({ name, source: part });
  }
  return objectText([...patch, ...[...left.keys()].map((name) => ({ name, source: "null" }))]);
};

/** The patch from the one to the other; `undefined`: there is none, since a `null` would have to be stored. */
export const patchOf = (before: readonly Field[], after: readonly Field[]): string | undefined =>
  pairsPatch(pairsOf(dataOf(before)) ?? [], pairsOf(dataOf(after)) ?? []);
