import { createHash } from "node:crypto";
import { invalidRequest, type Once, permissionDenied, type TokenParams, VaultError } from "../../framework/index.ts";
import { canonicalPolicyNames } from "../../policy/index.ts";
import type { EpochSeconds, Seconds } from "../../std/brand.ts";
import { inCidrs } from "../../std/cidr.ts";
import type { ErrorCode } from "../../std/errors.ts";
import { cut } from "../../std/shown.ts";
import { epochSeconds, plus, seconds } from "../../std/time.ts";
import { untilWritten } from "../../storage/change.ts";
import { spentAddress } from "../../storage/keys.ts";
import { ConditionFailed, type Write } from "../../storage/store.ts";
import { ownOf } from "../../storage/view.ts";
import type { Core } from "../core.ts";
import type { EntityView, LoginIdentity } from "../identity/types.ts";
import { vanishing } from "../leases/expiry.ts";
import type { MfaRequirement } from "../mfa/types.ts";
import type { Mount } from "../mounts/mount.ts";
import type { MadeToken, NewToken } from "../tokens/types.ts";
import { createSecondFactor } from "./second-factor.ts";
import { grantTtl } from "./ttl.ts";
import type { LoginRequest } from "./types.ts";

/**
 * Makes a token of a login that the auth method vouches for: entity and alias, lifetime and policies, in one
 * transaction.
 *
 * Security: a login can never make a root token. What must not be shown again (a captured signature) and what has uses (a
 * secret id) is spent in the transaction that makes the token, so whatever races or dies, no use gives two tokens and
 * none is lost without one; and that transaction holds only while the name is not locked out. A login with codes of a
 * second factor spends before they are compared.
 */

const SPENT_SECONDS: Seconds = seconds(15 * 60);
const TOO_MANY = "too many concurrent logins of one entity or by one credential";
const NOT_ASSIGNABLE = new Set(["response-wrapping", "control-group"]);

const loginPolicies = (params: TokenParams): readonly string[] => {
  const names = canonicalPolicyNames(params.noDefaultPolicy ? params.policies : [...params.policies, "default"]);
  if (names.includes("root")) throw invalidRequest("auth methods cannot create root tokens");
  const refused = names.find((name) => NOT_ASSIGNABLE.has(name));
  if (refused !== undefined) throw invalidRequest(`cannot assign policy "${cut(refused)}"`);
  return names;
};

/** What kind of token a login gives: the role decides, then the mount. */
const tokenType = (params: TokenParams, mount: Mount): "service" | "batch" => {
  const asked = params.type ?? "default";
  const tuned = mount.config.tokenType ?? "default-service";
  if (tuned === "service" || tuned === "batch") return tuned;
  const chosen = asked === "default" ? tuned : asked;
  return chosen === "batch" || chosen === "default-batch" ? "batch" : "service";
};

