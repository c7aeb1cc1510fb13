import {
  ANY,
  func1,
  func2,
  func3,
  type GoMap,
  type Key,
  type Room,
  STRING,
  TemplateError,
  type TemplateFunction,
  unrunnable,
  type Value,
  variadic,
} from "../../../go-template/index.ts";
import { mergeInto } from "../go/merge.ts";
import { stringList } from "../go/text-lists.ts";
import { asPlainMap, changeable, entriesByText } from "../go/values.ts";
import { MAYBE_MAP } from "./casts.ts";
import { deepCopy } from "./deep.ts";
import { textFrom } from "./strings.ts";

/** sprig's functions of dictionaries. `set`, `unset` and the merges change the one they are given. Keys come sorted. */

const dict = (values: readonly Value[], room: Room): GoMap => {
  const made = new Map<Key, Value>();
  for (let at = 0; at < values.length; at += 2)
    made.set(textFrom(values[at], room), at + 1 < values.length ? values[at + 1] : "");
  return made;
};

const chosen = (map: GoMap, keep: (key: Key) => boolean): GoMap => new Map([...map].filter(([key]) => keep(key)));

const set = (map: GoMap, key: string, value: Value): GoMap => {
  changeable(map).set(key, value);
  return map;
};

const unset = (map: GoMap, key: string): GoMap => {
  changeable(map).delete(key);
  return map;
};

/** `else`: what a merge that fails is; absent: it fails. */
const merging = (overwrite: boolean, otherwise?: string): TemplateFunction =>
  variadic([MAYBE_MAP], MAYBE_MAP, ([own = new Map()], others) => {
    try {
      for (const other of others) mergeInto(own, other, { overwrite, keepsKind: true });
    } catch (error) {
      if (otherwise !== undefined && error instanceof TemplateError) return otherwise;
      throw error;
    }
    return own;
  });

const dig = (args: readonly Value[]): Value => {
  if (args.length < 3) return unrunnable("dig needs at least three arguments");
  const path = args.slice(0, -2);
  let at: Value = args.at(-1);
  for (const key of path) {
    const map = asPlainMap(at) ?? unrunnable("dig: it is not a map");
    if (typeof key !== "string") return unrunnable("dig: a key is not a string");
    if (!map.has(key)) return args.at(-2);
    at = map.get(key);
  }
  return at;
};

export const DICTS: Readonly<Record<string, TemplateFunction>> = {
  dict: variadic([], ANY, (_, values, room) => dict(values, room)),
  get: func2(MAYBE_MAP, STRING, (map, key) => (map.has(key) ? map.get(key) : "")),
  set: func3(MAYBE_MAP, STRING, ANY, set),
  unset: func2(MAYBE_MAP, STRING, unset),
  hasKey: func2(MAYBE_MAP, STRING, (map, key) => map.has(key)),
  pluck: variadic([STRING], ANY, ([key], maps) =>
    maps
      .map((map) => asPlainMap(map) ?? unrunnable("pluck: it is not a map"))
      .flatMap((map) => (map.has(key) ? [map.get(key)] : [])),
  ),
  keys: variadic([], MAYBE_MAP, (_, maps) =>
    stringList(maps.flatMap((map) => entriesByText(map).map(([key]) => String(key)))),
  ),
  values: func1(MAYBE_MAP, (map) => entriesByText(map).map(([, value]) => value)),
  pick: variadic([ANY], STRING, ([map], keys) => {
    const wanted = new Set<Key>(keys);
    return chosen(asPlainMap(map) ?? unrunnable("pick: it is not a map"), (key) => wanted.has(key));
  }),
  omit: variadic([ANY], STRING, ([map], keys) => {
    const omitted = new Set<Key>(keys);
    return chosen(asPlainMap(map) ?? unrunnable("omit: it is not a map"), (key) => !omitted.has(key));
  }),
  merge: merging(false, ""),
  mergeOverwrite: merging(true, ""),
  mustMerge: merging(false),
  mustMergeOverwrite: merging(true),
  dig: variadic([], ANY, (_, args) => dig(args)),
  deepCopy: func1(ANY, (value, room) => deepCopy(value, room)),
  mustDeepCopy: func1(ANY, (value, room) => deepCopy(value, room)),
};
