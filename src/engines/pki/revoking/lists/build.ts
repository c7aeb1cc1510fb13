import type { BackendContext } from "../../../../framework/index.ts";
import { createInTurn, type InTurn } from "../../../../std/in-turn.ts";
import { untilWritten } from "../../../../storage/change.ts";
import { ConditionFailed } from "../../../../storage/store.ts";
import {
  authorityKeyId,
  changesSince,
  freshestLists,
  listNumber,
  present,
  signerByName,
  signRevocationList,
} from "../../../../x509/issuing/index.ts";
import { type Authority, type Issuer, signingIssuerOf, withAuthority } from "../../authorities/authority.ts";
import type { Unlisted } from "../rows.ts";
import { serialBytes, serialOf } from "../serials.ts";
import { findSettings, lasting, type Settings } from "../settings.ts";
import { entriesOf, listedAmong, subjectDer } from "./entries.ts";
import { type Group, groupsOf, numbered, shapeOf, warningsOf } from "./groups.ts";
import { forgetUnlisted, isIssuedBy, type Row, readRevocations, readUnlisted } from "./revocations.ts";
import { Head, headAddress, type IssuerLists, readParts, removeParts, type StoredList, writeParts } from "./stored.ts";

/**
 * Makes the lists of a mount. A build reads what the lists are and what is new, signs, and swaps the head if nobody else
 * did meanwhile; else it looks again, and mostly finds that the other build had everything.
 *
 * Security: numbers only grow, because a list counts only with the head that gave it its number. A revocation is
 * answered after a build that began when its row was there, so no later list lacks it.
 */

/**
 * - `new`: what no complete list has yet goes into one. Nothing is signed where nothing is new.
 * - `all`: complete lists from every revocation there is.
 * - `delta`: lists of the changes since the complete ones.
 */
export type Build = "new" | "all" | "delta";

const NO_LISTS: Head = { generation: "", shape: "", lists: {}, deltaLooked: 0 };

export const findHead = async ({ storage }: BackendContext): Promise<{ readonly head: Head; readonly n?: number }> => {
  const entry = await storage.get(headAddress(storage));
  return entry ? { head: Head.parse(entry.body), n: entry.n } : { head: NO_LISTS };
};

/** Of issuers that have no list. */
const NONE: IssuerLists = { issuers: [], number: 0, complete: null, delta: null };

/** What one build goes by. */
interface Plan {
  readonly cx: BackendContext;
  readonly authority: Authority;
  readonly settings: Settings;
  readonly now: number;
}

/** What goes into one list. */
interface Content {
  readonly earlier: Uint8Array;
  readonly count: number;
  readonly added: readonly Unlisted[];
}

const EMPTY: Content = { earlier: new Uint8Array(), count: 0, added: [] };

/** Signs a list and writes it where nobody looks yet. `base`: of a list of changes, the complete list they follow. */
const makeList = async (
  { cx, authority, settings, now }: Plan,
  signs: Issuer,
  number: number,
  content: Content,
  base?: number,
): Promise<StoredList> => {
  const issuer = await signingIssuerOf(authority, signs.stored.id, "crl-signing");
  const signer = signerByName(issuer.signer.key, signs.stored.revocationSignature) ?? issuer.signer;
  const nextUpdate = now + lasting(settings.expiry);
  const der = signRevocationList(
    {
      issuer: subjectDer(signs.certificate),
      thisUpdate: now,
      nextUpdate,
      earlier: content.earlier,
      revoked: content.added.map(({ serial, revoked, reason }) => ({ serial: serialBytes(serial), revoked, reason })),
      extensions: present(
        authorityKeyId(signs.certificate.subjectKeyId),
        listNumber(number),
        base === undefined ? freshestLists(issuer.urls.deltaCrl) : changesSince(base),
      ),
    },
    signer,
  );
  const entries = content.count + content.added.length;
  return { ...(await writeParts(cx, der)), entries, number, thisUpdate: now, nextUpdate };
};

const hexOf = ({ serial }: Unlisted): string =>
  serialBytes(serial)
    .toString("hex")
    .replace(/^(?:00)+/, "");

/** The parts of a list are not there: it was replaced since the head was read, or lost. */
class Missing extends Error {
  override readonly name = "Missing";
}

/** A list of before with what is not on it yet. Throws `Missing`. */
const continued = async ({ cx }: Plan, before: StoredList, fresh: readonly Unlisted[]): Promise<Content> => {
  const der = await readParts(cx, before);
  if (!der) throw new Missing();
  const earlier = entriesOf(der);
  const listed = listedAmong(earlier, new Set(fresh.map(hexOf)));
  return { earlier, count: before.entries, added: fresh.filter((row) => !listed.has(hexOf(row))) };
};

/** Whose list a revocation belongs to. */
const belongsTo =
  ({ issuers, takesUnknown }: Group) =>
  ({ issuerId }: Unlisted): boolean =>
    issuerId === "" ? takesUnknown : issuers.some(({ stored }) => stored.id === issuerId);

