import type { BackendContext } from "../../framework/index.ts";
import type { Certificate, RevocationList } from "../../x509/index.ts";
import { type Indexed, indexedLists, listOf } from "./revocation-lists.ts";

/**
 * Whether a path holds against the lists of revoked certificates. A list counts for the certificates whose issuer it
 * names. A path is refused too where such a list is not signed by that issuer, could not be read, or has grown too old:
 * whether it would have named the certificate is then unknown.
 */

/** How long a fetched list may be used beyond the time its issuer promised the next one for. */
export const GRACE_MS = 24 * 3_600_000;

interface Named {
  readonly indexed: Indexed;
  /** Absent: it could not be read. */
  readonly list: RevocationList | undefined;
}

export type Revocations = readonly Named[];

const look = async (cx: Pick<BackendContext, "cache" | "storage">): Promise<Revocations> => {
  const named: Named[] = [];
  for (const indexed of await indexedLists(cx.storage)) named.push({ indexed, list: await listOf(indexed, cx) });
  return named;
};

/** The lists of the mount, as a login sees them. One that is replaced just now is looked for once more. */
export const revocationsOf = async (cx: Pick<BackendContext, "cache" | "storage">): Promise<Revocations> => {
  const found = await look(cx);
  return found.every(({ list }) => list !== undefined) ? found : look(cx);
};

const isStale = ({ url, fetched, nextUpdate }: Indexed, now: number): boolean =>
  url !== "" && now > (nextUpdate ?? fetched) + GRACE_MS;

/** Whether a list says that another key of the issuer signed it. */
const isOfOtherKey = ({ authorityKeyId }: RevocationList, { subjectKeyId }: Certificate): boolean =>
  authorityKeyId !== undefined && subjectKeyId !== undefined && !authorityKeyId.equals(subjectKeyId);

const objection = (
  { indexed, list }: Named,
  certificate: Certificate,
  issuer: Certificate | undefined,
  now: number,
): string | undefined => {
  if (!list) return "a list of revoked certificates could not be read";
  if (list.issuer !== certificate.issuer) return undefined;
  if (list.serials.has(certificate.serial)) return "a certificate was revoked";
  if (issuer && isOfOtherKey(list, issuer)) return undefined;
  if (issuer && !list.isSignedBy(issuer)) return "a list of revoked certificates is not signed by its issuer";
  return isStale(indexed, now) ? "a list of revoked certificates is too old" : undefined;
};

/** Why a path (the client's certificate first) may not be used; `undefined`: no list objects. */
export const objectionTo = (
  path: readonly Certificate[],
  revocations: Revocations,
  now: number,
): string | undefined => {
  for (const [index, certificate] of path.entries()) {
    const above = path[index + 1] ?? (certificate.name === certificate.issuer ? certificate : undefined);
    for (const named of revocations) {
      const why = objection(named, certificate, above, now);
      if (why !== undefined) return why;
    }
  }
  return undefined;
};
