import { type BackendContext, invalidRequest } from "../../framework/index.ts";
import type { JsonObject } from "../../std/json.ts";
import { shownList } from "../../std/shown.ts";
import type { CaRole } from "./ca-role.ts";
import { commaItems } from "./lists.ts";
import { optionMap } from "./option-map.ts";
import { filled, hasIdentity, isTemplate } from "./templates.ts";

/**
 * Which critical options and extensions a certificate has. What a caller asks for replaces the role's defaults as a
 * whole.
 */

type OptionMap = Readonly<Record<string, string>>;

const isEmpty = (map: OptionMap): boolean => Object.keys(map).length === 0;

/** Throws with Vault's text. An empty list lets callers set any: a critical option only restricts. */
export const criticalOptionsFor = (given: JsonObject, role: CaRole): OptionMap => {
  const asked = optionMap("critical_options", given);
  if (isEmpty(asked)) return role.default_critical_options;
  if (role.allowed_critical_options === "") return asked;
  const allowed = commaItems(role.allowed_critical_options);
  const others = Object.keys(asked).filter((name) => !allowed.includes(name));
  if (others.length > 0) throw invalidRequest(`critical options not on allowed list: ${shownList(others.sort())}`);
  return asked;
};

const NO_IDENTITY =
  "default_extension templating enabled with at least one extension requiring identity templating. However, this request lacked identity entity information, causing one or more extensions to be skipped from the generated certificate.";

export interface Extensions {
  readonly extensions: OptionMap;
  readonly warnings: readonly string[];
}

const canBeShown = (value: string): boolean => !/\p{Cc}/u.test(value);

const filledDefaults = (defaults: OptionMap, cx: BackendContext): Extensions => {
  const kept = Object.entries(defaults).filter(([, value]) => hasIdentity(cx) || !isTemplate(value));
  const extensions = kept.map(([name, value]) => [name, filled(value, canBeShown, cx)] as const);
  const skipped = kept.length < Object.keys(defaults).length;
  return { extensions: Object.fromEntries(extensions), warnings: skipped ? [NO_IDENTITY] : [] };
};

/** Throws with Vault's texts. An empty list lets callers set none. */
export const extensionsFor = (given: JsonObject, role: CaRole, cx: BackendContext): Extensions => {
  const asked = optionMap("extensions", given);
  if (isEmpty(asked)) {
    if (role.default_extensions_template) return filledDefaults(role.default_extensions, cx);
    return { extensions: role.default_extensions, warnings: [] };
  }
  const allowed = commaItems(role.allowed_extensions);
  const others = Object.keys(asked).filter((name) => !allowed.includes(name));
  if (role.allowed_extensions !== "*" && others.length > 0) {
    throw invalidRequest(`extensions ${shownList(others.sort())} are not on allowed list`);
  }
  return { extensions: asked, warnings: [] };
};
