import { invalidRequest } from "../../framework/index.ts";
import { type Accessor, as, type Seconds } from "../../std/brand.ts";
import type { RandomSource } from "../../std/random.ts";
import { Sensitive } from "../../std/sensitive.ts";
import { type Clock, epochSeconds, seconds } from "../../std/time.ts";
import { untilWritten } from "../../storage/change.ts";
import { accessorAddress, childAddress, DOMAINS, tokenAddress } from "../../storage/keys.ts";
import { ConditionFailed, type Store, type Write } from "../../storage/store.ts";
import { ending, NEVER, vanishing } from "../leases/expiry.ts";
import type { LeaseRow } from "../leases/types.ts";
import type { LeaseCounts, NewLease } from "../quotas/types.ts";
import { toSealed } from "../sealed.ts";
import { BATCH_PREFIX, newAccessor, newServiceId } from "./ids.ts";
import { tokenLeaseId, tokenListing } from "./lease-id.ts";
import { endedMeanwhile, endSecond } from "./lifetime.ts";
import type { MadeToken, NewToken, Token } from "./types.ts";

/**
 * Makes tokens. A service token is one transaction: its item, its accessor, its row below the parent, its lease row,
 * and whatever the caller adds (entity, spent signature). A batch token is a sealed text and writes nothing.
 *
 * Security: the id is returned once and never stored; the item is under its HMAC.
 */

/** So that a token, its ancestors, its entity, the epoch and a backend's items fit one batch read. */
const MAX_DEPTH = 90;
const ZERO = as<Seconds>(0);

const body = (tag: string, accessor: string, input: NewToken, nowMs: number): Token => ({
  tag,
  accessor: as<Accessor>(accessor),
  ancestors: input.parent ? [input.parent.tag, ...input.parent.ancestors] : [],
  policies: input.policies,
  path: input.path,
  meta: input.meta ?? null,
  displayName: input.displayName,
  numUses: input.numUses ?? 0,
  issuedMs: nowMs,
  creationTtl: input.ttl,
  ttl: input.ttl,
  expires: input.ttl === 0 ? NEVER : endSecond(nowMs, input.ttl),
  explicitMaxTtl: input.explicitMaxTtl ?? ZERO,
  period: input.period ?? ZERO,
  role: input.role ?? "",
  entityId: input.entityId ?? "",
  boundCidrs: input.boundCidrs ?? [],
  type: input.type,
  renewable: input.renewable,
  lastRenewalMs: 0,
  leased: input.leased ?? true,
  mountId: input.mount.info.id,
  internal: input.internal ?? null,
  ...(input.withoutIdentity && { withoutIdentity: true }),
  limits: input.limits ?? { ttl: ZERO, maxTtl: ZERO },
  wrap: input.wrap ?? null,
  revoked: false,
  tombstone: false,
});

/** Neither root tokens nor those without an end count, as in Vault; so an operator can always get in. */
const isUncounted = (token: Token): boolean =>
  !token.leased || token.expires === NEVER || token.policies.includes("root");

const stillThere = (tag: string): Write => ({ op: "check", address: tokenAddress(tag), when: "present" });

const placeOf = ({ path, mount, loginRole }: NewToken): NewLease => ({ path, mountId: mount.info.id, role: loginRole });

export const createMaker = (options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly leaseCounts: LeaseCounts;
}) => {
  const { store, clock, random, leaseCounts } = options;

  const makeBatch = async (input: NewToken): Promise<MadeToken> => {
    const token = body("", "", input, clock.now());
    await leaseCounts.room(placeOf(input));
    const text = await store.sealText(DOMAINS.token, "batch", toSealed(token));
    // Last, because it may spend something: nothing that can fail comes between that and the token.
    if (input.writes && input.writes.length > 0) await store.write(input.writes);
    return { id: new Sensitive(`${BATCH_PREFIX}${text}`), token };
  };

  /** The row of a token among its mount's leases, and what counts it. Wrapping tokens have none. */
  const listed = async (token: Token, input: NewToken): Promise<readonly Write[]> => {
    if (token.wrap) return [];
    const uncounted = isUncounted(token);
    const entered = uncounted ? undefined : await leaseCounts.enterNow(placeOf(input));
    const bears: LeaseRow = {
      id: token.leased ? tokenLeaseId(token) : "",
      token: token.tag,
      accessor: token.accessor,
      ...(input.loginRole && { role: input.loginRole }),
      ...(uncounted && { uncounted }),
      ...(entered?.counted && { counted: entered.counted }),
    };
    const row: Write = { op: "put", address: await tokenListing(store, token), body: toSealed(bears), when: "any" };
    return [...(entered?.writes ?? []), row];
  };

  const rows = async (token: Token): Promise<readonly Write[]> => {
    const names = await store.names(DOMAINS.token);
    const accessor = accessorAddress(names.tag(token.accessor));
    const clear = token.wrap ? vanishing(token.expires) : {};
    const [parent] = token.ancestors;
    const below: readonly Write[] =
      parent === undefined
        ? []
        : [{ op: "put", address: childAddress(parent, token.tag), body: { tag: token.tag }, when: "any" }];
    return [{ op: "put", address: accessor, body: { tag: token.tag }, clear, when: "absent" }, ...below];
  };

  const makeService = async (input: NewToken): Promise<MadeToken> => {
    if (input.parent && input.parent.ancestors.length + 1 > MAX_DEPTH) {
      throw invalidRequest(`token trees deeper than ${MAX_DEPTH} are not supported; create an orphan token instead`);
    }
    const isRoot = input.policies.includes("root");
    const id = input.id ?? newServiceId(random, isRoot);
    const tag = (await store.names(DOMAINS.token)).tag(id);
    const token = body(tag, newAccessor(random), input, clock.now());
    const address = tokenAddress(tag);
    const put: Write = {
      op: "put",
      address,
      body: toSealed(token),
      // A wrapping token has nothing to clean up; it may vanish at once.
      clear: token.wrap ? vanishing(token.expires) : ending(token.expires, tag),
      when: "absent",
    };
    const above = token.ancestors.slice(0, 1).map((parent) => stillThere(parent));
    const lost = await untilWritten(async () => {
      const counting = await listed(token, input);
      try {
        await store.write([put, ...(input.writes ?? []), ...above, ...(await rows(token)), ...counting]);
        return undefined;
      } catch (cause) {
        // Somebody else was counted at the same time: that alone is tried again here.
        if (!(cause instanceof ConditionFailed) || counting.includes(cause.write)) throw cause;
        return cause;
      }
    });
    if (lost?.write === put) throw invalidRequest("cannot create a token with a duplicate ID", { cause: lost });
    if (lost && above.includes(lost.write)) throw endedMeanwhile();
    if (lost) throw lost;
    return { id: new Sensitive(id), token };
  };

  return {
    create: (input: NewToken): Promise<MadeToken> => (input.type === "batch" ? makeBatch(input) : makeService(input)),
    now: () => epochSeconds(clock.now()),
    zero: seconds(0),
  };
};
