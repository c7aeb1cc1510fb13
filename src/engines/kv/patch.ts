import { isJsonObject, type JsonObject, type JsonValue } from "../../std/json.ts";

/**
 * A JSON merge patch (RFC 7396): null removes a member at any depth, objects merge, everything else replaces.
 * Members are taken through maps, so that a member named `__proto__` is a member like any other.
 */
export const mergePatch = (target: JsonObject, patch: JsonObject): JsonObject => {
  const members = new Map<string, JsonValue>(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    const old = members.get(name);
    if (value === null) members.delete(name);
    else members.set(name, isJsonObject(value) ? mergePatch(isJsonObject(old) ? old : {}, value) : value);
  }
  return Object.fromEntries(members);
};
