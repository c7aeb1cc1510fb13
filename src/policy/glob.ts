/**
 * Vault's simple globs: `*` at the start, at the end, or both; nowhere else, and never a regular expression, so no
 * pattern can be slow. Source: go-secure-stdlib `strutil.GlobbedStringsMatch`.
 */

/** Whether the text matches. A pattern of one character is literal: `*` matches only `*`, and `**` matches any text. */
export const globMatch = (pattern: string, text: string): boolean => {
  if (pattern.length < 2) return pattern === text;
  const open = pattern.startsWith("*");
  const close = pattern.endsWith("*");
  if (open && close) return text.includes(pattern.slice(1, -1));
  if (open) return text.endsWith(pattern.slice(1));
  return close ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
};
