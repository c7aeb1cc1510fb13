import { type Filter, FilterParser } from "ldapts";
import { utf8Text } from "../../../std/utf8.ts";

/**
 * Search filters, from text. The parser is that of `ldapts`, which reads an escaped byte as a letter of its own; so
 * what the escapes of other letters spell is put in first.
 */

/** Not a filter, or one whose escaped bytes are not text. */
export class FilterError extends Error {
  override readonly name = "FilterError";
}

const OTHER_LETTERS = /(?:\\[89a-f][\da-f])+/gi;

const spelled = (escapes: string): string => {
  const text = utf8Text(Buffer.from(escapes.replaceAll("\\", ""), "hex"));
  if (text === undefined) throw new FilterError("its escaped bytes are not UTF-8");
  return text;
};

/** Throws `FilterError`. */
export const parseFilter = (text: string): Filter => {
  const plain = text.trim().replace(OTHER_LETTERS, spelled);
  try {
    return FilterParser.parseString(plain);
  } catch (cause) {
    throw new FilterError("it is not a filter of RFC 4515", { cause });
  }
};
