import { createHash } from "node:crypto";
import type { Authority, Issuer } from "../../authorities/authority.ts";
import type { Settings } from "../settings.ts";

/**
 * Issuers with the same key and name are one to whoever checks a certificate, so they have one list: that of any of them
 * that may sign lists.
 */
export interface Group {
  /** The same for the same key and name, whatever ids they have. */
  readonly id: string;
  readonly issuers: readonly Issuer[];
  /** Who signs; absent: none of them may. */
  readonly signs: Issuer | undefined;
  /** Whether revocations of unknown issuers are listed here: the default issuer's list. */
  readonly takesUnknown: boolean;
}

const hash = (...parts: readonly string[]): string => createHash("sha256").update(JSON.stringify(parts)).digest("hex");

const maySign = ({ stored }: Pick<Issuer, "stored">): boolean => stored.usage.includes("crl-signing");

/** The groups of all issuers whose keys are here. */
export const groupsOf = ({ issuers, index }: Pick<Authority, "issuers" | "index">): readonly Group[] => {
  const groups = new Map<string, Issuer[]>();
  for (const issuer of issuers) {
    if (issuer.keyId === "") continue;
    const { publicKey = "" } = index.issuers.find(({ id }) => id === issuer.stored.id) ?? {};
    const id = hash(publicKey, issuer.certificate.name);
    groups.set(id, [...(groups.get(id) ?? []), issuer]);
  }
  return [...groups].map(([id, members]) => {
    const byDefault = members.find((issuer) => issuer.stored.id === index.default && maySign(issuer));
    return { id, issuers: members, signs: byDefault ?? members.find(maySign), takesUnknown: byDefault !== undefined };
  });
};

/** What of issuers and settings goes into lists. Lists of another shape have to be made from all revocations there are. */
export const shapeOf = (
  { issuers, index }: Pick<Authority, "issuers" | "index">,
  { disable }: Pick<Settings, "disable">,
): string =>
  hash(
    index.default,
    String(disable),
    ...issuers.map(({ stored, keyId }) => {
      const { id, revocationSignature, revoked, urls } = stored;
      return hash(id, keyId, String(maySign({ stored })), revocationSignature, String(revoked), ...urls.deltaCrl);
    }),
    ...index.urls.deltaCrl,
  );

/** What the reference warns of with every list that it makes. */
export const warningsOf = (groups: readonly Group[]): readonly string[] =>
  groups
    .filter(({ signs }) => signs === undefined)
    .map(
      ({ issuers }) =>
        `warning from local CRL rebuild: Issuer equivalency set with associated keys lacked an issuer with CRL Signing KeyUsage; refusing to rebuild CRL for this group of issuers: ${issuers.map(({ stored }) => stored.id).join(",")}`,
    );

/** As an answer carries them. */
export const numbered = (warnings: readonly string[]): readonly string[] =>
  warnings.map((warning, at) => `Warning ${at + 1} during CRL rebuild: ${warning}`);
