import { z } from "zod";
import {
  type BackendContext,
  field,
  GENERIC_NAME,
  invalidRequest,
  type LoginGrant,
  type LoginRenewal,
  VaultError,
} from "../../framework/index.ts";
import { roleInBody } from "../../framework/login-role.ts";
import { checkSourceAddress, tokenParams } from "../../framework/token-params.ts";
import { SourceUnavailable, TokenRefused, verifyJwt } from "../../jwt/index.ts";
import { FOLDS } from "../../std/fold.ts";
import type { JsonObject } from "../../std/json.ts";
import { shown } from "../../std/shown.ts";
import type { Address, View } from "../../storage/store.ts";
import { type Config, configAddress, findConfig } from "./config.ts";
import { grantFor, identityIn } from "./identity.ts";
import { sourcesOf } from "./key-sources.ts";
import type { Parts } from "./parts.ts";
import { withProviderClaims } from "./providers/index.ts";
import type { Role } from "./role-rules.ts";
import { findRole, roleAddress } from "./roles.ts";

/**
 * A login with a token, and its renewal.
 *
 * Security: the role decides about the address before anything costs time; signature and registered claims come before
 * any other claim is read; a provider that does not answer refuses.
 */

export const loginShape = {
  role: field.text("The role; the mount's default role unless given."),
  jwt: field.text("The signed token."),
  distributed_claim_access_token: field.text("Access token for groups that an Azure token only points to."),
};
const loginInput = z.object(loginShape);
export type LoginInput = z.output<typeof loginInput>;

const wantedRole = (given: string | undefined, { default_role }: Config): string => FOLDS.case(given || default_role);

/** Throws `missing role`, or that there is none of that name. */
export const roleFor = async (given: string | undefined, config: Config, storage: View) => {
  const name = wantedRole(given, config);
  if (name === "") throw invalidRequest("missing role");
  const role = GENERIC_NAME.test(name) ? await findRole(storage, name) : undefined;
  if (!role) throw invalidRequest(`role ${shown(name)} could not be found`);
  return { name, role };
};

/** What rate limits count by. */
export const roleOf = async (path: string, body: JsonObject, storage: View): Promise<string | undefined> => {
  if (path !== "login") return undefined;
  const given = roleInBody(body);
  if (given) return FOLDS.case(given);
  return (await findConfig(storage))?.config.default_role || undefined;
};

/** What may be read along: the configuration, and the role where the body names one. */
export const loginPrefetch = (body: JsonObject, storage: View): readonly Address[] => {
  const name = FOLDS.case(roleInBody(body) ?? "");
  return [configAddress(storage), ...(GENERIC_NAME.test(name) ? [roleAddress(storage, name)] : [])];
};

const audienceUnbound = (role: Role, { aud }: JsonObject): boolean =>
  (role.bound_audiences ?? []).length === 0 && (Array.isArray(aud) ? aud.length > 0 : aud !== undefined && aud !== "");

const leewaysOf = (role: Role) => ({
  expiration: role.expiration_leeway,
  notBefore: role.not_before_leeway,
  clockSkew: role.clock_skew_leeway,
});

/** A token that does not hold is the caller's mistake; a provider that does not answer is not. */
const refuse = (cause: unknown): never => {
  if (cause instanceof TokenRefused) throw invalidRequest(`error validating token: ${cause.message}`);
  if (!(cause instanceof SourceUnavailable)) throw cause;
  const wire = `error validating token: error verifying token signature: ${cause.message}`;
  throw new VaultError("upstream_failed", { wire, reason: `keys: ${cause.reason}`, retryAfter: 5, cause });
};

export const login = async (parts: Parts, input: LoginInput, cx: BackendContext): Promise<LoginGrant> => {
  const standing = await findConfig(cx.storage);
  if (!standing) throw invalidRequest("could not load configuration");
  const { config } = standing;
  const { name, role } = await roleFor(input.role, config, cx.storage);
  if (role.role_type === "oidc") throw invalidRequest("role with oidc role_type is not allowed");
  const { jwt = "" } = input;
  if (jwt === "") throw invalidRequest("missing token");
  checkSourceAddress(role, cx.sourceAddress);
  const expected = {
    issuer: config.bound_issuer,
    subject: role.bound_subject,
    audiences: role.bound_audiences ?? [],
    algorithms: config.jwt_supported_algs,
    leeways: leewaysOf(role),
  };
  const { claims } = await verifyJwt(jwt, sourcesOf(parts, standing, cx).keys, expected, cx.clock.now()).catch(refuse);
  if (audienceUnbound(role, claims))
    throw invalidRequest("audience claim found in JWT but no audiences bound to the role");
  const accessToken = input.distributed_claim_access_token ?? "";
  const all = await withProviderClaims(claims, { parts, config, role, accessToken, now: cx.clock.now() });
  return grantFor(identityIn(all, name, role), name, role);
};

/** The grant by the role as it is now; the token is not asked for again. Throws when the role is gone. */
export const renewLogin = async ({ internal, metadata }: LoginRenewal, cx: BackendContext): Promise<LoginGrant> => {
  const { role: kept, id } = internal;
  const name = typeof kept === "string" ? kept : "";
  const role = name === "" ? undefined : await findRole(cx.storage, name);
  // A role created again under the same name is another role.
  if (!role || role.id !== id)
    throw new VaultError("invalid_request", {
      wire: `failed to renew entry: role ${name} does not exist during renewal`,
      multi: true,
    });
  checkSourceAddress(role, cx.sourceAddress);
  return { displayName: "", token: tokenParams(role), metadata, role: name, internal, renewable: true };
};
