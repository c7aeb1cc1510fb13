import { unrunnable } from "./errors.ts";
import * as types from "./types.ts";
import { isList, isMap, type Room, TemplateFunction, type Value } from "./values.ts";

/**
 * Functions and methods as a template calls them. Arguments are checked against the types of the parameters before the
 * function runs, with Go's own texts, so that the function itself sees nothing but what it asked for.
 */

/** A parameter: its type in Go, and how its value is in JavaScript. */
export interface Param<T> {
  readonly type: types.Type;
  readonly as: (value: Value) => T;
}

const param = <T>(type: types.Type, as: (value: Value) => T | undefined): Param<T> => ({
  type,
  as: (value) => as(value) ?? unrunnable(`wrong type for value; expected ${type.name}`),
});

const isText = (value: Value): value is string => typeof value === "string";

export const STRING = param(types.string, (value) => (isText(value) ? value : undefined));
/** Go's `int`. */
export const INT = param(types.int, (value) => (typeof value === "bigint" ? value : undefined));
/** Go's `float64`. */
export const FLOAT = param(types.float64, (value) => (typeof value === "number" ? value : undefined));
export const BOOL = param(types.bool, (value) => (typeof value === "boolean" ? value : undefined));
/** `[]string` */
export const STRINGS = param(types.strings, (value) => (isList(value) && value.every(isText) ? value : undefined));
/** `[]interface {}` */
export const LIST = param(types.list, (value) => (isList(value) ? value : undefined));
/** `map[string]interface {}` */
export const MAP = param(types.map, (value) => (isMap(value) ? value : undefined));
/** `interface {}`: any value; nil is `undefined`. */
export const ANY: Param<Value> = { type: types.any, as: (value) => value };

/** A parameter of another type, such as a struct's. */
export const paramOf = (type: types.Type): Param<Value> => ({ type, as: (value) => value });

/** `func0` to `func3`: functions of none to three parameters. */
export const func0 = (run: (room: Room) => Value): TemplateFunction =>
  new TemplateFunction([], undefined, (_, room) => run(room));
export const func1 = <A>(a: Param<A>, run: (a: A, room: Room) => Value): TemplateFunction =>
  new TemplateFunction([a.type], undefined, (args, room) => run(a.as(args[0]), room));
export const func2 = <A, B>(a: Param<A>, b: Param<B>, run: (a: A, b: B, room: Room) => Value): TemplateFunction =>
  new TemplateFunction([a.type, b.type], undefined, (args, room) => run(a.as(args[0]), b.as(args[1]), room));
export const func3 = <A, B, C>(
  a: Param<A>,
  b: Param<B>,
  c: Param<C>,
  run: (a: A, b: B, c: C, room: Room) => Value,
): TemplateFunction =>
  new TemplateFunction([a.type, b.type, c.type], undefined, (args, room) =>
    run(a.as(args[0]), b.as(args[1]), c.as(args[2]), room),
  );

/**
 * A function that takes any number of arguments after the first ones, all of one type.
 * `variadic([STRING], STRING, (first, rest, room) => ...)`
 */
export const variadic = <A, R>(
  first: readonly Param<A>[],
  rest: Param<R>,
  run: (first: readonly A[], rest: readonly R[], room: Room) => Value,
): TemplateFunction =>
  new TemplateFunction(
    first.map(({ type }) => type),
    rest.type,
    (args, room) =>
      run(
        first.map((one, at) => one.as(args[at])),
        args.slice(first.length).map((value) => rest.as(value)),
        room,
      ),
  );
