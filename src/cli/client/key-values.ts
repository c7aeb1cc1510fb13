import { readFile } from "node:fs/promises";
import { isJsonObject, type JsonValue, readJson } from "../../std/json.ts";
import { CommandFailure, type Console } from "./console.ts";

/**
 * The data of a request from words: `key=value`, `key=@file`, `key=-` (standard input), `@file.json`, `-` (JSON on
 * standard input). A value that begins with `@` is written `\@`. A key that comes twice becomes a list.
 * Source: Vault `internalshared/kv-builder`.
 */

type Data = Record<string, JsonValue>;

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, "utf8");
  } catch {
    throw new CommandFailure(`Failed to parse K=V data: error reading file: open ${path}: it cannot be read`);
  }
};

const objectOf = (text: string, from: string): Data => {
  const value = readJson(text);
  // Without the text: it may be a secret.
  if (!isJsonObject(value)) throw new CommandFailure(`Failed to parse K=V data: ${from} is not a JSON object`);
  return { ...value };
};

/** The input is read once, whoever asks first. */
const inputOnce = (console: Console): (() => Promise<string>) => {
  let read = false;
  return () => {
    if (read) throw new CommandFailure("Failed to parse K=V data: standard input is given twice");
    read = true;
    return console.input();
  };
};

const valueIn = async (value: string, input: () => Promise<string>): Promise<string> => {
  if (value === "-") return input();
  if (value.startsWith("@")) return readText(value.slice(1));
  return value.startsWith("\\@") ? value.slice(1) : value;
};

const joined = (before: JsonValue | undefined, value: string): JsonValue => {
  if (before === undefined) return value;
  return Array.isArray(before) ? [...before, value] : [before, value];
};

const put = (data: Map<string, JsonValue>, more: Data): void => {
  for (const [key, value] of Object.entries(more)) data.set(key, value);
};

/** Throws `CommandFailure`. */
export const readKeyValues = async (words: readonly string[], console: Console): Promise<Readonly<Data>> => {
  const input = inputOnce(console);
  const data = new Map<string, JsonValue>();
  for (const word of words) {
    if (word === "-") put(data, objectOf(await input(), "standard input"));
    else if (word.startsWith("@")) put(data, objectOf(await readText(word.slice(1)), word.slice(1)));
    else {
      const cut = word.indexOf("=");
      if (cut < 1) throw new CommandFailure("Failed to parse K=V data: format must be key=value");
      const key = word.slice(0, cut);
      data.set(key, joined(data.get(key), await valueIn(word.slice(cut + 1), input)));
    }
  }
  return Object.fromEntries(data);
};

/** The same for a query, which has one text for each name. */
export const readQuery = async (
  words: readonly string[],
  console: Console,
): Promise<Readonly<Record<string, string>>> => {
  const data = await readKeyValues(words, console);
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Array.isArray(value) ? value.join(",") : String(value)]),
  );
};
