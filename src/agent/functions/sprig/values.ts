import {
  ANY,
  BOOL,
  func1,
  func2,
  func3,
  type Room,
  STRING,
  TemplateError,
  type TemplateFunction,
  typeOf,
  type Value,
  variadic,
} from "../../../go-template/index.ts";
import { type JsonStyle, readJson, writeJson } from "../formats/json.ts";
import { isEmpty, kindOf } from "../go/values.ts";
import { deepEqual } from "./deep.ts";

/** sprig's defaults, its JSON, and what it tells of a value's type. */

const coalesce = (values: readonly Value[]): Value => values.find((value) => !isEmpty(value));

/** What the function answers, or that, where it fails. */
const otherwise = (work: () => Value, instead: Value): Value => {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateError) return instead;
    throw error;
  }
};

const json =
  (style: JsonStyle): ((value: Value, room: Room) => string) =>
  (value, room) =>
    writeJson(value, style, room);

const plain = json({ html: true, pretty: false });
const pretty = json({ html: true, pretty: true });
const raw = json({ html: false, pretty: false });

const typeText = (value: Value): string => typeOf(value)?.name ?? "<nil>";

export const VALUES: Readonly<Record<string, TemplateFunction>> = {
  default: variadic([ANY], ANY, ([fallback], given) => (isEmpty(given[0]) ? fallback : given[0])),
  empty: func1(ANY, isEmpty),
  coalesce: variadic([], ANY, (_, values) => coalesce(values)),
  all: variadic([], ANY, (_, values) => !values.some(isEmpty)),
  any: variadic([], ANY, (_, values) => !values.every(isEmpty)),
  ternary: func3(ANY, ANY, BOOL, (yes, no, which) => (which ? yes : no)),
  fromJson: func1(STRING, (text, room) => otherwise(() => readJson(text, room), undefined)),
  toJson: func1(ANY, (value, room) => otherwise(() => plain(value, room), "")),
  toPrettyJson: func1(ANY, (value, room) => otherwise(() => pretty(value, room), "")),
  toRawJson: func1(ANY, raw),
  mustFromJson: func1(STRING, readJson),
  mustToJson: func1(ANY, plain),
  mustToPrettyJson: func1(ANY, pretty),
  mustToRawJson: func1(ANY, raw),
  typeOf: func1(ANY, typeText),
  typeIs: func2(STRING, ANY, (wanted, value) => wanted === typeText(value)),
  typeIsLike: func2(STRING, ANY, (wanted, value) => [wanted, `*${wanted}`].includes(typeText(value))),
  kindOf: func1(ANY, kindOf),
  kindIs: func2(STRING, ANY, (wanted, value) => wanted === kindOf(value)),
  deepEqual: func2(ANY, ANY, (a, b, room) => deepEqual(a, b, room)),
};
