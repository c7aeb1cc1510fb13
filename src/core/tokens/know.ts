import { createBoundedMap } from "../../std/bounded-map.ts";
import { inCidrs } from "../../std/cidr.ts";
import type { Sensitive } from "../../std/sensitive.ts";
import type { Clock } from "../../std/time.ts";
import { DOMAINS, tokenAddress } from "../../storage/keys.ts";
import type { Address, Entry, Store } from "../../storage/store.ts";
import type { Snapshot } from "../config/types.ts";
import type { EntityView, Identity } from "../identity/types.ts";
import { mountById } from "../mounts/find.ts";
import { fromSealed } from "../sealed.ts";
import { BATCH_PREFIX, MAX_TOKEN_LENGTH } from "./ids.ts";
import { isRevoked, tokenHasEnded } from "./lifetime.ts";
import type { KnownToken, Refused, Token } from "./types.ts";

/**
 * Whether a presented token lives: clock, ancestors, use count, address, entity.
 *
 * Security: everything is read strongly consistent on every request; what is remembered here is only where to look,
 * never an answer. A missing ancestor refuses the token, so that revoking one item ends a whole tree at once.
 */

export type Read = (addresses: readonly Address[]) => Promise<readonly (Entry | undefined)[]>;

interface Hint {
  readonly ancestors: readonly string[];
  readonly entityId: string;
}
const MAX_HINTS = 10_000;

const invalid = (refused: string): Refused => ({ refused, invalid: true });

const stateOf = (token: Token, nowMs: number): string | undefined => {
  if (isRevoked(token)) return "token is revoked";
  if (token.numUses < 0) return "token has no uses left";
  return tokenHasEnded(token, nowMs) ? "token is expired" : undefined;
};

/** A token that was presented; one in the table has a `tag` and an item. */
interface Found {
  readonly token: Token;
  readonly tag: string | undefined;
  readonly entry: Entry | undefined;
}

const isOutside = (token: Token, sourceAddress: string): boolean =>
  token.boundCidrs.length > 0 && token.expires !== 0 && !inCidrs(sourceAddress, token.boundCidrs);

const whyBarred = (token: Token, entity: EntityView | undefined): string | undefined => {
  if (token.entityId === "") return undefined;
  if (!entity) return "entity of the token is gone";
  return entity.disabled ? "entity of the token is disabled" : undefined;
};

/** The policies that a token has through its entity. */
export const identityPoliciesOf = (token: Token, entity: EntityView | undefined): readonly string[] =>
  token.withoutIdentity ? [] : (entity?.allPolicies ?? []);

