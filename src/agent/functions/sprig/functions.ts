import { func1, STRING, type TemplateFunction } from "../../../go-template/index.ts";
import type { Libraries } from "../libraries.ts";
import type { Sources } from "../sources.ts";
import { VERSIONS } from "./constraint.ts";
import { cryptoFunctions } from "./crypto.ts";
import { dateFunctions } from "./dates.ts";
import { DICTS } from "./dicts.ts";
import { LISTS } from "./lists.ts";
import { NUMBERS } from "./numbers.ts";
import { PATHS } from "./paths.ts";
import { regexes } from "./regexes.ts";
import { STRINGS_OF_SPRIG } from "./strings.ts";
import { URLS } from "./urls.ts";
import { VALUES } from "./values.ts";

/** sprig's functions under the names that consul-template gives them: `sprig_upper`. */

type Functions = Readonly<Record<string, TemplateFunction>>;

const prefixed = (functions: Functions): Functions =>
  Object.fromEntries(Object.entries(functions).map(([name, known]) => [`sprig_${name}`, known]));

/** The same for each run. */
export const SPRIG: Functions = prefixed({
  ...DICTS,
  ...LISTS,
  ...NUMBERS,
  ...PATHS,
  ...STRINGS_OF_SPRIG,
  ...URLS,
  ...VALUES,
  ...VERSIONS,
});

const environment = ({ env }: Sources): Functions => ({
  env: func1(STRING, (name) => env(name) ?? ""),
  expandenv: func1(STRING, (text, room) => {
    const expanded = text.replace(
      /\$(?:\{([^}]*)\}|(\w+))/g,
      (_, braced?: string, bare?: string) => env(braced ?? bare ?? "") ?? "",
    );
    room.text(expanded.length);
    return expanded;
  }),
});

/** Those that look outside. */
export const sprigFunctions = (sources: Sources, libraries: Libraries): Functions =>
  prefixed({
    ...cryptoFunctions(sources, libraries),
    ...dateFunctions(sources),
    ...environment(sources),
    ...regexes(libraries),
  });
