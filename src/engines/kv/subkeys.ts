import { isJsonObject, type JsonObject } from "../../std/json.ts";

/**
 * The keys of a secret with every value null. `depth` 1 shows the top level only, 0 all; a negative one acts like 1.
 * Lists and empty objects count as values.
 */
export const subkeysOf = (secret: JsonObject, depth: number): JsonObject =>
  Object.fromEntries(
    Object.entries(secret).map(([name, value]) => {
      const open = depth === 0 || depth > 1;
      if (!open || !isJsonObject(value) || Object.keys(value).length === 0) return [name, null];
      return [name, subkeysOf(value, depth === 0 ? 0 : depth - 1)];
    }),
  );
