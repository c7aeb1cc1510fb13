import type { BackendContext, DataReply } from "../../../framework/index.ts";
import type { Write } from "../../../storage/store.ts";
import { certificateAddress, issuerAddress, revocationAddress, StoredCertificate, StoredIssuer } from "../model.ts";
import { buildLists } from "../revoking/lists/build.ts";
import { revocationWrites } from "../revoking/rows.ts";
import { serialOf } from "../revoking/serials.ts";
import { certificateIn, withAuthority } from "./authority.ts";
import { isSignedBy } from "./chains.ts";
import { changeIndex, idOrRefuse, issuerIdOf, refOf, wrapped } from "./index-entry.ts";
import { type IssuerShown, showIssuer } from "./issuer-shown.ts";

/**
 * Revoking an issuer: it keeps signing lists, so that what it issued can still be revoked, but issues nothing. Where the
 * mount has its certificate among those it issued, that one is revoked with it, in one transaction.
 */

const SELF_SIGNED =
  "This issuer is a self-signed (potentially root) certificate. This means it may not be considered revoked if there is not an external, cross-signed variant of this certificate. This issuer's serial number will not appear on its own CRL.";
const NO_PARENT =
  "This issuer lacks another parent issuer within the mount. This means it will not appear on any other CRLs and may not be considered revoked by clients. Consider adding this issuer to its issuer's CRL as well if it is not self-signed.";
const IS_DEFAULT =
  "This issuer is currently configured as the default issuer for this mount; operations such as certificate issuance may not work until a new default issuer is selected.";

/** Revokes the row of the issuer's certificate, where the mount issued it and did not revoke it yet. */
const rowWrites = async (
  stored: StoredIssuer,
  revoked: number,
  { storage }: BackendContext,
): Promise<readonly Write[]> => {
  const certificate = certificateIn(stored.certificate);
  const serial = serialOf(certificate);
  const addresses = [certificateAddress(storage, serial), revocationAddress(storage, serial)];
  const [entry, known] = await storage.getMany(addresses);
  const row = entry && StoredCertificate.parse(entry.body);
  if (!row || known || row.certificate !== certificate.der.toString("base64")) return [];
  const { issuerId, notAfter } = row;
  const body = { serial, certificate: row.certificate, issuerId, notAfter, revoked: revoked * 1000, reason: 0 };
  return revocationWrites(storage, body);
};

/** Marks it revoked; `false`: it was already. */
const mark = (ref: string, cx: BackendContext): Promise<{ readonly id: string; readonly isNew: boolean }> =>
  changeIndex<{ readonly id: string; readonly isNew: boolean }>(cx, async (index) => {
    const { storage, clock } = cx;
    const id = idOrRefuse(issuerIdOf(index, refOf(ref)));
    const entry = await storage.get(issuerAddress(storage, id));
    if (!entry) throw wrapped(`pki issuer id ${id} does not exist`);
    const stored = StoredIssuer.parse(entry.body);
    if (stored.revoked > 0) return { result: { id, isNew: false } };
    const revoked = Math.floor(clock.now() / 1000);
    const body = { ...stored, revoked, usage: stored.usage.filter((usage) => usage !== "issuing-certificates") };
    return {
      next: index,
      also: [
        { op: "put", address: issuerAddress(storage, id), body, when: { n: entry.n } },
        ...(await rowWrites(stored, revoked, cx)),
      ],
      result: { id, isNew: true },
    };
  });

/** Revokes an issuer; one that is revoked already stays as it is. Throws with the reference's texts. */
export const revokeIssuer = async (ref: string, cx: BackendContext): Promise<DataReply<IssuerShown>> => {
  const { id, isNew } = await mark(ref, cx);
  // Also where it was marked before: the program may have been killed before the list was made.
  const listed = await buildLists(cx, "new");
  return withAuthority(cx, (authority) => {
    const issuer = authority.issuer(id);
    const data = showIssuer(issuer, authority);
    if (!isNew) return { data };
    const parents = authority.issuers.filter(({ certificate }) => isSignedBy(issuer.certificate, certificate));
    return {
      data,
      warnings: [
        ...listed,
        ...(parents.includes(issuer) ? [SELF_SIGNED] : []),
        ...(parents.some((parent) => parent !== issuer) ? [] : [NO_PARENT]),
        ...(authority.index.default === id ? [IS_DEFAULT] : []),
      ],
    };
  });
};
