import {
  ANY,
  func0,
  func1,
  type Room,
  STRING,
  type TemplateFunction,
  unrunnable,
  type Value,
  variadic,
} from "../../go-template/index.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { DATA, executeTemplate } from "./data.ts";
import { ENCODINGS } from "./encodings.ts";
import { JSON_FUNCTIONS } from "./formats/json.ts";
import { writeToml } from "./formats/toml.ts";
import { readYaml } from "./formats/yaml-read.ts";
import { writeYaml } from "./formats/yaml-write.ts";
import { trimSpace } from "./go-text.ts";
import type { Libraries } from "./libraries.ts";
import { PARSERS } from "./parse.ts";
import { createRedaction, redacting } from "./redaction.ts";
import { regexFunctions } from "./regex.ts";
import { scratch } from "./scratch.ts";
import { secretFunctions } from "./secrets.ts";
import { sockaddrFunctions } from "./sockaddr/functions.ts";
import type { Sources } from "./sources.ts";
import { SPEW } from "./spew.ts";
import { SPRIG, sprigFunctions } from "./sprig/functions.ts";
import { TEXTS } from "./texts.ts";
import { fromMs } from "./time/instant.ts";
import { formatTime } from "./time/layout.ts";
import { UTC } from "./time/zone.ts";

/**
 * The functions of an agent's templates: consul-template's and sprig's, by name. It trusts its `Sources` for all that
 * is outside. It must never run a program, reach the network, or put an argument that can hold a secret into an error.
 */

export { type Libraries, loadLibraries } from "./libraries.ts";
export { assertInSandbox } from "./sandbox.ts";
export { fillAddress } from "./sockaddr/functions.ts";
export { systemNetwork } from "./sockaddr/system.ts";
export type { Certificate, Fetched, FileToWrite, Network, Pairs, Sources } from "./sources.ts";

export interface FunctionSettings {
  /** `function_denylist`: these fail when they are called. */
  readonly denylist: readonly string[];
  /** What `loadLibraries` answered for this template. */
  readonly libraries: Libraries;
  /** What `wordsIn` answered for it: other functions are left out. Absent: all are there. */
  readonly words?: ReadonlySet<string> | undefined;
}

type Functions = Readonly<Record<string, TemplateFunction>>;

const trimmed = (write: (value: Value, room: Room) => string): TemplateFunction =>
  func1(ANY, (value, room) => trimSpace(write(value, room)));

const timestamp = ({ clock }: Sources): TemplateFunction =>
  variadic([], STRING, (_, layouts, room) => {
    const [layout = "2006-01-02T15:04:05Z07:00"] = layouts;
    if (layouts.length > 1)
      return unrunnable(`timestamp: wrong number of arguments, expected 0 or 1, but got ${layouts.length}`);
    if (layout === "unix") return String(Math.floor(clock.now() / 1000));
    room.text(layout.length * 10);
    return formatTime({ at: fromMs(clock.now()), zone: UTC }, layout);
  });

const parseYaml = ({ yaml }: Libraries): TemplateFunction =>
  func1(STRING, (text, room) => {
    if (text === "") return new Map();
    return readYaml(yaml ?? unrunnable("YAML is not loaded"), text, room);
  });

/** Programs belong to whoever configures the agent, not to a template. */
const plugin = variadic([STRING], STRING, ([name]) =>
  name === "" ? "" : unrunnable("plugin: templates cannot run programs"),
);

const denied = variadic([], ANY, () => unrunnable("function is disabled"));

/** The same for each run. What they throw says nothing of their arguments. */
const CONSTANT: Functions = {
  ...ARITHMETIC,
  ...DATA,
  ...ENCODINGS,
  ...JSON_FUNCTIONS,
  ...PARSERS,
  ...SPEW,
  ...SPRIG,
  ...TEXTS,
  plugin,
  toTOML: trimmed(writeToml),
  toYAML: trimmed(writeYaml),
};

const fail = func1(STRING, (message) => unrunnable(message));

/** Those that are made for each run: they reach outside, or begin empty. */
const fresh = (outside: Sources, libraries: Libraries): Functions => {
  const { sources, redact } = createRedaction(outside);
  const kept = scratch();
  const naming: Functions = {
    ...secretFunctions(sources),
    ...sockaddrFunctions(sources, libraries),
    executeTemplate,
    sprig_fail: fail,
  };
  return {
    ...regexFunctions(libraries),
    ...sprigFunctions(sources, libraries),
    // What they throw names paths, variables and templates.
    ...Object.fromEntries(Object.entries(naming).map(([name, known]) => [name, redacting(known, redact)])),
    parseYAML: parseYaml(libraries),
    scratch: func0(() => kept),
    timestamp: timestamp(sources),
  };
};

/** The words of a template, among which are the names of all functions it calls. */
export const wordsIn = (template: string): ReadonlySet<string> => new Set(template.match(/[A-Za-z_]\w*/g));

const allNames = (own: Functions): Iterable<string> => new Set([...Object.keys(CONSTANT), ...Object.keys(own)]);

/** Made for each run. */
export const agentFunctions = (outside: Sources, { denylist, libraries, words }: FunctionSettings): Functions => {
  const own = fresh(outside, libraries);
  const found: Record<string, TemplateFunction> = {};
  for (const name of words ?? allNames(own)) {
    const known = Object.hasOwn(own, name) ? own[name] : Object.hasOwn(CONSTANT, name) ? CONSTANT[name] : undefined;
    if (known) found[name] = denylist.includes(name) ? denied : known;
  }
  return found;
};
