const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as text; `undefined` if they are not UTF-8. A byte order mark stays. */
export const utf8Text = (bytes: Uint8Array): string | undefined => {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
};

/** A character's number; half a surrogate pair becomes U+FFFD in UTF-8. */
const codePoint = (text: string, at: number): number => {
  const code = text.codePointAt(at) ?? 0;
  return code >= 0xd800 && code < 0xe000 ? 0xfffd : code;
};

/** How many bytes a text is in UTF-8. */
export const utf8Length = (text: string): number => {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    const code = codePoint(text, at);
    bytes += unit < 0x800 ? 1 : 2;
    // Four bytes for two units.
    if (code > 0xffff) at++;
  }
  return bytes;
};

/** The order of two texts by their bytes in UTF-8, which is that of their characters' numbers. */
export const compareUtf8 = (a: string, b: string): number => {
  for (let at = 0; at < a.length && at < b.length; at++) {
    const [left, right] = [codePoint(a, at), codePoint(b, at)];
    if (left !== right) return left - right;
    if (left > 0xffff) at++;
  }
  return a.length - b.length;
};
