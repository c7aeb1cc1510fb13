/**
 * Texts in the built-in device's lines. A hash is `#` and its 32 bytes in base64url, 44 characters in place of 76; a text
 * that begins with `#` itself has one more in front. So each text is read in one way only. It runs in a browser too.
 */

export const MARK = "#";

/** 32 bytes: the last character has two bits that are of none of them, and zero. */
const DIGEST = /^[\w-]{42}[AEIMQUYcgkosw048]$/;

export const isDigest = (text: string): boolean => DIGEST.test(text);

/** Of a digest in base64url, the hex. */
export const hexOf = (digest: string): string =>
  Array.from(atob(digest.replaceAll("-", "+").replaceAll("_", "/")), (byte) =>
    byte.charCodeAt(0).toString(16).padStart(2, "0"),
  ).join("");

/** A text as the built-in device shows it. */
export const shortText = (text: string): string => (text.startsWith(MARK) ? MARK + text : text);

/** What such a text is in Vault's format. */
export const longText = (text: string): string => {
  if (!text.startsWith(MARK)) return text;
  const rest = text.slice(MARK.length);
  return isDigest(rest) ? `hmac-sha256:${hexOf(rest)}` : rest;
};
