import { utf8Text } from "./utf8.ts";

const STANDARD = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Whether a text is base64 of the standard alphabet, padded, without line breaks. The empty text is. */
export const isBase64 = (text: string): boolean => STANDARD.test(text);

/** A text that may be sent as it is or in base64: decoded where it is base64 of UTF-8, in lines or not, else unchanged. */
export const plainText = (sent: string): string => {
  const packed = sent.replace(/[\r\n]/g, "");
  if (packed === "" || !isBase64(packed)) return sent;
  return utf8Text(Buffer.from(packed, "base64")) ?? sent;
};
