const WORDS: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "TRUE", "true", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "FALSE", "false", "False"].map((text) => [text, false] as const),
]);

/** As Go's `strconv.ParseBool`; `undefined` for what is neither. */
export const parseGoBool = (text: string): boolean | undefined => WORDS.get(text);
