/**
 * What of an input an error may repeat, in characters: enough to recognise a mistake, too little to carry a secret far.
 */
export const SHOWN_CHARACTERS = 64;

/** The beginning of a text, followed by `...` if there is more. */
export const cut = (text: string): string =>
  text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;

/** A text as an error may repeat it: its beginning, quoted as Go's `%q` does. */
export const shown = (text: string): string => JSON.stringify(cut(text));
