import { invalidRequest } from "../../framework/index.ts";
import { JsonNumber, type JsonObject, type JsonValue } from "../../std/json.ts";
import { shown } from "../../std/shown.ts";

/** Critical options and extensions as they are sent: names with values. An empty value is a flag. */

const textOf = (value: JsonValue): string | undefined => {
  if (typeof value === "string") return value;
  if (value === null) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return value instanceof JsonNumber ? value.toString() : undefined;
};

/** What is sent as a map, with values as text. Throws for a value that is a map or a list, naming the field. */
export const optionMap = (field: string, given: JsonObject): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const text = textOf(value);
      if (text === undefined) throw invalidRequest(`${field}: the value of ${shown(name)} must be text`);
      if (name === "" || /\p{Cc}/u.test(name) || text.includes("\0")) {
        throw invalidRequest(`${field}: ${shown(name)} holds a character that no option may hold`);
      }
      return [name, text];
    }),
  );
