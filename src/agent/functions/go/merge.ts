import { type GoMap, typeName, typeOf, unrunnable, type Value } from "../../../go-template/index.ts";
import { assertDepth } from "./output.ts";
import { changeable, isEmpty } from "./values.ts";

/** Merging maps as `mergo` does: the first is changed, and keeps what it has unless that is empty. */

export interface MergeStyle {
  readonly overwrite: boolean;
  /** As the older mergo that sprig uses: a map or list never replaces what is not empty, whatever that is. */
  readonly keepsKind: boolean;
}

const isList = (value: Value): value is readonly Value[] => typeOf(value)?.kind === "slice";

const mergeMember = (own: Value, other: Value, has: boolean, style: MergeStyle, depth: number): boolean => {
  if (other instanceof Map && own instanceof Map) mergeInto(own, other, style, depth + 1);
  if (has && !isEmpty(own)) {
    if (isList(other)) return style.overwrite;
    if (other instanceof Map && (style.keepsKind || own instanceof Map)) return false;
  }
  return style.overwrite || !has || isEmpty(own);
};

/** Throws where a map is nested too deeply, or holds itself. */
export const mergeInto = (own: GoMap, other: GoMap, style: MergeStyle, depth = 0): void => {
  assertDepth(depth);
  if (typeName(own) !== typeName(other)) unrunnable(`cannot merge a ${typeName(other)} into a ${typeName(own)}`);
  const into = changeable(own);
  for (const [key, value] of [...other]) {
    const has = into.has(key);
    if (value === undefined) {
      if (style.overwrite) into.set(key, undefined);
    } else if (mergeMember(into.get(key), value, has, style, depth)) into.set(key, value);
  }
};
