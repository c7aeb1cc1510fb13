import { type Field, fieldsOf, newField } from "./model.ts";

/** Fields that were pasted as one text: a JSON object, or the lines of a `.env` file. */

const LINE = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*?)\s*$/;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** `undefined`: quoted, and the quote does not end on this line. */
const unquoted = (text: string): string | undefined => {
  const quote = text[0];
  if (quote === '"' || quote === "'" || quote === "`") {
    const whole = /^(["'`])((?:\\.|(?!\1)[^\\])*)\1(?:\s+#.*)?$/.exec(text);
    if (!whole) return undefined;
    const inner = whole[2] ?? "";
    return quote === '"' ? inner.replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char) : inner;
  }
  return text.replace(/\s+#.*$/, "");
};

const fieldOf = (line: string): Field | undefined => {
  const [, name, rest] = LINE.exec(line) ?? [];
  const value = rest === undefined ? undefined : unquoted(rest);
  return name === undefined || value === undefined ? undefined : newField(name, value);
};

const linesOf = (text: string): readonly Field[] | undefined => {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#"));
  const fields = lines.map(fieldOf).filter((field) => field !== undefined);
  // A single line with an equals sign is rather a value than a file.
  return lines.length > 1 && fields.length === lines.length ? fields : undefined;
};

/** The fields in a text; `undefined`: it is one value. Every line must be one of a `.env` file, or none is taken. */
export const splitPaste = (text: string): readonly Field[] | undefined => {
  const fields = text.trimStart().startsWith("{") ? fieldsOf(text) : linesOf(text);
  const names = new Set(fields?.map(({ name }) => name));
  return fields && fields.length > 0 && names.size === fields.length ? fields : undefined;
};
