import { ANY, func1, STRING, type TemplateFunction, unrunnable, variadic } from "../../go-template/index.ts";
import { matchesGlob } from "../../std/glob.ts";
import { executeTemplate } from "./consul-template/data.ts";
import { CONSUL_TEMPLATE, consulTemplateFunctions } from "./consul-template/functions.ts";
import { secretFunctions } from "./consul-template/secrets.ts";
import type { Libraries } from "./libraries.ts";
import { createRedaction, redacting } from "./redaction.ts";
import { sockaddrFunctions } from "./sockaddr/functions.ts";
import type { Sources } from "./sources.ts";
import { SPRIG, sprigFunctions } from "./sprig/functions.ts";

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
  /** `function_denylist`: these fail when they are called. Names, in which `*` is any text: `sprig_*`. */
  readonly denylist: readonly string[];
  /** What `loadLibraries` answered for this template. */
  readonly libraries: Libraries;
  /** What `wordsIn` answered for it: other functions are left out. Absent: all are there. */
  readonly words?: ReadonlySet<string> | undefined;
}

type Functions = Readonly<Record<string, TemplateFunction>>;

const denied = variadic([], ANY, () => unrunnable("function is disabled"));

/** The same for each run. What they throw says nothing of their arguments. */
const CONSTANT: Functions = { ...CONSUL_TEMPLATE, ...SPRIG };

const fail = func1(STRING, (message) => unrunnable(message));

/** Those that are made for each run: they reach outside, or begin empty. */
const fresh = (outside: Sources, libraries: Libraries): Functions => {
  const { sources, redact } = createRedaction(outside);
  const naming: Functions = {
    ...secretFunctions(sources),
    ...sockaddrFunctions(sources, libraries),
    executeTemplate,
    sprig_fail: fail,
  };
  return {
    ...consulTemplateFunctions(sources, libraries),
    ...sprigFunctions(sources, libraries),
    // What they throw names paths, variables and templates.
    ...Object.fromEntries(Object.entries(naming).map(([name, known]) => [name, redacting(known, redact)])),
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
    if (known) found[name] = denylist.some((pattern) => matchesGlob(pattern, name)) ? denied : known;
  }
  return found;
};
