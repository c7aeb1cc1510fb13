import { createHash } from "node:crypto";

/** `count` of the items, chosen by the seed. An item that comes or goes changes nothing about the others. */
export const sample = <T extends { readonly site: string }>(
  items: readonly T[],
  count: number,
  seed: number,
): readonly T[] =>
  items
    .map((item) => ({ item, rank: createHash("sha256").update(`${seed}\n${item.site}`).digest("hex") }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ item }) => item);
