import type { JsonObject, JsonValue } from "../std/json.ts";

/**
 * Sealed bodies and their types. A body that opens was written by this product for this address (the associated data
 * says so), so its shape is what the one function that writes it gave: the product's two casts are here.
 */

export const fromSealed = <T extends object>(body: JsonValue): T => body as unknown as T;

/** Plain data only: no functions, no classes. Absent and `undefined` members are the same. */
export const toSealed = (value: object): JsonObject => value as unknown as JsonObject;
