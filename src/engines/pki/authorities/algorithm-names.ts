import type { KeyObject } from "node:crypto";
import { type KeyKind, kindOf, SIGNATURES } from "../../../x509/issuing/index.ts";
import type { Signer } from "../../../x509/issuing/plans.ts";

/** Go's names of signature algorithms, as the API shows and takes them. */

export const KIND_NAMES: Readonly<Record<KeyKind, string>> = { rsa: "RSA", ec: "ECDSA", ed25519: "Ed25519" };

type Algorithm = Pick<Signer, "hash" | "pss">;

const nameOf = (kind: KeyKind | undefined, { hash, pss }: Algorithm): string => {
  switch (kind) {
    case "rsa":
      return `${hash.toUpperCase()}WithRSA${pss ? "PSS" : ""}`;
    case "ec":
      return `ECDSAWith${hash.toUpperCase()}`;
    default:
      return KIND_NAMES.ed25519;
  }
};

/** As Go prints it in errors. */
const printedName = (kind: KeyKind, { hash, pss }: Algorithm): string => {
  switch (kind) {
    case "rsa":
      return `${hash.toUpperCase()}-RSA${pss ? "PSS" : ""}`;
    case "ec":
      return `ECDSA-${hash.toUpperCase()}`;
    case "ed25519":
      return KIND_NAMES.ed25519;
  }
};

/** The name of how a signer signs. */
export const algorithmName = (signer: Signer): string => nameOf(kindOf(signer.key), signer);

/** The name as it is shown, whatever its case; or why a key cannot sign so. */
export const algorithmFor = (
  given: string,
  key: KeyObject,
): { readonly name: string } | { readonly unknown: string } | { readonly unfit: string } => {
  const wanted = SIGNATURES.get(given.toLowerCase());
  if (!wanted) return { unknown: [...SIGNATURES.keys()].join(", ") };
  const kind = kindOf(key);
  if (kind === wanted.kind) return { name: nameOf(kind, wanted) };
  const issuer = kind === undefined ? "0" : KIND_NAMES[kind];
  return { unfit: `unable to use issuer of type ${issuer} to sign with ${printedName(wanted.kind, wanted)} key type` };
};
