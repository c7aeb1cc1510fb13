const STANDARD = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Whether a text is base64 of the standard alphabet, padded, without line breaks. The empty text is. */
export const isBase64 = (text: string): boolean => STANDARD.test(text);

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A text that may be sent as it is or in base64: decoded where it is base64 of UTF-8, in lines or not, else unchanged. */
export const plainText = (sent: string): string => {
  const packed = sent.replace(/[\r\n]/g, "");
  if (packed === "" || !isBase64(packed)) return sent;
  try {
    return utf8.decode(Buffer.from(packed, "base64"));
  } catch {
    return sent;
  }
};
