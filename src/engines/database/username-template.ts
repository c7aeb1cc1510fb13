import { type Bounds, parseTemplate, type Template, TemplateError } from "../../go-template/index.ts";
import { SettingsError } from "./failure.ts";
import { type TemplateWorld, usernameFunctions } from "./template-functions.ts";

/**
 * Username templates: Go's template language with the functions that Vault documents for them, within bounds that keep
 * a template from costing more than the credential it names.
 * Source: Vault documentation, "Username templating"; Go documentation, text/template.
 */

export interface TemplateData {
  readonly DisplayName: string;
  readonly RoleName: string;
}

export interface UsernameTemplate {
  /** A user name of safe characters only. Throws `TemplateError` for what only shows when it runs. */
  render(data: TemplateData, world: TemplateWorld): string;
}

const BOUNDS: Bounds = { source: 4096, text: 4096, output: 4096, steps: 2000, depth: 50 };

/** Names as they may come, short and long: a template that fails for one of them is refused when it is written. */
const SAMPLES: readonly TemplateData[] = [
  { DisplayName: "token", RoleName: "role" },
  { DisplayName: "d".repeat(512), RoleName: "r".repeat(512) },
];

/** Names come from callers, so whatever SQL or a shell could mind is taken out of the result. */
const safe = (name: string): string => name.replace(/[^A-Za-z0-9_.@+-]/g, "-");

const parse = (source: string, world: TemplateWorld): Template => {
  try {
    return parseTemplate(source, { functions: usernameFunctions(world), bounds: BOUNDS, missing: "error" });
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    throw new SettingsError(`unable to initialize username template: unable to parse template: ${cause.message}`);
  }
};

/**
 * Reads a template. Throws `SettingsError` with Vault's texts: `unable to initialize username template: …` for one
 * that cannot be read, `invalid username template: …` for one that cannot be run.
 */
export const parseUsernameTemplate = (source: string, world: TemplateWorld): UsernameTemplate => {
  const template = parse(source, world);
  const render = (data: TemplateData, around: TemplateWorld): string => {
    const name = template.render(new Map(Object.entries(data)), usernameFunctions(around));
    if (name.trim() === "") throw new TemplateError("run", "it makes an empty name");
    return safe(name);
  };
  try {
    for (const sample of SAMPLES) render(sample, world);
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    throw new SettingsError(`invalid username template: unable to apply template: ${cause.message}`);
  }
  return { render };
};
