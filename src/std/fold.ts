/**
 * How names are folded: every rule by which two spellings are one name, once. Pure, and idempotent: a folded name folds
 * to itself. Router, policy and storage use these, so that none of them takes for two what another takes for one.
 */

const foldCase = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/**
 * Lower case, letter by letter. A letter beyond ASCII whose lower case is ASCII (the Kelvin sign) keeps its own form:
 * a user of that name must not become the user it looks like.
 */
export const foldLetters = (text: string): string => {
  if (/^[\0-\u007f]*$/.test(text)) return text.toLowerCase();
  let folded = "";
  for (const letter of text) {
    const lower = letter.toLowerCase();
    folded += letter > "\u007f" && /[\0-\u007f]/.test(lower) ? letter : lower;
  }
  return folded;
};

/**
 * The folds by name. `case`: A to Z become a to z, other letters stay (names of roles, users, headers). `policy`: the
 * same, without white space around it. `letters`: every letter's lower case (names of entities and groups). `login`:
 * the same, without white space around it (names of a directory's users). `mount`: without slashes at the end.
 */
export const FOLDS = {
  case: foldCase,
  policy: (text: string): string => foldCase(text.trim()),
  letters: foldLetters,
  login: (text: string): string => foldLetters(text.trim()),
  mount: (text: string): string => text.replace(/\/+$/, ""),
} as const satisfies Readonly<Record<string, (text: string) => string>>;

export type Fold = keyof typeof FOLDS;

/** How the start of a name folds: what the folded form of every longer name begins with. */
export const foldStart = (fold: Fold, text: string): string => {
  if (fold === "mount") return text;
  if (fold === "policy") return foldCase(text.trimStart());
  return fold === "login" ? foldLetters(text.trimStart()) : FOLDS[fold](text);
};
