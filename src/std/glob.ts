/**
 * Globs in which `*` is any text, also none, wherever it is written and however often; everything else is literal. Time
 * is linear in the text for each part of the pattern, so no pattern is slow.
 * Source: github.com/ryanuber/go-glob, which Vault's auth methods use.
 */
export const matchesGlob = (pattern: string, text: string): boolean => {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
};
