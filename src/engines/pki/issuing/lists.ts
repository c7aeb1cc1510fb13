/** Lists and texts as the reference compares them. */

/** Items that are not blank, each once, in the order given; white space around an item does not count. */
export const distinct = (items: readonly string[] = []): readonly string[] => {
  const seen = new Set<string>();
  return items.filter((item) => {
    const text = item.trim();
    if (text === "" || seen.has(text)) return false;
    seen.add(text);
    return true;
  });
};

/** In lower case, as far as letters are ASCII. */
export const lowerAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/**
 * Whether two texts differ in nothing but the case of ASCII letters.
 *
 * Security: other letters never fold, so that a Kelvin sign does not pass for a `k`.
 */
export const sameButForCase = (a: string, b: string): boolean => lowerAscii(a) === lowerAscii(b);
