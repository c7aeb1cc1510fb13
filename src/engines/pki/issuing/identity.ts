import type { BackendContext } from "../../../framework/index.ts";
import type { Role } from "./role.ts";

/**
 * Identity templates in what a role allows: `{{identity.entity.name}}.example.com`.
 *
 * Security: a value comes from whoever may write metadata or choose an alias name. It cannot hold a character that no
 * name has, nor, unless the role says so, the `*` of a pattern: such a value counts as missing, and what is missing
 * allows nothing. Neither does a template for a caller who has no identity.
 */

/** What a role's lists mean for one caller. */
export interface Terms {
  readonly domains: readonly string[];
  readonly uris: readonly string[];
}

/** Whether there are braces to fill; not by an expression, which would look for the end of each brace there is. */
const isTemplate = (item: string): boolean => {
  const open = item.indexOf("{{");
  return open >= 0 && item.includes("}}", open);
};
const STRANGE = /[\p{C}\s,]/u;

type Filler = Pick<BackendContext, "fillIdentity">;

export const termsOf = (role: Role, { fillIdentity }: Filler): Terms => {
  const globs = role.allow_globs_in_identity_templates;
  const accepts = (value: string) => !STRANGE.test(value) && (globs || !value.includes("*"));
  const filled = (item: string): readonly string[] => {
    if (!isTemplate(item)) return [item];
    const result = fillIdentity(item, accepts);
    return "text" in result ? [result.text] : [];
  };
  return {
    domains: role.allowed_domains_template ? role.allowed_domains.flatMap(filled) : role.allowed_domains,
    uris: role.allowed_uri_sans_template ? role.allowed_uri_sans.flatMap(filled) : role.allowed_uri_sans,
  };
};
