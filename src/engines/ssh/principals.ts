import { type BackendContext, invalidRequest } from "../../framework/index.ts";
import { cut } from "../../std/shown.ts";
import type { CaRole } from "./ca-role.ts";
import { commaItems } from "./lists.ts";
import { filled, hasIdentity, isTemplate } from "./templates.ts";

/**
 * Whom a certificate speaks for: what is asked for, or the role's default user, all of it allowed by the role.
 *
 * Security: an empty list allows nobody, and a certificate for everybody is refused unless the role says otherwise
 * (CVE-2024-7594). A value from identity metadata fills in one name: it cannot hold a comma, so it cannot add names to
 * the list; and it cannot become the `*` that allows any.
 */

/** OpenSSH reads no certificate with more. */
const MOST = 256;

const isOneName = (value: string): boolean => !/[,\p{Cc}]/u.test(value) && value.trim() === value;

/** What a list allows. For a caller without an identity its templates allow nothing, its other items stay. */
const allowedIn = (list: string, templated: boolean, cx: BackendContext): readonly string[] => {
  if (!templated) return commaItems(list);
  return commaItems(hasIdentity(cx) ? filled(list, isOneName, cx) : list);
};

const NO_ONE = "empty valid principals not allowed by role";

interface Rule {
  readonly list: string;
  readonly templated: boolean;
  readonly fallback: string;
  readonly allows: (allowed: readonly string[], principal: string) => boolean;
}

const allowsHost =
  (role: CaRole) =>
  (allowed: readonly string[], host: string): boolean =>
    allowed.some(
      (domain) =>
        (role.allow_bare_domains && host === domain) || (role.allow_subdomains && host.endsWith(`.${domain}`)),
    );

const ruleFor = (type: "user" | "host", role: CaRole, cx: BackendContext): Rule => {
  if (type === "host") {
    const { allowed_domains: list, allowed_domains_template: templated } = role;
    return { list, templated, fallback: "", allows: allowsHost(role) };
  }
  return {
    list: role.allowed_users,
    templated: role.allowed_users_template,
    fallback: role.default_user_template ? filled(role.default_user, isOneName, cx, true) : role.default_user,
    allows: (allowed, user) => allowed.includes(user),
  };
};

const notValid = (principal: string): never => {
  throw invalidRequest(`${cut(principal)} is not a valid value for valid_principals`);
};

/** The principals of a certificate. Throws with Vault's texts. */
export const principalsFor = (
  type: "user" | "host",
  asked: string,
  role: CaRole,
  cx: BackendContext,
): readonly string[] => {
  const rule = ruleFor(type, role, cx);
  const own = commaItems(asked);
  const principals = own.length > 0 ? own : commaItems(rule.fallback);
  if (principals.length === 0) {
    if (role.allow_empty_principals) return [];
    throw invalidRequest(NO_ONE);
  }
  const allowed = allowedIn(rule.list, rule.templated, cx);
  if (allowed.length === 0) throw invalidRequest("role is not configured to allow any principals");
  for (const principal of principals) {
    const template = rule.templated && isTemplate(principal);
    const valid = rule.list === "*" || (!template && rule.allows(allowed, principal));
    if (!valid || /\p{Cc}/u.test(principal)) notValid(principal);
  }
  if (principals.length > MOST) throw invalidRequest(`valid_principals holds more than ${MOST} names`);
  return principals;
};
