import type { BackendContext } from "../../../../framework/index.ts";
import {
  authorityKeyId,
  changesSince,
  freshestLists,
  listNumber,
  present,
  signRevocationList,
} from "../../../../x509/issuing/index.ts";
import { type Authority, type Issuer, signingIssuerOf } from "../../authorities/authority.ts";
import { revocationSigner } from "../../authorities/signers.ts";
import type { Unlisted } from "../rows.ts";
import { plainHex, serialBytes, serialOf } from "../serials.ts";
import { lasting, type Settings } from "../settings.ts";
import { entriesOf, listedAmong, subjectDer } from "./entries.ts";
import type { Group } from "./groups.ts";
import { isIssuedBy, readRevocations } from "./revocations.ts";
import { type IssuerLists, readParts, type StoredList, writeParts } from "./stored.ts";

/** What goes into the lists of one group of issuers, and their signing. Nothing that is made here counts yet. */

/**
 * - `new`: what no complete list has yet goes into one. Nothing is signed where nothing is new.
 * - `all`: complete lists from every revocation there is.
 * - `delta`: lists of the changes since the complete ones.
 */
export type Build = "new" | "all" | "delta";

/** Of issuers that have no list. */
export const NONE: IssuerLists = { issuers: [], number: 0, complete: null, delta: null };

/** What one build goes by. */
export interface Plan {
  readonly cx: BackendContext;
  readonly authority: Authority;
  readonly settings: Settings;
  readonly now: number;
  /** What `Last-Modified` of its lists goes by, epoch seconds. */
  readonly modified: number;
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
  { cx, authority, settings, now, modified }: Plan,
  signs: Issuer,
  number: number,
  content: Content,
  base?: number,
): Promise<StoredList> => {
  const issuer = await signingIssuerOf(authority, signs.stored.id, "crl-signing");
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
    revocationSigner(issuer),
  );
  const entries = content.count + content.added.length;
  return { ...(await writeParts(cx, der)), entries, number, thisUpdate: now, nextUpdate, modified };
};

const hexOf = ({ serial }: Unlisted): string => plainHex(serialBytes(serial));

/** Those of the revocations that none of the lists has. Throws `Missing`. */
export const notListed = async (
  cx: BackendContext,
  lists: readonly StoredList[],
  rows: readonly Unlisted[],
): Promise<readonly Unlisted[]> => {
  let left = rows;
  for (const list of lists) {
    if (left.length === 0) return left;
    const der = await readParts(cx, list);
    if (!der) throw new Missing();
    const listed = listedAmong(entriesOf(der), new Set(left.map(hexOf)));
    left = left.filter((row) => !listed.has(hexOf(row)));
  }
  return left;
};

/** The parts of a list are not there: it was replaced since the head was read, or lost. */
export class Missing extends Error {
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

export interface Made {
  readonly lists: IssuerLists;
  readonly written: readonly StoredList[];
}

/** A complete list, and the empty list of changes since it. */
const makeBoth = async (plan: Plan, signs: Issuer, before: number, content: Content): Promise<Made> => {
  const [complete, delta] = await Promise.all([
    makeList(plan, signs, before + 1, content),
    makeList(plan, signs, before + 2, EMPTY, before + 1),
  ]);
  return { lists: { issuers: [], number: delta.number, complete, delta }, written: [complete, delta] };
};

/** One group's lists after a build; `undefined`: they stay as they are. */
export type MakeLists = (group: Group, signs: Issuer, before: IssuerLists | undefined) => Promise<Made | undefined>;

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

export const makerOf = async (plan: Plan, build: Build, fresh: readonly Unlisted[]): Promise<MakeLists> => {
  if (build === "new") return whatIsNew(plan, fresh);
  if (build === "delta") return changes(plan, fresh);
  const { cx, authority, settings } = plan;
  return everything(plan, settings.disable ? [] : await readRevocations(cx.storage, authority.issuers));
};