/** Revoked issuers that this group's key signed: they are on its list as any other certificate is. */
const revokedIssuers = (group: Group, { issuers }: Authority): readonly Unlisted[] =>
  issuers
    .filter(({ stored, certificate }) => {
      const others = group.issuers.filter((issuer) => issuer.stored.id !== stored.id);
      return stored.revoked > 0 && others.some((issuer) => isIssuedBy(certificate.x509, issuer));
    })
    .map(({ stored: { revoked }, certificate }) => ({
      serial: serialOf(certificate),
      issuerId: "",
      revoked: revoked * 1000,
      reason: 0,
    }));

/** A list is signed again by the revocation of another issuer's certificate once half its time is over. */
const isAging = ({ thisUpdate, nextUpdate }: StoredList, now: number): boolean => now - thisUpdate > nextUpdate - now;

interface Made {
  readonly lists: IssuerLists;
  readonly written: readonly StoredList[];
}

/** A complete list, and the empty list of changes since it. */
const makeBoth = async (plan: Plan, signs: Issuer, before: number, content: Content): Promise<Made> => {
  const complete = await makeList(plan, signs, before + 1, content);
  const delta = await makeList(plan, signs, before + 2, EMPTY, complete.number);
  return { lists: { issuers: [], number: delta.number, complete, delta }, written: [complete, delta] };
};

/** One group's lists after a build; `undefined`: they stay as they are. */
type MakeLists = (group: Group, signs: Issuer, before: IssuerLists | undefined) => Promise<Made | undefined>;

const everything =
  (plan: Plan, all: readonly Unlisted[]): MakeLists =>
  (group, signs, before) => {
    const added = [...all.filter(belongsTo(group)), ...revokedIssuers(group, plan.authority)];
    const content = plan.settings.disable ? EMPTY : { ...EMPTY, added };
    return makeBoth(plan, signs, before?.number ?? 0, content);
  };

const whatIsNew =
  (plan: Plan, fresh: readonly Unlisted[]): MakeLists =>
  async (group, signs, before) => {
    const { complete, number } = before ?? NONE;
    const own = plan.settings.disable ? [] : fresh.filter(belongsTo(group));
    if (!complete) return makeBoth(plan, signs, number, { ...EMPTY, added: own });
    const isDue = isAging(complete, plan.now) && !plan.settings.disable;
    if (own.length === 0 && !isDue) return undefined;
    const content = await continued(plan, complete, own);
    return content.added.length > 0 || isDue ? makeBoth(plan, signs, number, content) : undefined;
  };

const changes =
  (plan: Plan, fresh: readonly Unlisted[]): MakeLists =>
  async (group, signs, before) => {
    if (!before?.complete || plan.settings.disable) return undefined;
    const { added } = await continued(plan, before.complete, fresh.filter(belongsTo(group)));
    const delta = await makeList(plan, signs, before.number + 1, { ...EMPTY, added }, before.complete.number);
    return { lists: { ...before, number: delta.number, delta }, written: [delta] };
  };

const makerOf = async (plan: Plan, build: Build, fresh: readonly Unlisted[]): Promise<MakeLists> => {
  if (build === "new") return whatIsNew(plan, fresh);
  if (build === "delta") return changes(plan, fresh);
  const { cx, authority, settings } = plan;
  return everything(plan, settings.disable ? [] : await readRevocations(cx.storage, authority.issuers));
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
    await forgetUnlisted(cx.storage, listed);
    await removeParts(
      cx,
      listsOf(before.lists).filter(({ version }) => !kept.has(version)),
    );
  } catch (cause) {
    cx.log("replaced lists are left behind", { error: cause instanceof Error ? cause.name : "unknown" });
  }
};

const attempt = async (cx: BackendContext, build: Build, authority: Authority): Promise<void> => {
  const { storage, clock } = cx;
  const { head, n } = await findHead(cx);
  const settings = await findSettings(cx);
  const { generation } = authority.index;
  const shape = shapeOf(authority);
  const wanted = head.shape === shape ? build : "all";
  // Before all revocations are read: what is forgotten afterwards is among them for certain.
  const fresh = await readUnlisted(storage);
  if (wanted === "new" && head.generation === generation && (fresh.length === 0 || settings.disable)) return;
  const plan: Plan = { cx, authority, settings, now: clock.now() };
  const make = await makerOf(
    plan,
    wanted,
    fresh.map(({ row }) => row),
  );
  const swap = await makeAll(groupsOf(authority), head, make);
  const deltaLooked = wanted === "new" ? head.deltaLooked : plan.now;
  const body: Head = { generation, shape, lists: swap.lists, deltaLooked };
  const when = n === undefined ? "absent" : { n };
  try {
    await cx.crash("pki.lists.swap", () => storage.write([{ op: "put", address: headAddress(storage), body, when }]));
  } catch (cause) {
    // Nobody reads them: another head came first. After any other failure that is not known.
    if (cause instanceof ConditionFailed) await removeParts(cx, swap.written);
    throw cause;
  }
  await cx.crash("pki.lists.forget", () => cleanUp(cx, head, swap, wanted === "delta" ? [] : fresh));
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
