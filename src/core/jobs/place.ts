import { isJsonObject, type JsonObject } from "../../std/json.ts";
import type { Address } from "../../storage/store.ts";

/** Where a job that walks rows continues: behind the one it noted; from the beginning where it noted none. */
export const placeOf = (input: JsonObject): Pick<Address, "pk" | "sk"> | undefined => {
  const { after } = input;
  if (!isJsonObject(after)) return undefined;
  const { pk, sk } = after;
  return typeof pk === "string" && typeof sk === "string" ? { pk, sk } : undefined;
};
