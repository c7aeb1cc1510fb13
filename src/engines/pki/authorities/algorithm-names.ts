import { kindOf } from "../../../x509/issuing/index.ts";
import type { Signer } from "../../../x509/issuing/plans.ts";

/** Go's names of signature algorithms, as the API shows and takes them. */

const HASH: Readonly<Record<Signer["hash"], string>> = { sha256: "SHA256", sha384: "SHA384", sha512: "SHA512" };

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
