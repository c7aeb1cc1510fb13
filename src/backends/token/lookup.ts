import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { findEntity } from "../../core/identity/find.ts";
import { callerOf, ownRequest } from "../../core/request/context.ts";
import type { ReadEntries } from "../../core/request/reads.ts";
import { identityPoliciesOf } from "../../core/tokens/know.ts";
import { tokenEndMs } from "../../core/tokens/lifetime.ts";
import type { Token } from "../../core/tokens/types.ts";
import {
  type BackendContext,
  field,
  invalidRequest,
  op,
  path,
  permissionDenied,
  VaultError,
} from "../../framework/index.ts";
import { defined } from "../../std/defined.ts";
import type { JsonValue } from "../../std/json.ts";
import { rfc3339 } from "../../std/time.ts";

/** `auth/token/lookup*`: what a token is. The id shown is the one presented, never one read from storage. */

export const TokenShown = z.object({
  accessor: z.string(),
  creation_time: z.number(),
  creation_ttl: z.number(),
  display_name: z.string(),
  entity_id: z.string(),
  expire_time: z.string().nullable(),
  explicit_max_ttl: z.number(),
  id: z.string(),
  meta: z.record(z.string(), z.string()).nullable(),
  num_uses: z.number(),
  orphan: z.boolean(),
  path: z.string(),
  policies: z.array(z.string()),
  ttl: z.number(),
  type: z.string(),
  renewable: z.boolean().optional(),
  issue_time: z.string().optional(),
  last_renewal: z.string().optional(),
  last_renewal_time: z.number().optional(),
  role: z.string().optional(),
  period: z.number().optional(),
  bound_cidrs: z.array(z.string()).optional(),
  identity_policies: z.array(z.string()).optional(),
  external_namespace_policies: z.object({}).optional(),
});

/** What a lookup shows. Lifetimes in seconds, moments as RFC 3339 or epoch seconds. */
export const tokenData = (token: Token, id: string, nowMs: number, identity: readonly string[] = []) => {
  const end = tokenEndMs(token);
  return defined({
    accessor: token.accessor,
    creation_time: Math.floor(token.issuedMs / 1000),
    creation_ttl: token.creationTtl,
    display_name: token.displayName,
    entity_id: token.entityId,
    expire_time: end === undefined ? null : rfc3339(end),
    explicit_max_ttl: token.explicitMaxTtl,
    id,
    meta: token.meta,
    num_uses: Math.max(token.numUses, 0),
    orphan: token.ancestors.length === 0,
    path: token.path,
    policies: token.policies,
    ttl: end === undefined ? 0 : Math.max(0, Math.floor((end - nowMs) / 1000)),
    type: token.type,
    renewable: token.leased ? token.renewable : undefined,
    issue_time: token.leased ? rfc3339(token.issuedMs) : undefined,
    ...(token.lastRenewalMs > 0
      ? { last_renewal: rfc3339(token.lastRenewalMs), last_renewal_time: Math.floor(token.lastRenewalMs / 1000) }
      : {}),
    role: token.role || undefined,
    period: token.period || undefined,
    ...(token.boundCidrs.length === 0
      ? {}
      : { bound_cidrs: token.boundCidrs.map((cidr) => cidr.replace(/\/(32|128)$/, "")) }),
    identity_policies: identity.length === 0 ? undefined : identity,
    external_namespace_policies: identity.length === 0 ? undefined : {},
  });
};

/** A token given in the body; JSON other than text does not count as a token. */
export const tokenField = (description: string) => field.anyValue(description);

/** The token named in the body; `undefined` when none was. Throws 403 `invalid token` for what is not text. */
export const tokenText = (value: JsonValue | undefined): string | undefined => {
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string") throw permissionDenied("token in the body is not text", "invalid token");
  return value;
};

/** An accessor given in the body. Throws with Vault's texts. */
export const tokenByAccessor = async (core: Core, accessor: string | undefined, read?: ReadEntries): Promise<Token> => {
  if (accessor === undefined || accessor === "") throw invalidRequest("missing accessor", { multi: true });
  const token = await core.tokens.byAccessor(accessor, read);
  if (!token) throw invalidRequest("invalid accessor", { multi: true });
  return token;
};

export const lookupPaths = (core: Core) => {
  const show = async (token: Token, id: string) => {
    const entity = await findEntity(core, token.entityId);
    return { data: tokenData(token, id, core.clock.now(), identityPoliciesOf(token, entity)) };
  };

  const self = async (cx: BackendContext) => {
    const known = callerOf(cx);
    return { data: tokenData(known.token, known.id.reveal(), core.clock.now(), known.identityPolicies) };
  };

  const other = async (given: JsonValue | undefined, cx: BackendContext) => {
    const id = tokenText(given);
    if (id === undefined) return self(cx);
    const token = await core.tokens.lookup(id);
    if (!token) throw new VaultError("permission_denied", { wire: "bad token", reason: "unknown token" });
    return token.tag === callerOf(cx).token.tag && token.tag !== "" ? self(cx) : show(token, id);
  };

  const body = z.object({ token: tokenField("token to look up; the calling token when absent") });
  return [
    path("lookup", {
      summary: "look up a token",
      params: {},
      ops: {
        read: op({
          summary: "look up a token",
          answers: TokenShown,
          input: body,
          handle: ({ input }, cx) => other(input.token, cx),
        }),
        update: op({
          summary: "look up a token",
          answers: TokenShown,
          input: body,
          handle: ({ input }, cx) => other(input.token, cx),
        }),
      },
    }),
    path("lookup-self", {
      summary: "look up the calling token",
      params: {},
      ops: {
        read: op({ summary: "look up the calling token", answers: TokenShown, handle: (_request, cx) => self(cx) }),
        update: op({
          summary: "look up the calling token",
          answers: TokenShown,
          input: z.object({ token: tokenField("not used") }),
          handle: (_request, cx) => self(cx),
        }),
      },
    }),
    path("lookup-accessor", {
      summary: "look up a token by its accessor",
      params: {},
      ops: {
        update: op({
          summary: "look up a token by its accessor",
          answers: TokenShown,
          input: z.object({ accessor: field.text("accessor of the token") }),
          prefetch: async ({ data: { accessor } }) =>
            typeof accessor === "string" && accessor !== "" ? [await core.tokens.accessorAddress(accessor)] : [],
          handle: async ({ input }, cx) => show(await tokenByAccessor(core, input.accessor, ownRequest(cx).read), ""),
        }),
      },
    }),
  ];
};
