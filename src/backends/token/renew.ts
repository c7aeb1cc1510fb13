import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { findEntity } from "../../core/identity/find.ts";
import type { EntityView } from "../../core/identity/types.ts";
import { grantTtl, PAST_MAX, smallest, type TtlGrant } from "../../core/login/ttl.ts";
import { mountById } from "../../core/mounts/find.ts";
import type { Mount } from "../../core/mounts/mount.ts";
import { backendOf, callerOf, makeContext, requestOf } from "../../core/request/context.ts";
import { issued } from "../../core/request/core-reply.ts";
import { endSecond } from "../../core/tokens/lifetime.ts";
import type { Seen, Token } from "../../core/tokens/types.ts";
import {
  type BackendContext,
  field,
  invalidRequest,
  type LoginGrant,
  op,
  path,
  VaultError,
} from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { FOLDS } from "../../std/fold.ts";
import { Sensitive } from "../../std/sensitive.ts";
import { shown } from "../../std/shown.ts";
import { epochSeconds, seconds } from "../../std/time.ts";
import { tokenByAccessor, tokenField, tokenText } from "./lookup.ts";
import { readRole } from "./roles.ts";

/**
 * `auth/token/renew*`: later ends. A login's token asks its method first; a role's token takes the role's limits as
 * they are now.
 */

const ZERO = seconds(0);

interface Limits {
  readonly ttl: Seconds;
  readonly maxTtl: Seconds;
  readonly period: Seconds;
  readonly explicitMaxTtl: Seconds;
  readonly internal: Token["internal"];
  /** Present where the auth method judged the renewal. */
  readonly judged?: LoginGrant;
}

const plain = (token: Token): Limits => ({
  ttl: token.limits.ttl,
  maxTtl: token.limits.maxTtl,
  period: token.period,
  explicitMaxTtl: token.explicitMaxTtl,
  internal: token.internal,
});

const refuse = (text: string): VaultError => new VaultError("invalid_request", { wire: text, multi: true });

const mountOf = async (core: Core, token: Token): Promise<Mount> => {
  const mount = mountById(await core.config.snapshot(), token.mountId);
  if (!mount) throw refuse("failed to renew entry: the token's auth mount is gone");
  return mount;
};

/** What the token's role or method allows now; `undefined`: it stays as it is. Throws where it may not be renewed. */
const limitsNow = async (
  core: Core,
  token: Token,
  mount: Mount,
  increment: Seconds,
  asked: BackendContext,
): Promise<Limits | undefined> => {
  if (token.role !== "") {
    const role = await readRole(await core.store.view(mount.info.id), FOLDS.case(token.role));
    if (!role) {
      throw refuse(`failed to renew entry: original token role ${shown(token.role)} could not be found, not renewing`);
    }
    const { period, explicitMaxTtl } = role;
    return {
      ...plain(token),
      ttl: token.ttl,
      period: smallest(token.period, period),
      explicitMaxTtl: smallest(token.explicitMaxTtl, explicitMaxTtl),
    };
  }
  if (mount.info.type === "token") return { ...plain(token), ttl: token.ttl };
  const backend = await backendOf(core, mount);
  if (!backend?.renewLogin) return plain(token);
  const { decoded } = requestOf(asked);
  const cx = await makeContext(core, mount, {
    request: decoded,
    generatePassword: async () => undefined,
  });
  const login = { internal: token.internal ?? {}, policies: token.policies, metadata: token.meta ?? {}, increment };
  const grant = await backend.renewLogin(login, cx);
  if (!grant) return undefined;
  return {
    ttl: grant.token.ttl ?? ZERO,
    maxTtl: grant.token.maxTtl ?? ZERO,
    period: grant.token.period ?? ZERO,
    explicitMaxTtl: smallest(token.explicitMaxTtl, grant.token.explicitMaxTtl ?? ZERO),
    internal: grant.internal ?? token.internal,
    judged: grant,
  };
};

/** Whose token it was when the request came. */
interface Before {
  readonly entity: EntityView | undefined;
  /** Of the caller's own token. */
  readonly seen?: Seen;
}

