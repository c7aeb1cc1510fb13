import { utf8Text } from "../../std/utf8.ts";
import { TemplateFailure } from "../template/index.ts";

/** A rendered text as the value of a variable of the environment. Throws `TemplateFailure`: it cannot be one. */
export const variableOf = (name: string, content: Uint8Array): string => {
  const text = utf8Text(content);
  if (text === undefined) throw new TemplateFailure(`the value of ${name} is not UTF-8 text`);
  if (text.includes("\0")) throw new TemplateFailure(`the value of ${name} holds a zero byte`);
  return text;
};

export const areSame = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string> | undefined): boolean =>
  b !== undefined && a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
