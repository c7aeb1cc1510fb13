import type { BackendContext } from "../../../../framework/index.ts";
import { createInTurn, type InTurn } from "../../../../std/in-turn.ts";
import { untilWritten } from "../../../../storage/change.ts";
import { ConditionFailed } from "../../../../storage/store.ts";
import { type Authority, withAuthority } from "../../authorities/authority.ts";
import type { IssuersIndex } from "../../model.ts";
import type { Unlisted } from "../rows.ts";
import { findSettings, type Settings } from "../settings.ts";
import { type Group, groupsOf, numbered, shapeOf, warningsOf } from "./groups.ts";
import { type Build, type MakeLists, Missing, makerOf, NONE, notListed, type Plan } from "./making.ts";
import { type Row, readUnlisted } from "./revocations.ts";
import { Head, headAddress, type IssuerLists, removeLists, type StoredList } from "./stored.ts";

/**
 * Makes the lists of a mount. A build reads what the lists are and what is new, signs, and swaps the head if nobody else
 * did meanwhile; else it looks again, and mostly finds that the other build had everything.
 *
 * Security: numbers only grow, because a list counts only with the head that gave it its number. A revocation is
 * answered after a build that began when its row was there, so no later list lacks it.
 */

const NO_LISTS: Head = { generation: "", shape: "", lists: {}, modified: 0, deltaLooked: 0 };

/** The lists that there are. `n` is absent where there never was one. */
export const findHead = async ({ storage }: BackendContext): Promise<{ readonly head: Head; readonly n?: number }> => {
  const entry = await storage.get(headAddress(storage));
  return entry ? { head: Head.parse(entry.body), n: entry.n } : { head: NO_LISTS };
};

const listsOf = (lists: Head["lists"]): readonly StoredList[] =>
  Object.values(lists)
    .flatMap(({ complete, delta }) => [complete, delta])
    .filter((list) => list !== null);

interface Swap {
  readonly lists: Head["lists"];
  readonly written: readonly StoredList[];
}

/** The lists of every group after a build. Groups that are gone keep nothing but their number. */
const makeAll = async (groups: readonly Group[], head: Head, make: MakeLists): Promise<Swap> => {
  const lists: Record<string, IssuerLists> = {};
  for (const [id, { number }] of Object.entries(head.lists)) lists[id] = { ...NONE, number };
  const written: StoredList[] = [];
  for (const group of groups) {
    const before = head.lists[group.id];
    const made = group.signs && (await make(group, group.signs, before));
    written.push(...(made?.written ?? []));
    const after = made?.lists ?? before ?? NONE;
    lists[group.id] = { ...after, issuers: group.issuers.map(({ stored }) => stored.id) };
  }
  return { lists, written };
};

/** What is left over once a head was swapped. A failure leaves it to the next build, which minds none of it. */
const cleanUp = async (cx: BackendContext, before: Head, after: Swap, listed: readonly Row<Unlisted>[]) => {
  const kept = new Set(listsOf(after.lists).map(({ version }) => version));
  try {
    await removeLists(
      cx,
      listsOf(before.lists).filter(({ version }) => !kept.has(version)),
      listed.map(({ entry }) => entry.address),
    );
  } catch (cause) {
    cx.log("replaced lists are left behind", { error: cause instanceof Error ? cause.name : "unknown" });
  }
};

/** A revocation whose issuer went while it was written: it belongs to another list, which all revocations tell. */
const namesOther = ({ issuers }: Authority) => {
  const ids = new Set(["", ...issuers.map(({ stored }) => stored.id)]);
  return ({ row }: Row<Unlisted>): boolean => !ids.has(row.issuerId);
};

const attempt = async (cx: BackendContext, build: Build, authority: Authority): Promise<void> => {
  const { storage, clock } = cx;
  const { head, n } = await findHead(cx);
  const settings = await findSettings(cx);
  const { generation } = authority.index;
  const shape = shapeOf(authority, settings);
  // Before all revocations are read: what is forgotten afterwards is among them for certain.
  const fresh = await readUnlisted(storage);
  const wanted = head.shape === shape && !fresh.some(namesOther(authority)) ? build : "all";
  if (wanted === "new" && head.generation === generation && (fresh.length === 0 || settings.disable)) return;
  const now = clock.now();
  const plan: Plan = { cx, authority, settings, now, modified: Math.max(Math.ceil(now / 1000), head.modified + 1) };
  const make = await makerOf(
    plan,
    wanted,
    fresh.map(({ row }) => row),
  );
  const swap = await makeAll(groupsOf(authority), head, make);
  const deltaLooked = wanted === "new" ? head.deltaLooked : now;
  const body: Head = { generation, shape, lists: swap.lists, modified: plan.modified, deltaLooked };
  const when = n === undefined ? "absent" : { n };
  try {
    await cx.crash("pki.lists.swap", () => storage.write([{ op: "put", address: headAddress(storage), body, when }]));
  } catch (cause) {
    // Nobody reads them: another head came first. After any other failure that is not known.
    if (cause instanceof ConditionFailed) await removeLists(cx, swap.written);
    throw cause;
  }
  await cx.crash("pki.lists.forget", () => cleanUp(cx, head, swap, wanted === "delta" ? [] : fresh));
};

/** What a head is worth with the issuers and settings that there are now. */
export interface Compared {
  readonly index: IssuersIndex;
  /** Its lists were made for others: a crash may have kept them as they were. */
  readonly isReshaped: boolean;
  /** The complete lists of issuers that may sign new ones. */
  readonly renewable: readonly StoredList[];
}

export const compareHead = (cx: BackendContext, { shape, lists }: Head, settings: Settings): Promise<Compared> =>
  withAuthority(cx, (authority) => ({
    index: authority.index,
    isReshaped: shape !== shapeOf(authority, settings),
    renewable: groupsOf(authority).flatMap(({ id, signs }) => (signs && lists[id]?.complete) ?? []),
  }));

/** Whether a revocation that no complete list has is on no list of changes either. */
export const hasChanges = async (cx: BackendContext, { lists }: Head): Promise<boolean> => {
  const deltas = Object.values(lists).flatMap(({ delta }) => delta ?? []);
  try {
    const fresh = await readUnlisted(cx.storage);
    const rows = fresh.map(({ row }) => row);
    return (await notListed(cx, deltas, rows)).length > 0;
  } catch (cause) {
    if (cause instanceof Missing) return true;
    throw cause;
  }
};

const turnOf = ({ cache }: BackendContext): InTurn => {
  const turns = cache<InTurn>("pki.lists.turn", { maxAgeMs: Number.POSITIVE_INFINITY, most: 1 });
  const turn = turns.get("") ?? createInTurn();
  turns.set("", turn);
  return turn;
};

/** Carries out a build; answers what an operator should know about it. */
export const buildLists = (cx: BackendContext, build: Build): Promise<readonly string[]> =>
  turnOf(cx)("", () => {
    let wanted = build;
    return untilWritten(() =>
      withAuthority(cx, async (authority) => {
        try {
          await attempt(cx, wanted, authority);
        } catch (cause) {
          if (!(cause instanceof Missing)) throw cause;
          wanted = "all";
          await attempt(cx, wanted, authority);
        }
        return numbered(warningsOf(groupsOf(authority)));
      }),
    );
  });
