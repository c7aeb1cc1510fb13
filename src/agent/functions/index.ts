import type { TemplateFunction } from "../../go-template/index.ts";
import { environmentFunctions } from "./environment.ts";
import type { Sources } from "./sources.ts";

/**
 * The functions of an agent's templates: consul-template's and sprig's, by name. It trusts its `Sources` for all that
 * is outside. It must never run a program, reach the network, or put an argument that can hold a secret into an error.
 */

export type { Certificate, Fetched, FileToWrite, Network, Pairs, Sources } from "./sources.ts";

export interface FunctionSettings {
  /** `function_denylist`: these fail when they are called. */
  readonly denylist: readonly string[];
}

/** Made for each run: `scratch` begins empty. */
export const agentFunctions = (
  sources: Sources,
  _settings: FunctionSettings,
): Readonly<Record<string, TemplateFunction>> => ({ ...environmentFunctions(sources) });
