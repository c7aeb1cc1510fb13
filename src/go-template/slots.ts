import * as types from "./types.ts";
import { Pointer, typeOf, type Value } from "./values.ts";

/** A value in a place of type `interface {}`, as in a list of JSON: Go's errors name the place's type. */
export class Held {
  readonly value: Value;
  constructor(value: Value) {
    this.value = value;
  }
}

/** What an expression yields. `undefined` is nothing at all, `Held` of `undefined` is an interface that is nil. */
export type Slot = Value | Held;

/** In place of the argument that a pipeline passes on, where none is. */
export const NONE: unique symbol = Symbol("none");

export const unheld = (slot: Slot): Value => (slot instanceof Held ? slot.value : slot);
export const slotType = (slot: Slot): types.Type | undefined => (slot instanceof Held ? types.any : typeOf(slot));
export const slotTypeName = (slot: Slot): string => slotType(slot)?.name ?? "nil";

/** A value as it is found in a place of this type. */
export const placed = (value: Value, place: types.Type | undefined): Slot =>
  !place || place.kind === "interface" ? new Held(value) : value;

/** What is at the end of pointers and interfaces; `isNil` where that is nothing. */
export const indirect = (slot: Slot): { readonly value: Value; readonly isNil: boolean } => {
  const value = unheld(slot);
  if (value instanceof Pointer) return value.to ? { value: value.to, isNil: false } : { value, isNil: true };
  return { value, isNil: slot instanceof Held && value === undefined };
};
