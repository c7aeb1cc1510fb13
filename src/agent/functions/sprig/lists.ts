import {
  ANY,
  func1,
  func2,
  INT,
  type Room,
  type TemplateFunction,
  typed,
  typeOf,
  types,
  unrunnable,
  type Value,
  variadic,
  zeroOf,
} from "../../../go-template/index.ts";
import { isEmpty, itemsOf, kindOf } from "../go/values.ts";
import { toInt64 } from "./casts.ts";
import { deepEqual } from "./deep.ts";

/** sprig's functions of lists. None changes the list it is given; each also stands under its name with `must` before it. */

const items = (value: Value, what: string, room: Room): readonly Value[] => {
  const found = itemsOf(value) ?? unrunnable(`Cannot ${what} on type ${kindOf(value)}`);
  room.step(found.length);
  return found;
};

const one = (what: string, pick: (list: readonly Value[]) => Value): TemplateFunction =>
  func1(ANY, (value, room) => pick(items(value, what, room)));

const noItems = (): Value => zeroOf(types.list);

const isAmong = (list: readonly Value[], wanted: Value, room: Room): boolean =>
  list.some((item) => deepEqual(item, wanted, room));

const uniq = (list: readonly Value[], room: Room): readonly Value[] => {
  const kept: Value[] = [];
  for (const item of list) if (!isAmong(kept, item, room)) kept.push(item);
  return kept;
};

const sameType = (list: Value, made: readonly Value[]): Value =>
  list instanceof Uint8Array ? made : typed([...made], typeOf(list) ?? types.list);

const slice = (value: Value, [from, to]: readonly Value[], bounds: number, room: Room): Value => {
  const list = items(value, "slice", room);
  if (list.length === 0) return undefined;
  const start = bounds > 0 ? Number(toInt64(from)) : 0;
  const end = bounds > 1 ? Number(toInt64(to)) : list.length;
  if (start < 0 || end < start || end > list.length) return unrunnable("slice index out of bounds");
  return sameType(value, list.slice(start, end));
};

const chunk = (size: bigint, value: Value, room: Room): Value => {
  const list = items(value, "chunk", room);
  if (size <= 0n) return unrunnable("chunk: a size of at least 1 is needed");
  const width = Number(size);
  const count = Math.ceil(list.length / width);
  return typed(
    Array.from({ length: count }, (_, at) => list.slice(at * width, (at + 1) * width)),
    types.listOf(types.list),
  );
};

const concat = (lists: readonly Value[], room: Room): readonly Value[] =>
  lists.flatMap((list) => [...items(list, "concat", room)]);

const DOUBLE: Readonly<Record<string, TemplateFunction>> = {
  append: func2(ANY, ANY, (list, item, room) => [...items(list, "push", room), item]),
  push: func2(ANY, ANY, (list, item, room) => [...items(list, "push", room), item]),
  prepend: func2(ANY, ANY, (list, item, room) => [item, ...items(list, "prepend", room)]),
  first: one("find first", (list) => list[0]),
  rest: one("find rest", (list) => (list.length === 0 ? noItems() : list.slice(1))),
  last: one("find last", (list) => list.at(-1)),
  initial: one("find initial", (list) => (list.length === 0 ? noItems() : list.slice(0, -1))),
  reverse: one("find reverse", (list) => [...list].reverse()),
  compact: one("compact", (list) => list.filter((item) => !isEmpty(item))),
  uniq: func1(ANY, (list, room) => uniq(items(list, "find uniq", room), room)),
  without: variadic([ANY], ANY, ([list], omitted, room) =>
    items(list, "find without", room).filter((item) => !isAmong(omitted, item, room)),
  ),
  has: func2(ANY, ANY, (wanted, list, room) =>
    list === undefined ? false : isAmong(items(list, "find has", room), wanted, room),
  ),
  slice: variadic([ANY], ANY, ([list], bounds, room) => slice(list, bounds, bounds.length, room)),
  chunk: func2(INT, ANY, chunk),
};

const must = (name: string): string => `must${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;

export const LISTS: Readonly<Record<string, TemplateFunction>> = {
  ...DOUBLE,
  ...Object.fromEntries(Object.entries(DOUBLE).map(([name, known]) => [must(name), known])),
  list: variadic([], ANY, (_, values) => [...values]),
  tuple: variadic([], ANY, (_, values) => [...values]),
  concat: variadic([], ANY, (_, lists, room) => concat(lists, room)),
};
