import { func0, STRING, type TemplateFunction, unrunnable, variadic } from "../../../go-template/index.ts";
import { fromMs } from "../go/time/instant.ts";
import { formatTime } from "../go/time/layout.ts";
import { UTC } from "../go/time/zone.ts";
import type { Libraries } from "../libraries.ts";
import type { Sources } from "../sources.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { DATA } from "./data.ts";
import { ENCODINGS } from "./encodings.ts";
import { FORMATS, parseYaml } from "./formats.ts";
import { PARSERS } from "./parse.ts";
import { regexFunctions } from "./regexes.ts";
import { scratch } from "./scratch.ts";
import { SPEW } from "./spew.ts";
import { TEXTS } from "./texts.ts";

/** consul-template's functions, but those whose errors name paths, variables or templates. */

type Functions = Readonly<Record<string, TemplateFunction>>;

const timestamp = ({ clock }: Sources): TemplateFunction =>
  variadic([], STRING, (_, layouts, room) => {
    const [layout = "2006-01-02T15:04:05Z07:00"] = layouts;
    if (layouts.length > 1)
      return unrunnable(`timestamp: wrong number of arguments, expected 0 or 1, but got ${layouts.length}`);
    if (layout === "unix") return String(Math.floor(clock.now() / 1000));
    room.text(layout.length * 10);
    return formatTime({ at: fromMs(clock.now()), zone: UTC }, layout);
  });

/** Programs belong to whoever configures the agent, not to a template. */
const plugin = variadic([STRING], STRING, ([name]) =>
  name === "" ? "" : unrunnable("plugin: templates cannot run programs"),
);

/** The same for each run. */
export const CONSUL_TEMPLATE: Functions = {
  ...ARITHMETIC,
  ...DATA,
  ...ENCODINGS,
  ...FORMATS,
  ...PARSERS,
  ...SPEW,
  ...TEXTS,
  plugin,
};

/** Those that look outside, or begin empty. */
export const consulTemplateFunctions = (sources: Sources, libraries: Libraries): Functions => {
  const kept = scratch();
  return {
    ...regexFunctions(libraries),
    parseYAML: parseYaml(libraries),
    scratch: func0(() => kept),
    timestamp: timestamp(sources),
  };
};
