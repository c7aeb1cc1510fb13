/**
 * Finds names by words: all of them, in any order, anywhere in the path. Case and accents make no difference, nor does
 * which form of `é` a name is written in. Made to go through 10,000 names between two frames.
 */

export interface Name {
  /** Of the mount, the folders and the secret: `secret/team-a/db`. */
  readonly path: string;
  readonly folded: string;
  /** Where the last part begins in `folded`. */
  readonly last: number;
}

const MARKS = /\p{M}/gu;

const fold = (text: string): string => text.normalize("NFD").replace(MARKS, "").toLowerCase();

export const nameFrom = (path: string): Name => {
  const folded = fold(path);
  const end = folded.endsWith("/") ? folded.length - 1 : folded.length;
  return { path, folded, last: folded.lastIndexOf("/", end - 1) + 1 };
};

export interface Matches {
  readonly shown: readonly Name[];
  readonly total: number;
}

/** Best first: 0 the name is the word, 1 it begins with it, 2 all words are in the last part, 3 elsewhere in the path. */
const rankOf = ({ folded, last }: Name, words: readonly string[]): number | undefined => {
  let inLast = true;
  for (const word of words) {
    if (!folded.includes(word)) return undefined;
    if (inLast && !folded.includes(word, last)) inLast = false;
  }
  const [first = ""] = words;
  if (words.length === 1 && folded.length - last === first.length && inLast) return 0;
  if (folded.startsWith(first, last)) return 1;
  return inLast ? 2 : 3;
};

/** Of equal rank, in the order of the names: those in outer folders were found first. Nothing typed matches nothing. */
export const matching = (names: readonly Name[], typed: string, limit: number): Matches => {
  const words = fold(typed)
    .split(/[\s/]+/u)
    .filter((word) => word !== "");
  if (words.length === 0) return { shown: [], total: 0 };
  const ranks: Name[][] = [[], [], [], []];
  let total = 0;
  for (const name of names) {
    const rank = rankOf(name, words);
    if (rank === undefined) continue;
    total += 1;
    const same = ranks[rank];
    if (same && same.length < limit) same.push(name);
  }
  return { shown: ranks.flat().slice(0, limit), total };
};
