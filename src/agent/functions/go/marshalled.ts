import { Pointer, Struct, type Value } from "../../../go-template/index.ts";

/** Values whose type says what text they are in JSON, YAML and TOML: Go's `encoding.TextMarshaler`. */

export abstract class Marshalled extends Struct {
  abstract marshalled(): string;
}

/** The text of such a value, or of what it points to; `undefined`: its type says nothing. */
export const marshalled = (value: Value): string | undefined => {
  const found = value instanceof Pointer ? value.to : value;
  return found instanceof Marshalled ? found.marshalled() : undefined;
};
