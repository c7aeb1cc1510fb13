import { type BackendContext, invalidRequest } from "../../framework/index.ts";
import { cut } from "../../std/shown.ts";

/** Identity templates in what a role says. */

const DIRECTIVE = /\{\{.+?\}\}/;

export const isTemplate = (text: string): boolean => DIRECTIVE.test(text);

export const hasIdentity = (cx: BackendContext): boolean => (cx.caller?.entityId ?? "") !== "";

/**
 * The text with the caller's identity filled in; a value that `allows` refuses counts as missing. Throws with Vault's
 * texts, also for a caller who has no identity.
 */
export const filled = (text: string, allows: (value: string) => boolean, cx: BackendContext, multi = false): string => {
  if (!isTemplate(text)) return text;
  const result = cx.fillIdentity(text, allows);
  if ("text" in result) return result.text;
  throw invalidRequest(`template '${cut(text)}' could not be rendered -> ${result.failed}`, { multi });
};
