import type { Builtin } from "./builtins.ts";
import { type Literal, typedLiteral } from "./literals.ts";
import { sourceOf } from "./nodes.ts";
import { Held, NONE, type Slot, slotType, unheld } from "./slots.ts";
import type { State } from "./state.ts";
import * as types from "./types.ts";
import { Pointer, type Room, type TemplateFunction, typeOf, zeroOf } from "./values.ts";

/** Whether arguments fit the parameters of what is called. Source: Go's text/template, `exec.go`. */

/** What a pipeline passes on to its next command. */
export type Final = Slot | typeof NONE;

export type Callable = Pick<Builtin, "params" | "rest"> & {
  readonly run: (args: readonly Slot[], room: Room) => Slot;
};

export const asCallable = ({ params, rest, run }: TemplateFunction): Callable => ({
  params,
  rest,
  run: (args, room) => {
    const result = run(args.map(unheld), room);
    return result === undefined ? new Held(undefined) : result;
  },
});

/** `count`: of the arguments that are written. */
export const checkCount = (
  state: State,
  { params, rest }: Pick<Builtin, "params" | "rest">,
  name: string,
  count: number,
  final: Final,
): void => {
  const given = final === NONE ? count : count + 1;
  const wanted = params.length;
  if (rest && given < wanted) state.fail(`wrong number of args for ${name}: want at least ${wanted} got ${count}`);
  if (!rest && given !== wanted) state.fail(`wrong number of args for ${name}: want ${wanted} got ${given}`);
};

const nilOf = (wanted: types.Type): Slot => (wanted.kind === "interface" ? new Held(undefined) : zeroOf(wanted));

/** `nil` as a value of this type. */
export const nilAs = (state: State, wanted: types.Type | undefined): Slot =>
  wanted && types.takesNil(wanted) ? nilOf(wanted) : state.fail(`cannot assign nil to ${wanted?.name}`);

/** The value, if it may be given where this type is wanted; `undefined`: any may. */
export const fitting = (state: State, slot: Slot, wanted: types.Type | undefined): Slot => {
  if (!wanted) return slot;
  const type = slotType(slot);
  if (!type) return types.takesNil(wanted) ? nilOf(wanted) : state.fail(`invalid value; expected ${wanted.name}`);
  if (types.isAssignable(type, wanted)) return slot;
  const value = unheld(slot);
  const inner = typeOf(value);
  if (inner && types.isAssignable(inner, wanted)) return value;
  if (value instanceof Pointer && value.type.element && types.isAssignable(value.type.element, wanted))
    return value.to ?? state.fail(`dereference of nil pointer of type ${wanted.name}`);
  return state.fail(`wrong type for value; expected ${wanted.name}; got ${(inner ?? type).name}`);
};

/** A literal as a value of this type. */
export const literalAs = (state: State, node: Literal, wanted: types.Type): Slot => {
  const [value, what] = typedLiteral(node, wanted);
  if (value !== undefined) return value;
  return state.fail(
    what === undefined
      ? `can't handle ${sourceOf(node)} for arg of type ${wanted.name}`
      : `expected ${what}; found ${sourceOf(node)}`,
  );
};
