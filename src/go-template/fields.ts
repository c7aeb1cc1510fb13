import { quoted } from "./quote.ts";
import { indirect, placed, type Slot, slotTypeName } from "./slots.ts";
import type { State } from "./state.ts";
import * as types from "./types.ts";
import { type GoMap, isMap, Scalar, Struct, type TemplateFunction, typeOf, zeroOf } from "./values.ts";

/** What `.name` finds in a value. Source: Go's text/template, `exec.go`. */

/** What a missing member of a map is: nothing at all, the zero of the map's type, or an error. */
export type Missing = "no value" | "zero" | "error";

export class Fields {
  private readonly state: State;
  private readonly missing: Missing;

  constructor(state: State, missing: Missing) {
    this.state = state;
    this.missing = missing;
  }

  /** A struct's field or a map's member; neither takes arguments. */
  get(of: Slot, name: string, hasArgs: boolean): Slot {
    const { state } = this;
    if (of === undefined) {
      if (this.missing === "error") state.fail(`nil data; no entry for key ${quoted(name)}`);
      return undefined;
    }
    const { value, isNil } = indirect(of);
    if (value === undefined) return state.fail(`nil pointer evaluating ${slotTypeName(of)}.${name}`);
    if (value instanceof Struct && value.fields.has(name)) return this.structField(value, name, hasArgs);
    if (isMap(value) && types.isAssignable(types.string, typeOf(value)?.key ?? types.string))
      return this.entry(value, name, hasArgs);
    if (isNil && typeOf(value)?.element?.fields?.has(name))
      state.fail(`nil pointer evaluating ${slotTypeName(of)}.${name}`);
    return state.fail(`can't evaluate field ${name} in type ${slotTypeName(of)}`);
  }

  private structField({ type, fields }: Struct, name: string, hasArgs: boolean): Slot {
    if (hasArgs) this.state.fail(`${name} has arguments but cannot be invoked as function`);
    return placed(fields.get(name), type.fields?.get(name));
  }

  private entry(map: GoMap, name: string, hasArgs: boolean): Slot {
    if (hasArgs) this.state.fail(`${name} is not a method but has arguments`);
    const element = typeOf(map)?.element;
    if (map.has(name)) return placed(map.get(name), element);
    if (this.missing === "zero" && element) return placed(zeroOf(element), element);
    if (this.missing === "error") this.state.fail(`map has no entry for key ${quoted(name)}`);
    return undefined;
  }
}

/** The method of that name, which goes before a field. */
export const methodOf = (of: Slot, name: string): TemplateFunction | undefined => {
  const { value } = indirect(of);
  if (!(value instanceof Struct || value instanceof Scalar)) return undefined;
  return Object.hasOwn(value.methods, name) ? value.methods[name] : undefined;
};
