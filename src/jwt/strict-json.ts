import { isJsonObject, type JsonObject, type JsonValue, parseJson } from "../std/json.ts";
import { utf8Text } from "../std/utf8.ts";

/**
 * JSON as a token must hold it: UTF-8, an object, not deep, and no name twice in one object, because readers differ
 * in which of the two they believe. Throws `SyntaxError`.
 */

const DEEPEST = 16;

/** Valid JSON without its texts: what is left of each member is a colon. */
const withoutTexts = (json: string): string => json.replace(/"(?:[^"\\]|\\.)*"/g, "");

const depthOf = (bones: string): number => {
  let depth = 0;
  let deepest = 0;
  for (const sign of bones) {
    if (sign === "{" || sign === "[") deepest = Math.max(deepest, ++depth);
    else if (sign === "}" || sign === "]") depth--;
  }
  return deepest;
};

const membersOf = (value: JsonValue): number => {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + membersOf(item), 0);
  if (!isJsonObject(value)) return 0;
  const items = Object.values(value);
  return items.reduce<number>((sum, item) => sum + membersOf(item), items.length);
};

export const parseStrictJson = (bytes: Uint8Array): JsonObject => {
  const text = utf8Text(bytes);
  if (text === undefined) throw new SyntaxError("not UTF-8");
  // The engine's own parser first: it is fast, takes any depth, and leaves valid JSON to what follows.
  JSON.parse(text);
  const bones = withoutTexts(text);
  if (depthOf(bones) > DEEPEST) throw new SyntaxError("too deep");
  const value = parseJson(text);
  if (!isJsonObject(value)) throw new SyntaxError("not an object");
  if (membersOf(value) !== (bones.match(/:/g)?.length ?? 0)) throw new SyntaxError("a name stands twice in one object");
  return value;
};
