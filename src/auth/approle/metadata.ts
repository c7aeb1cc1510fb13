import { invalidRequest } from "../../framework/index.ts";
import { isBase64 } from "../../std/base64.ts";
import { isJsonObject, parseJson } from "../../std/json.ts";

/**
 * Metadata of a secret id: one text that is a JSON object of texts or `key=value` pairs, either of them perhaps in
 * base64. Source: Vault `strutil.ParseArbitraryKeyValues`.
 */

const fromJson = (text: string): Readonly<Record<string, string>> | undefined => {
  try {
    const value = parseJson(text);
    if (!isJsonObject(value)) return undefined;
    const pairs = Object.entries(value).flatMap(([key, item]): [string, string][] =>
      typeof item === "string" ? [[key, item]] : [],
    );
    return pairs.length === Object.keys(value).length ? Object.fromEntries(pairs) : undefined;
  } catch {
    return undefined;
  }
};

const fromPairs = (text: string): Readonly<Record<string, string>> | undefined => {
  const pairs = text.split(",").map((pair): [string, string] => {
    const cut = pair.indexOf("=");
    return cut < 0 ? ["", ""] : [pair.slice(0, cut).trim(), pair.slice(cut + 1).trim()];
  });
  return pairs.every(([key, value]) => key !== "" && value !== "") ? Object.fromEntries(pairs) : undefined;
};

/** Throws `failed to parse metadata` for what is neither. */
export const parseMetadata = (given: string | undefined): Readonly<Record<string, string>> => {
  const text = (given ?? "").trim();
  if (text === "") return {};
  const plain = isBase64(text) ? Buffer.from(text, "base64").toString("utf8") : text;
  const found = fromJson(plain) ?? fromPairs(plain);
  if (found) return found;
  throw invalidRequest("failed to parse metadata: neither a JSON object of texts nor key=value pairs");
};
