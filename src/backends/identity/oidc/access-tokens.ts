import { z } from "zod";
import type { Core } from "../../../core/core.ts";
import { knownOrRefused } from "../../../core/request/authorise.ts";
import { ownRequest, requestOf } from "../../../core/request/context.ts";
import type { KnownToken } from "../../../core/tokens/types.ts";
import { type BackendContext, VaultError } from "../../../framework/index.ts";
import type { Sensitive } from "../../../std/sensitive.ts";
import { seconds } from "../../../std/time.ts";
import { refuse } from "./errors.ts";

/**
 * Access tokens: batch tokens that open the userinfo of the provider that issued them, and nothing else.
 *
 * Security: such a token has no policies, not even those of its entity, so every path that asks a policy refuses it. What
 * it is good for is sealed inside it, and is looked at by userinfo alone.
 */

const Inside = z.object({
  oidc: z.object({ provider: z.string(), client_id: z.string(), scopes: z.array(z.string()) }),
});
export type Access = z.output<typeof Inside>["oidc"];

export const issueAccessToken = async (
  core: Core,
  access: Access,
  entityId: string,
  ttl: number,
  cx: BackendContext,
): Promise<Sensitive<string>> => {
  const { decoded } = ownRequest(cx);
  const { id } = await core.tokens.create({
    type: "batch",
    policies: [],
    withoutIdentity: true,
    path: decoded.path,
    mount: requestOf(cx).mount,
    meta: { oidc_token_type: "access token" },
    displayName: "",
    ttl: seconds(ttl),
    entityId,
    renewable: false,
    internal: { oidc: access },
  });
  return id;
};

const shownToken = async (core: Core, cx: BackendContext): Promise<KnownToken> => {
  const { decoded, trail, read } = ownRequest(cx);
  try {
    return await knownOrRefused(core, { decoded, read, snapshot: await core.config.snapshot() }, trail);
  } catch (cause) {
    if (cause instanceof VaultError && cause.code === "permission_denied") {
      return refuse("invalid_token", "permission denied");
    }
    throw cause;
  }
};

/** The access token of a request to a provider's userinfo. Throws `Refused`, with one text for whatever is wrong. */
export const readAccessToken = async (core: Core, provider: string, cx: BackendContext) => {
  const { decoded } = ownRequest(cx);
  if (!decoded.token) return refuse("invalid_token", "permission denied");
  if (!decoded.bearer) return refuse("invalid_token", "access token must be sent as a Bearer token");
  const { token, entity } = await shownToken(core, cx);
  const inside = Inside.safeParse(token.internal);
  if (token.type !== "batch" || !inside.success || !entity) {
    return refuse("invalid_token", "access token is malformed or invalid");
  }
  // Good, but for the userinfo of another provider.
  if (inside.data.oidc.provider !== provider) return refuse("invalid_token", "permission denied");
  return { access: inside.data.oidc, entity };
};
