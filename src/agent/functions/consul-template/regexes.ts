import { func2, func3, STRING, type TemplateFunction } from "../../../go-template/index.ts";
import { compile, replaceMatches } from "../go/regex.ts";
import type { Libraries } from "../libraries.ts";

/** consul-template's functions of regular expressions. */

export const regexFunctions = (libraries: Libraries): Readonly<Record<string, TemplateFunction>> => ({
  regexMatch: func2(
    STRING,
    STRING,
    (expression, text, room) => compile(libraries, expression).matches(text, 1, room).length > 0,
  ),
  regexReplaceAll: func3(STRING, STRING, STRING, (expression, replacement, text, room) =>
    replaceMatches(compile(libraries, expression), text, replacement, false, room),
  ),
});
