import { goQuote } from "../../std/go-quote.ts";
import { isJsonObject, type JsonValue } from "../../std/json.ts";
import { compactDuration, seconds } from "../../std/time.ts";

/** Values as Vault's command line prints them in tables. */

/** As Go's `%v`: `map[a:1 b:[x y]]`, `<nil>`. */
export const goText = (value: JsonValue | undefined): string => {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (!isJsonObject(value)) return String(value);
  const keys = Object.keys(value).sort();
  return `map[${keys.map((key) => `${key}:${goText(value[key])}`).join(" ")}]`;
};

/** As Go's `%q` of a list of texts: `["default" "dev"]`. */
export const quotedList = (value: JsonValue | undefined): string =>
  `[${(Array.isArray(value) ? value : []).map((item) => goQuote(String(item))).join(" ")}]`;

const IS_TIME = /^(?:period|ttl|duration|lease_max|ttl_max)$|_(?:period|ttl|duration)$/;

/** `768h`, `1h30m`; 0 is `0s`. */
export const timeText = (value: number): string => compactDuration(seconds(value));

/** A field's value; one that is named like a time and is a number is printed as one. */
export const fieldText = (name: string, value: JsonValue | undefined): string => {
  const number = IS_TIME.test(name) && /^\d{1,12}$/.test(String(value)) ? Number(String(value)) : undefined;
  return number === undefined ? goText(value) : timeText(number);
};

/** Two columns below `Key` and `Value`, or one; empty values are `n/a`. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const [head = []] = rows;
  const all = [head, head.map((name) => "-".repeat(name.length)), ...rows.slice(1)].map((row) =>
    row.map((cell) => (cell === "" ? "n/a" : cell)),
  );
  const widths = head.map((_, at) => Math.max(...all.map((row) => [...(row[at] ?? "")].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell + " ".repeat((widths[at] ?? 0) - [...cell].length)))
      .join("    ");
  return `${all.map(line).join("\n")}\n`;
};

/** `=== Data ===`, as wide as the table below it. */
export const heading = (words: string, width: number): string => {
  const missing = width - (words.length + 2);
  const signs = missing <= 0 ? 4 : missing + (missing % 2);
  const side = "=".repeat(signs / 2);
  return `${side} ${words} ${side}`;
};
