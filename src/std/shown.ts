/**
 * What of an input an error may repeat, in characters: enough to recognise a mistake, too little to carry a secret far.
 * With the signs around a text, which may be the input's too, at most 64 come back.
 */
const SHOWN_CHARACTERS = 60;

/** The most characters of a list in an error or a warning, but for its last item. */
const LISTED_CHARACTERS = 256;

/** The beginning of a text, with `...` behind it where it goes on. Never ends within a character. */
export const cut = (text: string): string =>
  text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS).replace(/[\ud800-\udbff]$/, "")}...` : text;

/** A text as an error may repeat it: its beginning, quoted as Go's `%q` does. */
export const shown = (text: string): string => JSON.stringify(cut(text));

/** The first of many texts, at least one, and how many are left out. */
export const firstOf = (
  texts: readonly string[],
  characters: number = LISTED_CHARACTERS,
): { readonly first: readonly string[]; readonly more: number } => {
  let taken = 0;
  let length = 0;
  for (const text of texts) {
    if (length >= characters) break;
    length += text.length + 1;
    taken++;
  }
  return { first: texts.slice(0, taken), more: texts.length - taken };
};

/** Names as Go's `%v` prints a list, `[a b c]`; a long one ends in `...]`. */
export const shownList = (items: readonly string[], show: (text: string) => string = cut): string => {
  const { first, more } = firstOf(items.map(show));
  return `[${[...first, ...(more > 0 ? ["..."] : [])].join(" ")}]`;
};
