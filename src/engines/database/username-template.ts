import type { TemplateWorld } from "../../go-template/name-functions.ts";
import { type NameTemplate, NameTemplateError, parseNameTemplate } from "../../go-template/name-template.ts";
import { SettingsError } from "./failure.ts";

/** Username templates of database connections. */

// A type, not an interface: a template reads it as a map.
export type TemplateData = {
  readonly DisplayName: string;
  readonly RoleName: string;
};

export type UsernameTemplate = NameTemplate<TemplateData>;

const SAMPLES: readonly TemplateData[] = [
  { DisplayName: "token", RoleName: "role" },
  { DisplayName: "d".repeat(512), RoleName: "r".repeat(512) },
];

/** Names come from callers, so whatever SQL or a shell could mind is taken out of the result. */
const safe = (name: string): string => name.replace(/[^A-Za-z0-9_.@+-]/g, "-");

/** Reads a template. Throws `SettingsError` with Vault's texts. */
export const parseUsernameTemplate = (source: string, world: TemplateWorld): UsernameTemplate => {
  try {
    return parseNameTemplate(source, world, { samples: SAMPLES, safe });
  } catch (cause) {
    if (cause instanceof NameTemplateError) throw new SettingsError(cause.message);
    throw cause;
  }
};