const displayName = (mount: Mount, name: string): string => {
  const prefix = mount.info.path
    .replace(/^auth\//, "")
    .replace(/\/$/, "")
    .replaceAll("/", "-");
  return name === "" ? prefix : `${prefix}-${name}`;
};

export interface LoggedIn {
  readonly made: MadeToken;
  readonly entity: EntityView | undefined;
  readonly warnings: readonly string[];
}

/** The login was right and needs a second factor: no token yet. */
export interface AwaitsCodes {
  readonly awaits: MfaRequirement;
  readonly warnings: readonly string[];
}

const ZERO = seconds(0);

const lifetime = (params: TokenParams, mount: Mount, now: EpochSeconds) =>
  grantTtl({
    now,
    issued: now,
    increment: ZERO,
    roleTtl: params.ttl ?? ZERO,
    roleMaxTtl: params.maxTtl ?? ZERO,
    explicitMaxTtl: params.explicitMaxTtl ?? ZERO,
    period: params.period ?? ZERO,
    mountDefault: mount.info.defaultTtl,
    mountMax: mount.info.maxTtl,
  });

/**
 * Spent everywhere at once: a signature captured at one mount is worth nothing at another. The first login puts the
 * item and says until when others may show the same; a login that must work strictly once takes it only where nobody
 * has put it.
 */
const spend = ({ value, window }: Once, nowMs: number): Write => {
  const address = spentAddress(createHash("sha256").update(value).digest("base64url"));
  const body = { at: nowMs };
  const clear = vanishing(plus(epochSeconds(nowMs), SPENT_SECONDS), seconds(60));
  if (window === 0) return { op: "put", address, body, clear, when: "absent" };
  return { op: "claim", address, body, clear: { ...clear, openUntil: nowMs + window * 1000 }, at: nowMs };
};

const identityOf = async (core: Core, { grant, mount, read }: LoginRequest): Promise<LoginIdentity | undefined> =>
  grant.alias && core.identity.login(mount, grant.alias, grant.groupAliases, read);

const replayed = (core: Core, mount: Mount): VaultError => {
  core.signal({ kind: "login-replayed" });
  core.log("login signature replayed", { mount: mount.info.path });
  // Someone who signs a second later has another signature, and gets in.
  return invalidRequest("login request has already been used", {
    reason: "the signature was used before, and its replay window is over",
    retryAfter: 1,
  });
};

/** What of a login decides the token it may have. */
type Proven = Pick<LoginRequest, "grant" | "mount" | "path" | "sourceAddress">;

/** The token a login asks for, before its entity is known. */
const wantedToken = ({ grant, mount, path }: Proven, policies: readonly string[], ttl: Seconds): NewToken => {
  const { token: params } = grant;
  const type = tokenType(params, mount);
  const renewable = type === "service" && (grant.renewable ?? true);
  return {
    policies,
    path,
    mount,
    meta: Object.keys(grant.metadata).length === 0 ? null : grant.metadata,
    displayName: displayName(mount, grant.displayName),
    numUses: type === "batch" ? 0 : (params.numUses ?? 0),
    ttl,
    explicitMaxTtl: params.explicitMaxTtl ?? ZERO,
    period: params.period ?? ZERO,
    boundCidrs: params.boundCidrs ?? [],
    type,
    renewable,
    // What a renewal needs may be a secret: a token that has none keeps none.
    internal: renewable ? (grant.internal ?? {}) : {},
    limits: { ttl: params.ttl ?? ZERO, maxTtl: params.maxTtl ?? ZERO },
    loginRole: grant.role?.toLowerCase(),
  };
};

const isOutside = ({ grant, sourceAddress }: Proven): boolean => {
  const cidrs = grant.token.boundCidrs ?? [];
  return !grant.addressJudged && cidrs.length > 0 && !inCidrs(sourceAddress, cidrs);
};

/**
 * The token a login may have now, and warnings about its lifetime. Throws `permission_denied` outside the role's bound
 * CIDRs, `invalid_request` for policies that no login gives.
 */
export const prepared = (
  core: Core,
  request: Proven,
): { readonly wanted: NewToken; readonly warnings: readonly string[] } => {
  const policies = loginPolicies(request.grant.token);
  if (isOutside(request)) throw permissionDenied("address is outside the role's bound CIDR blocks");
  const { ttl, warnings } = lifetime(request.grant.token, request.mount, epochSeconds(core.clock.now()));
  return { wanted: wantedToken(request, policies, ttl), warnings };
};

/** Spends a use of the credential, if it has any: writes to the mount's own storage and to no other. */
const spendingOf = async ({ grant, mount }: LoginRequest): Promise<readonly Write[]> => {
  const writes = (await grant.spend?.()) ?? [];
  for (const { address } of writes) ownOf(mount.info.id, address);
  return writes;
};

/** What a right credential costs where no token is made: a use of it, and the failures before it are forgotten. */
const settle = (core: Core, request: LoginRequest): Promise<void> =>
  untilWritten(
    async () => {
      const unlocked = (await request.unlocked?.()) ?? [];
      await core.store.write([...(await spendingOf(request)), ...unlocked]);
    },
    { reason: TOO_MANY },
  );

const REFUSALS: ReadonlySet<string> = new Set<ErrorCode>(["invalid_request", "permission_denied"]);

/**
 * What refuses a login whose credential was right has cost a use of it, as in Vault; where the name was locked out
 * meanwhile the lock is what refuses. Nothing is spent for a failure that is nobody's fault.
 */
const orSettled = async <T>(core: Core, request: LoginRequest, judge: () => Promise<T>): Promise<T> => {
  try {
    return await judge();
  } catch (cause) {
    if (cause instanceof VaultError && REFUSALS.has(cause.code)) await settle(core, request);
    throw cause;
  }
};

/**
 * A login that brings codes pays before they are looked at: of many guesses at once with one secret id, only as many are
 * compared as it has uses.
 */
const paid = async (core: Core, request: LoginRequest): Promise<LoginRequest> => {
  if (!request.grant.spend || request.shown.size === 0) return request;
  await core.crash("login.pay", () => settle(core, request));
  return { ...request, grant: { ...request.grant, spend: undefined } };
};

/** Throws `invalid_request` when what must work once was used before; `permission_denied` outside bound CIDRs. */
export const logIn = async (core: Core, asked: LoginRequest): Promise<LoggedIn | AwaitsCodes> => {
  const { wanted, warnings } = await orSettled(core, asked, async () => prepared(core, asked));
  const request = await paid(core, asked);
  const { grant, mount } = request;
  const once = grant.once === undefined ? [] : [spend(grant.once, core.clock.now())];
  const secondFactor = createSecondFactor(core, request);

  const attempt = async (): Promise<LoggedIn | AwaitsCodes> => {
    const unlocked = (await request.unlocked?.()) ?? [];
    const { identity, factor } = await orSettled(core, request, async () => {
      const identity = await identityOf(core, request);
      return { identity, factor: await secondFactor(identity) };
    });
    const own = [...once, ...(await spendingOf(request)), ...unlocked];
    try {
      if ("awaits" in factor) {
        await core.crash("login.wait", () => core.store.write([...own, ...factor.writes, ...factor.identity.writes]));
        return { awaits: factor.awaits, warnings: factor.warnings };
      }
      const known = factor.identity ?? identity;
      const entityId = known?.entity.id ?? "";
      const writes = [...own, ...factor.writes, ...(known?.writes ?? [])];
      const made = await core.crash("login.token", () => core.tokens.create({ ...wanted, entityId, writes }));
      return { made, entity: known?.entity, warnings: [...factor.warnings, ...warnings] };
    } catch (cause) {
      if (!(cause instanceof ConditionFailed)) throw cause;
      if (once.includes(cause.write)) throw replayed(core, mount);
      factor.refuse(cause.write);
      identity?.forget();
      throw cause;
    }
  };
  return untilWritten(attempt, { reason: TOO_MANY });
};
