import { permissionDenied } from "../../framework/index.ts";
import { workThrough } from "../../std/pool.ts";
import type { RandomSource } from "../../std/random.ts";
import type { Clock } from "../../std/time.ts";
import { change } from "../../storage/change.ts";
import { accessorAddress, DOMAINS, leaseListingPartitions, tokenAddress } from "../../storage/keys.ts";
import type { Address, Entry, Store } from "../../storage/store.ts";
import type { Config } from "../config/types.ts";
import type { EntityView, Identity } from "../identity/types.ts";
import { ending } from "../leases/expiry.ts";
import type { AuthBlock } from "../request/answer.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import { createMaker } from "./create.ts";
import { createEnd, type EndOptions } from "./end.ts";
import { BATCH_PREFIX } from "./ids.ts";
import { createKnow, identityPoliciesOf } from "./know.ts";
import { tokenHasEnded } from "./lifetime.ts";
import type { KnownToken, MadeToken, Token, Tokens } from "./types.ts";

/**
 * The token store: `know` whether a presented token lives, `create`, renew (`update`), and end (`end.ts`).
 * It trusts the sealed table alone, and must never store, log or answer a token's id again after making it.
 */

/** Reads side by side while all tokens are listed, a hundred tokens in each. */
const WIDTH = 8;
const BATCH = 100;

function* slicesOf<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < rows.length; at += BATCH) yield rows.slice(at, at + BATCH);
}

export interface TokensOptions extends EndOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly config: Config;
  readonly identity: Identity;
}

/** The `auth` block of a token just made. Times are whole seconds; policies are the sorted union. */
export const authBlock = ({ id, token }: MadeToken, entity: EntityView | undefined): AuthBlock => {
  const tokenPolicies = [...token.policies].sort();
  const identityPolicies = identityPoliciesOf(token, entity);
  return {
    clientToken: id,
    accessor: token.accessor,
    policies: [...new Set([...tokenPolicies, ...identityPolicies])].sort(),
    tokenPolicies,
    identityPolicies,
    metadata: token.meta,
    leaseDuration: token.ttl,
    renewable: token.renewable,
    entityId: token.entityId,
    tokenType: token.type,
    orphan: token.ancestors.length === 0,
    numUses: Math.max(token.numUses, 0),
  };
};

export const createTokens = (options: TokensOptions): Tokens => {
  const { store, clock, config } = options;
  const { tagOf, prefetch, prefetchTies, know, openBatch, stateOf } = createKnow(options);
  const { create } = createMaker(options);
  const { revoke, revokeOrphan, cleanUp } = createEnd(options);

  const chainLives = async (token: Token): Promise<boolean> => {
    if (token.ancestors.length === 0) return true;
    const entries = await store.get(token.ancestors.map(tokenAddress));
    for (const entry of entries) {
      const ancestor = entry && fromSealed<Token>(entry.body);
      if (ancestor?.tombstone) return true;
      if (!ancestor || ancestor.revoked || tokenHasEnded(ancestor, clock.now())) return false;
    }
    return true;
  };

  const find = async (tag: string): Promise<Token | undefined> => {
    const [entry] = await store.get([tokenAddress(tag)]);
    const token = entry && fromSealed<Token>(entry.body);
    return token && stateOf(token) === undefined && (await chainLives(token)) ? token : undefined;
  };

  const lookup = async (id: string): Promise<Token | undefined> => {
    if (id.startsWith(BATCH_PREFIX)) {
      const token = await openBatch(id);
      return token && stateOf(token) === undefined && (await chainLives(token)) ? token : undefined;
    }
    const tag = await tagOf(id);
    return tag === undefined ? undefined : find(tag);
  };

  const addressOf = async (accessor: string): Promise<Address> =>
    accessorAddress((await store.names(DOMAINS.token)).tag(accessor));

  const byAccessor: Tokens["byAccessor"] = async (accessor, read = store.get) => {
    if (accessor === "") return undefined;
    const [entry] = await read([await addressOf(accessor)]);
    return entry && find(fromSealed<{ tag: string }>(entry.body).tag);
  };

  const listed = async (mountId: string): Promise<readonly { token: string; accessor: string }[]> => {
    const rows: { token: string; accessor: string }[] = [];
    const collect = async (pk: string): Promise<void> => {
      for await (const entry of store.all({ pk, domain: DOMAINS.lease })) {
        const { token, accessor } = fromSealed<{ token?: string; accessor?: string }>(entry.body);
        if (accessor !== undefined && token !== undefined) rows.push({ token, accessor });
      }
    };
    await Promise.all(leaseListingPartitions(mountId).map(collect));
    return rows;
  };

  const accessors = async (): Promise<readonly string[]> => {
    const { mounts } = await config.snapshot();
    const rows: { token: string; accessor: string }[] = [];
    const methods = [...mounts.values()].filter(({ kind }) => kind === "auth");
    await workThrough(methods, WIDTH, async ({ info }) => {
      for (const row of await listed(info.id)) rows.push(row);
    });
    const alive: string[] = [];
    await workThrough(slicesOf(rows), WIDTH, async (slice) => {
      const entries = await store.get(slice.map((row) => tokenAddress(row.token)));
      slice.forEach((row, index) => {
        const entry = entries[index];
        if (entry && stateOf(fromSealed<Token>(entry.body)) === undefined) alive.push(row.accessor);
      });
    });
    return alive.sort();
  };

  /** The living token as `edit` changes it. Throws `permission_denied` for one that has ended meanwhile. */
  const rewrite = (tag: string, seen: Entry | undefined, edit: (token: Token) => Token): Promise<Token> =>
    change<Token>(
      store,
      tokenAddress(tag),
      (entry) => {
        if (!entry) throw permissionDenied("token was revoked meanwhile");
        const before = fromSealed<Token>(entry.body);
        if (stateOf(before) !== undefined) throw permissionDenied("token ended meanwhile");
        const token = edit(before);
        const clear = token.wrap ? entry.clear : ending(token.expires, tag);
        return { op: "put", body: toSealed(token), clear, result: token };
      },
      { seen, busy: { reason: "token item is too busy", wire: "token is busy" } },
    );

  const spend = async (known: KnownToken): Promise<{ known: KnownToken; last: boolean }> => {
    if (known.token.numUses === 0) return { known, last: false };
    const { seen } = known;
    const token = await rewrite(known.token.tag, seen.token, (before) => ({
      ...before,
      numUses: before.numUses === 1 ? -1 : before.numUses - 1,
    }));
    return { known: { ...known, token, seen: { ...seen, token: undefined } }, last: token.numUses < 0 };
  };

  return {
    tag: tagOf,
    address: async (tag) => tokenAddress(tag),
    prefetch,
    prefetchTies,
    know,
    spend,
    create,
    find,
    lookup,
    byAccessor,
    accessors,
    accessorAddress: addressOf,
    update: (token, changes, seen) => rewrite(token.tag, seen, (before) => ({ ...before, ...changes })),
    revoke,
    revokeOrphan,
    cleanUp,
    authBlock,
  };
};
