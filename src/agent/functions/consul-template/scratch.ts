import {
  ANY,
  func1,
  func2,
  func3,
  type Key,
  pointerTo,
  STRING,
  Struct,
  type TemplateFunction,
  typeName,
  types,
  unrunnable,
  type Value,
} from "../../../go-template/index.ts";
import { entriesByText } from "../go/values.ts";

/** `scratch`: values that a template keeps while it runs. Each run begins with an empty one. */

const SCRATCH = types.structOf("template.Scratch", {});

const mapAt = (values: Map<string, Value>, key: string): Map<Key, Value> => {
  const made = values.has(key) ? values.get(key) : new Map<Key, Value>();
  if (!(made instanceof Map) || typeName(made) !== types.map.name) return unrunnable("scratch: it is not a map");
  values.set(key, made);
  return made;
};

export const scratch = (): Value => {
  const values = new Map<string, Value>();
  const set = (key: string, value: Value): string => {
    values.set(key, value);
    return "";
  };
  const mapSet = (key: string, member: string, value: Value, over: boolean): string => {
    const map = mapAt(values, key);
    if (over || !map.has(member)) map.set(member, value);
    return "";
  };
  const methods: Readonly<Record<string, TemplateFunction>> = {
    Key: func1(STRING, (key) => values.has(key)),
    Get: func1(STRING, (key) => values.get(key)),
    Set: func2(STRING, ANY, set),
    SetX: func2(STRING, ANY, (key, value) => (values.has(key) ? "" : set(key, value))),
    MapSet: func3(STRING, STRING, ANY, (key, member, value) => mapSet(key, member, value, true)),
    MapSetX: func3(STRING, STRING, ANY, (key, member, value) => mapSet(key, member, value, false)),
    MapValues: func1(STRING, (key) => {
      const map = values.get(key);
      return map instanceof Map ? entriesByText(map).map(([, value]) => value) : [];
    }),
  };
  return pointerTo(new Struct(SCRATCH, {}, methods));
};
