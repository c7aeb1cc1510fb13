import { createHash } from "node:crypto";

/** `count` of the items, chosen by the seed: the same for the same seed and the same items. */
export const sample = <T extends { readonly file: string; readonly line: number; readonly from: string }>(
  items: readonly T[],
  count: number,
  seed: number,
): readonly T[] =>
  items
    .map((item, index) => ({
      item,
      rank: createHash("sha256").update(`${seed}\n${item.file}\n${item.line}\n${item.from}\n${index}`).digest("hex"),
    }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ item }) => item);
