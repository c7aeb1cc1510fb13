const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as text; `undefined` if they are not UTF-8. A byte order mark stays. */
export const utf8Text = (bytes: Uint8Array): string | undefined => {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
};
