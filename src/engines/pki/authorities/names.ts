import { GENERIC_NAME, invalidRequest } from "../../../framework/index.ts";
import type { IssuersIndex } from "../model.ts";
import { DEFAULT_REF, issuerIdOf, keyIdOf } from "./index-entry.ts";

/** Names that operators give issuers and keys. All throw with the reference's texts. */

/** Whether another has the name already, or anyone has it for an id. */
const isTaken = (looked: { readonly id: string } | { readonly missing: string }, name: string, own: string): boolean =>
  "id" in looked && (looked.id !== own || name === own);

const checked = (what: "issuer" | "key", name: string): string => {
  if (name.toLowerCase() === DEFAULT_REF) {
    throw invalidRequest(`reserved keyword 'default' can not be used as ${what} name`);
  }
  if (!GENERIC_NAME.test(name)) throw invalidRequest(`${what} name contained invalid characters`);
  return name;
};

/** The name for an issuer; `""` where none is given. `own`: the id of the issuer that may have it already. */
export const issuerNameFor = (index: IssuersIndex, given: string | undefined, own = ""): string => {
  if (given === undefined) return "";
  const name = given.trim();
  if (name === "") throw invalidRequest("expected non-empty issuer name");
  if (isTaken(issuerIdOf(index, checked("issuer", name)), name, own))
    throw invalidRequest("issuer name already in use");
  return name;
};

/** The name for a key; `""` where none is given. */
export const keyNameFor = (index: IssuersIndex, given: string | undefined, own = ""): string => {
  if (given === undefined) return "";
  const name = checked("key", given.trim());
  if (isTaken(keyIdOf(index, name), name, own)) throw invalidRequest("key name already in use");
  return name;
};
