import type { KeyObject } from "node:crypto";
import { kindOf } from "../../../x509/issuing/index.ts";
import type { Signer } from "../../../x509/issuing/plans.ts";

/** Go's names of signature algorithms, as the API shows and takes them. */

type Kind = "rsa" | "ec" | "ed25519";

interface Named {
  readonly kind: Kind;
  /** As it is shown. */
  readonly name: string;
  /** As Go prints it in errors. */
  readonly printed: string;
}

const NAMED: Readonly<Record<string, Named>> = {
  sha256withrsa: { kind: "rsa", name: "SHA256WithRSA", printed: "SHA256-RSA" },
  sha384withrsa: { kind: "rsa", name: "SHA384WithRSA", printed: "SHA384-RSA" },
  sha512withrsa: { kind: "rsa", name: "SHA512WithRSA", printed: "SHA512-RSA" },
  ecdsawithsha256: { kind: "ec", name: "ECDSAWithSHA256", printed: "ECDSA-SHA256" },
  ecdsawithsha384: { kind: "ec", name: "ECDSAWithSHA384", printed: "ECDSA-SHA384" },
  ecdsawithsha512: { kind: "ec", name: "ECDSAWithSHA512", printed: "ECDSA-SHA512" },
  sha256withrsapss: { kind: "rsa", name: "SHA256WithRSAPSS", printed: "SHA256-RSAPSS" },
  sha384withrsapss: { kind: "rsa", name: "SHA384WithRSAPSS", printed: "SHA384-RSAPSS" },
  sha512withrsapss: { kind: "rsa", name: "SHA512WithRSAPSS", printed: "SHA512-RSAPSS" },
  pureed25519: { kind: "ed25519", name: "Ed25519", printed: "Ed25519" },
  ed25519: { kind: "ed25519", name: "Ed25519", printed: "Ed25519" },
};

const HASH: Readonly<Record<Signer["hash"], string>> = { sha256: "SHA256", sha384: "SHA384", sha512: "SHA512" };

/** The name of how a signer signs. */
export const algorithmName = ({ key, hash, pss }: Signer): string => {
  switch (kindOf(key)) {
    case "rsa":
      return `${HASH[hash]}WithRSA${pss ? "PSS" : ""}`;
    case "ec":
      return `ECDSAWith${HASH[hash]}`;
    default:
      return "Ed25519";
  }
};

const PRINTED: Readonly<Record<Kind, string>> = { rsa: "RSA", ec: "ECDSA", ed25519: "Ed25519" };

/** The name as it is shown, whatever its case; or why a key cannot sign so. */
export const algorithmFor = (
  given: string,
  key: KeyObject,
): { readonly name: string } | { readonly unknown: string } | { readonly unfit: string } => {
  const lower = given.toLowerCase();
  const named = Object.hasOwn(NAMED, lower) ? NAMED[lower] : undefined;
  if (!named) return { unknown: Object.keys(NAMED).join(", ") };
  const kind = kindOf(key);
  if (kind === named.kind) return { name: named.name };
  const shown = kind === undefined ? "0" : PRINTED[kind];
  return { unfit: `unable to use issuer of type ${shown} to sign with ${named.printed} key type` };
};
