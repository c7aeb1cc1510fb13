import { Pointer, type Value } from "../../../go-template/index.ts";
import { Version } from "../sprig/version.ts";
import { GoTime } from "../time/go-time.ts";
import { rfc3339Nano } from "../time/layout.ts";

/** The text that a value of a type with a text of its own is in JSON; `undefined`: it has none. */
export const marshalled = (value: Value): string | undefined => {
  if (value instanceof GoTime) return rfc3339Nano(value);
  if (value instanceof Pointer && value.to instanceof Version) return value.to.toString();
  return undefined;
};