/** The token's entity with the groups and metadata that the auth method reported just now. */
const entityNow = async (
  core: Core,
  token: Token,
  mount: Mount,
  judged: LoginGrant | undefined,
  before: Before,
): Promise<EntityView | undefined> => {
  const { alias, groupAliases } = judged ?? {};
  const says = groupAliases !== undefined || alias?.metadata !== undefined;
  if (!says || token.entityId === "") return before.entity;
  return core.identity.refresh(mount, token.entityId, alias, groupAliases, before.seen?.entity);
};

const grant = (token: Token, mount: Mount, limits: Limits, increment: Seconds, nowMs: number): TtlGrant => {
  try {
    return grantTtl({
      now: epochSeconds(nowMs),
      issued: epochSeconds(token.issuedMs),
      increment,
      roleTtl: limits.ttl,
      roleMaxTtl: limits.maxTtl,
      explicitMaxTtl: limits.explicitMaxTtl,
      period: limits.period,
      mountDefault: mount.info.defaultTtl,
      mountMax: mount.info.maxTtl,
    });
  } catch (cause) {
    if (cause instanceof VaultError && cause.wire === PAST_MAX) throw refuse(PAST_MAX);
    throw cause;
  }
};

export const renewPaths = (core: Core) => {
  const renew = async (
    token: Token | undefined,
    id: Sensitive<string>,
    increment: Seconds,
    before: Before,
    cx: BackendContext,
  ) => {
    if (!token) throw invalidRequest("token not found");
    if (token.type === "batch") throw invalidRequest("batch tokens cannot be renewed");
    if (!token.leased) throw invalidRequest("invalid lease ID");
    if (!token.renewable || token.expires === 0) throw invalidRequest("lease is not renewable");
    const mount = await mountOf(core, token);
    const limits = await limitsNow(core, token, mount, increment, cx);
    if (!limits) return undefined;
    const nowMs = core.clock.now();
    const { ttl, warnings } = grant(token, mount, limits, increment, nowMs);
    const entity = await core.crash("renew.identity", () => entityNow(core, token, mount, limits.judged, before));
    const change = { ttl, expires: endSecond(nowMs, ttl), lastRenewalMs: nowMs, internal: limits.internal };
    const renewed = await core.tokens.update(token, change, before.seen?.token);
    return issued(core.tokens.authBlock({ id, token: renewed }, entity), warnings);
  };

  const before = async (token: Token | undefined): Promise<Before> => ({
    entity: await findEntity(core, token?.entityId ?? ""),
  });

  const self = (increment: Seconds | undefined, cx: BackendContext) => {
    const known = callerOf(cx);
    return renew(known.token, known.id, increment ?? ZERO, known, cx);
  };

  const increment = field.duration("wanted lifetime from now, in seconds or as a duration");
  return [
    path("renew", {
      summary: "renew a token",
      params: {},
      ops: {
        update: op({
          summary: "renew a token",
          answers: ["login", "nothing"],
          input: z.object({ token: tokenField("token to renew"), increment }),
          handle: async ({ input }, cx) => {
            const id = tokenText(input.token);
            if (id === undefined) throw invalidRequest("missing token ID");
            const token = await core.tokens.lookup(id);
            return renew(token, new Sensitive(id), input.increment ?? ZERO, await before(token), cx);
          },
        }),
      },
    }),
    path("renew-self", {
      summary: "renew the calling token",
      params: {},
      ops: {
        update: op({
          summary: "renew the calling token",
          answers: ["login", "nothing"],
          input: z.object({ increment, token: tokenField("not used") }),
          handle: ({ input }, cx) => self(input.increment, cx),
        }),
      },
    }),
    path("renew-accessor", {
      summary: "renew a token by its accessor",
      params: {},
      ops: {
        update: op({
          summary: "renew a token by its accessor",
          answers: ["login", "nothing"],
          input: z.object({ accessor: field.text("accessor of the token"), increment }),
          handle: async ({ input }, cx) => {
            const token = await tokenByAccessor(core, input.accessor);
            return renew(token, new Sensitive(""), input.increment ?? ZERO, await before(token), cx);
          },
        }),
      },
    }),
  ];
};
