import { createBoundedMap } from "../../std/bounded-map.ts";
import { inCidrs } from "../../std/cidr.ts";
import type { Sensitive } from "../../std/sensitive.ts";
import type { Clock } from "../../std/time.ts";
import { tokenAddress } from "../../storage/keys.ts";
import type { Address, Entry, Store } from "../../storage/store.ts";
import type { Snapshot } from "../config/types.ts";
import type { EntityView, Identity } from "../identity/types.ts";
import { fromSealed } from "../sealed.ts";
import { BATCH_PREFIX, MAX_TOKEN_LENGTH } from "./ids.ts";
import { tokenHasEnded } from "./lifetime.ts";
import type { KnownToken, Refused, Token } from "./types.ts";

/**
 * Whether a presented token lives: clock, ancestors, use count, address, entity.
 *
 * Security: everything is read strongly consistent on every request; what is remembered here is only where to look,
 * never an answer. A missing ancestor refuses: that is how revoking one item ends a whole tree at once.
 */

export type Read = (addresses: readonly Address[]) => Promise<readonly (Entry | undefined)[]>;

interface Hint {
  readonly ancestors: readonly string[];
  readonly entityId: string;
}
const MAX_HINTS = 10_000;

const mountIds = new WeakMap<Snapshot, ReadonlySet<string>>();

const idsOf = (snapshot: Snapshot): ReadonlySet<string> => {
  const known = mountIds.get(snapshot);
  if (known) return known;
  const ids = new Set([...snapshot.mounts.values()].map(({ info }): string => info.id));
  mountIds.set(snapshot, ids);
  return ids;
};

const invalid = (refused: string): Refused => ({ refused, invalid: true });

const stateOf = (token: Token, nowMs: number): string | undefined => {
  if (token.revoked) return "token is revoked";
  if (token.tombstone) return "token is revoked";
  if (token.numUses < 0) return "token has no uses left";
  return tokenHasEnded(token, nowMs) ? "token is expired" : undefined;
};

export const createKnow = (options: { readonly store: Store; readonly clock: Clock; readonly identity: Identity }) => {
  const { store, clock, identity } = options;
  const hints = createBoundedMap<string, Hint>(MAX_HINTS);

  const remember = (tag: string, token: Token): void => {
    if (token.ancestors.length === 0 && token.entityId === "") return;
    hints.set(tag, { ancestors: token.ancestors, entityId: token.entityId });
  };

  const tagOf = async (id: string): Promise<string | undefined> =>
    id === "" || id.length > MAX_TOKEN_LENGTH ? undefined : (await store.names("token")).tag(id);

  const prefetch = async (id: Sensitive<string>): Promise<readonly Address[]> => {
    const text = id.reveal();
    if (text.startsWith(BATCH_PREFIX)) return [];
    const tag = await tagOf(text);
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
        : await store.openText("token", "batch", text.slice(BATCH_PREFIX.length));
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

  const know = async (
    id: Sensitive<string>,
    read: Read,
    snapshot: Snapshot,
    sourceAddress: string,
  ): Promise<KnownToken | Refused> => {
    // Before the beginning there are no tokens, and no keys to look for one with.
    if (snapshot.mounts.size === 0) return invalid("the server is not initialized");
    const text = id.reveal();
    const batch = text.startsWith(BATCH_PREFIX);
    const tag = batch ? undefined : await tagOf(text);
    const entry = tag === undefined ? undefined : (await read([tokenAddress(tag)]))[0];
    const token = batch ? await openBatch(text) : entry && fromSealed<Token>(entry.body);
    if (!token) return invalid("unknown token");
    const ended = stateOf(token, clock.now());
    if (ended !== undefined) return invalid(ended);
    // Batch tokens too, which are not stored, end with the method that made them. A wrapped answer outlives its mount.
    if (!token.wrap && !idsOf(snapshot).has(token.mountId)) return invalid("auth method of the token is gone");
    if (tag !== undefined) remember(tag, token);

    const entityAt = token.entityId === "" ? [] : [await identity.entityAddress(token.entityId)];
    const rereads = await read([...token.ancestors.map(tokenAddress), ...entityAt]);
    const broken = chainBreak(rereads.slice(0, token.ancestors.length));
    if (broken !== undefined) return invalid(broken);

    if (token.boundCidrs.length > 0 && token.expires !== 0 && !inCidrs(sourceAddress, token.boundCidrs)) {
      return { refused: "address is outside the token's bound CIDR blocks", invalid: false };
    }
    let entity: EntityView | undefined;
    if (token.entityId !== "") {
      entity = await identity.view(rereads[token.ancestors.length], snapshot);
      if (!entity) return { refused: "entity of the token is gone", invalid: false };
      if (entity.disabled) return { refused: "entity of the token is disabled", invalid: false };
    }
    const policies = [...new Set([...token.policies, ...(entity?.allPolicies ?? [])])].sort();
    return { id, token, entity, policies, isRoot: token.policies.includes("root"), n: entry?.n ?? 0 };
  };

  return { tagOf, prefetch, know, openBatch, stateOf: (token: Token) => stateOf(token, clock.now()) };
};
