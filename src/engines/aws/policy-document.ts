import { isJsonObject, type JsonObject, type JsonValue, parseJson, writeJson } from "../../std/json.ts";

/** Policy documents of IAM, as JSON text. Nothing but their outer form is looked at: AWS judges the rest. */

/** The text without white space between its parts; numbers and the order of members stay as they are written. */
const compact = (text: string): string => {
  let out = "";
  let inText = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? "";
    if (inText && sign === "\\") {
      out += sign + (text[at + 1] ?? "");
      at += 1;
    } else if (inText || !/\s/.test(sign)) {
      if (sign === '"') inText = !inText;
      out += sign;
    }
  }
  return out;
};

const objectIn = (text: string): JsonObject | undefined => {
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** As it is stored; `undefined`: not a JSON object. */
export const compactPolicy = (text: string): string | undefined => (objectIn(text) ? compact(text) : undefined);

/** Statements of all documents in one. A document that is not one has none. */
export const combinePolicies = (documents: readonly string[]): string => {
  const statements = documents.flatMap((text): readonly JsonValue[] => {
    const { Statement } = objectIn(text) ?? {};
    if (Statement === undefined) return [];
    return Array.isArray(Statement) ? Statement : [Statement];
  });
  return writeJson({ Version: "2012-10-17", Statement: statements });
};
