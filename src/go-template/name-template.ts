import { type Bounds, parseTemplate, type Template, TemplateError } from "./index.ts";
import { nameFunctions, type TemplateWorld } from "./name-functions.ts";

/**
 * Templates for the names of what is made for a lease, of database users for one: Go's template language with the
 * functions that Vault documents for them, within bounds that keep a template from costing more than the credential it
 * names.
 * Source: Vault documentation, "Username templating"; Go documentation, text/template.
 */

export interface NameTemplate<Data> {
  /** A name of safe characters only. Throws `TemplateError` for what only shows when it runs. */
  render(data: Data, world: TemplateWorld): string;
}

export interface NameRules<Data> {
  /** Names as they may come, short and long: a template that fails for one of them is refused when it is written. */
  readonly samples: readonly Data[];
  /** Parts of a name come from callers: takes out whatever the place that the name is for could mind. */
  readonly safe: (name: string) => string;
}

/** A template that cannot be used; the message is Vault's. */
export class NameTemplateError extends Error {
  override readonly name = "NameTemplateError";
}

const BOUNDS: Bounds = { source: 4096, text: 4096, output: 4096, steps: 2000, depth: 50 };

const parse = (source: string, world: TemplateWorld): Template => {
  try {
    return parseTemplate(source, { functions: nameFunctions(world), bounds: BOUNDS, missing: "error" });
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    throw new NameTemplateError(`unable to initialize username template: unable to parse template: ${cause.message}`);
  }
};

/**
 * Reads a template. Throws `NameTemplateError` with Vault's texts: `unable to initialize username template: …` for one
 * that cannot be read, `invalid username template: …` for one that cannot be run.
 */
export const parseNameTemplate = <Data extends Readonly<Record<string, string>>>(
  source: string,
  world: TemplateWorld,
  { samples, safe }: NameRules<Data>,
): NameTemplate<Data> => {
  const template = parse(source, world);
  const render = (data: Data, around: TemplateWorld): string => {
    const name = template.render(new Map(Object.entries(data)), nameFunctions(around));
    if (name.trim() === "") throw new TemplateError("run", "it makes an empty name");
    return safe(name);
  };
  try {
    for (const sample of samples) render(sample, world);
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    throw new NameTemplateError(`invalid username template: unable to apply template: ${cause.message}`);
  }
  return { render };
};
