import { createHash } from "node:crypto";
import type { BackendContext } from "../../framework/index.ts";
import { type Certificate, pemBlocks, readCertificate, Unreadable } from "../../x509/index.ts";

/** The certificates in a text, read once and kept in memory: a role's text changes seldom, and reading one costs. */

const MOST_CERTIFICATES = 100;

/** Throws `Unreadable` for a text without certificates, and for one that holds a broken one. */
export const readAll = (pem: string): readonly Certificate[] => {
  const blocks = pemBlocks(pem, ["CERTIFICATE"]);
  if (blocks.length === 0) throw new Unreadable("no certificate in PEM");
  if (blocks.length > MOST_CERTIFICATES) throw new Unreadable("too many certificates");
  return blocks.map(readCertificate);
};

/** The certificates of a role, as its write has checked them. */
export const certificatesOf = (pem: string, cx: Pick<BackendContext, "cache">): readonly Certificate[] => {
  const cache = cx.cache<readonly Certificate[]>("certificates", { maxAgeMs: 3_600_000, most: 1_000 });
  const key = createHash("sha256").update(pem).digest("base64url");
  const known = cache.get(key) ?? readAll(pem);
  cache.set(key, known);
  return known;
};

/** A role that names one client's own certificate instead of authorities: its first is not one of an authority. */
export const isPinned = ([first]: readonly Certificate[]): boolean =>
  first !== undefined && first.authority === undefined;