export const createKnow = (options: { readonly store: Store; readonly clock: Clock; readonly identity: Identity }) => {
  const { store, clock, identity } = options;
  const hints = createBoundedMap<string, Hint>(MAX_HINTS);

  const remember = (tag: string | undefined, token: Token): void => {
    if (tag === undefined || (token.ancestors.length === 0 && token.entityId === "")) return;
    hints.set(tag, { ancestors: token.ancestors, entityId: token.entityId });
  };

  const tagOf = async (id: string): Promise<string | undefined> =>
    id === "" || id.length > MAX_TOKEN_LENGTH ? undefined : (await store.names(DOMAINS.token)).tag(id);

  /** Of the tokens of requests under way: a tag is asked for when a token's items are fetched and when it is judged. */
  const tags = new WeakMap<Sensitive<string>, string>();

  const tagOfShown = async (id: Sensitive<string>): Promise<string | undefined> => {
    const known = tags.get(id);
    if (known !== undefined) return known;
    const tag = await tagOf(id.reveal());
    if (tag !== undefined) tags.set(id, tag);
    return tag;
  };

  const prefetch = async (id: Sensitive<string>): Promise<readonly Address[]> => {
    if (id.reveal().startsWith(BATCH_PREFIX)) return [];
    const tag = await tagOfShown(id);
    if (tag === undefined) return [];
    const hint = hints.get(tag);
    if (!hint) return [tokenAddress(tag)];
    const entity = hint.entityId === "" ? [] : [await identity.entityAddress(hint.entityId)];
    return [tokenAddress(tag), ...hint.ancestors.map(tokenAddress), ...entity];
  };

  const openBatch = async (text: string): Promise<Token | undefined> => {
    const body =
      text.length > MAX_TOKEN_LENGTH
        ? undefined
        : await store.openText(DOMAINS.token, "batch", text.slice(BATCH_PREFIX.length));
    return body === undefined ? undefined : fromSealed<Token>(body);
  };

  const chainBreak = (ancestors: readonly (Entry | undefined)[]): string | undefined => {
    for (const entry of ancestors) {
      const ancestor = entry && fromSealed<Token>(entry.body);
      if (ancestor?.tombstone) return undefined;
      const why = ancestor ? stateOf(ancestor, clock.now()) : "token is missing";
      if (why !== undefined && why !== "token has no uses left") return `ancestor: ${why}`;
    }
    return undefined;
  };

  const tokenBehind = async (id: Sensitive<string>, read: Read): Promise<Found | undefined> => {
    const text = id.reveal();
    if (text.startsWith(BATCH_PREFIX)) {
      const token = await openBatch(text);
      return token && { token, tag: undefined, entry: undefined };
    }
    const tag = await tagOfShown(id);
    const [entry] = tag === undefined ? [] : await read([tokenAddress(tag)]);
    return entry && { token: fromSealed<Token>(entry.body), tag, entry };
  };

  /** Why a token is invalid regardless of its ancestors and its entity. */
  const whyEnded = (token: Token, snapshot: Snapshot): string | undefined => {
    const ended = stateOf(token, clock.now());
    if (ended !== undefined) return ended;
    // Batch tokens too, which are not stored, end with the method that made them. A wrapped answer outlives its mount.
    return token.wrap || mountById(snapshot, token.mountId) ? undefined : "auth method of the token is gone";
  };

  const tiesOf = async (token: Pick<Token, "ancestors" | "entityId">): Promise<readonly Address[]> => {
    const entityAt = token.entityId === "" ? [] : [await identity.entityAddress(token.entityId)];
    return [...token.ancestors.map(tokenAddress), ...entityAt];
  };

  /** What a token depends on, its ancestors and its entity, in one read. */
  const readTies = async (token: Token, read: Read) => {
    const entries = await read(await tiesOf(token));
    const count = token.ancestors.length;
    return { ancestors: entries.slice(0, count), entity: entries[count] };
  };

  const know = async (
    id: Sensitive<string>,
    read: Read,
    snapshot: Snapshot,
    sourceAddress: string,
  ): Promise<KnownToken | Refused> => {
    // Before initialization there are no tokens, and no keys to look one up with.
    if (snapshot.mounts.size === 0) return invalid("the server is not initialized");
    const found = await tokenBehind(id, read);
    if (!found) return invalid("unknown token");
    const { token, tag, entry } = found;
    const ended = whyEnded(token, snapshot);
    if (ended !== undefined) return invalid(ended);
    remember(tag, token);

    const ties = await readTies(token, read);
    const broken = chainBreak(ties.ancestors);
    if (broken !== undefined) return invalid(broken);

    if (isOutside(token, sourceAddress)) {
      return { refused: "address is outside the token's bound CIDR blocks", invalid: false };
    }
    const entity = token.entityId === "" ? undefined : await identity.view(ties.entity, snapshot);
    const barred = whyBarred(token, entity);
    if (barred !== undefined) return { refused: barred, invalid: false };
    const identityPolicies = identityPoliciesOf(token, entity);
    const policies = [...new Set([...token.policies, ...identityPolicies])].sort();
    const isRoot = token.policies.includes("root");
    const seen = { token: entry, entity: ties.entity };
    return { id, token, entity, policies, identityPolicies, isRoot, seen };
  };

  const prefetchTies = async (entry: Entry): Promise<readonly Address[]> => tiesOf(fromSealed<Token>(entry.body));

  return { tagOf, prefetch, prefetchTies, know, openBatch, stateOf: (token: Token) => stateOf(token, clock.now()) };
};
