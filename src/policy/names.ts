import { FOLDS } from "../std/fold.ts";
import { compareUtf8 } from "../std/utf8.ts";
import { PolicyError, quote } from "./errors.ts";

/**
 * Rules for policy names. A name is checked in the form it is kept and compared in, so that no spelling of `root` gets
 * past a check and becomes root later (CVE-2025-5999, CVE-2024-9180).
 */

/** May be neither written nor deleted. */
const IMMUTABLE = new Set(["root", "response-wrapping", "control-group"]);
/** Not shown in lists. */
const HIDDEN = new Set(["response-wrapping", "control-group"]);
const LONGEST_NAME = 512;

/** Trims and folds A-Z, as every operation does. Other letters keep their case. */
export const canonicalPolicyName = FOLDS.policy;

/** Names of policies as they are kept and compared: canonical, without empty ones and doubles, sorted. */
export const canonicalPolicyNames = (names: readonly string[]): string[] =>
  [...new Set(names.map(canonicalPolicyName).filter((name) => name !== ""))].sort();

// Letters outside ASCII whose other case is an ASCII letter: Kelvin sign, long s, dotted and dotless i.
const FOLDS_TO_ASCII = /[\u212a\u017f\u0130\u0131]/;

/** Why a canonical name cannot be a policy's name, or `undefined`. Slashes are fine, dot segments are not. */
export const policyNameProblem = (name: string): string | undefined => {
  if (name === "") return "policy name is empty";
  if (name.length > LONGEST_NAME) return `policy name is longer than ${LONGEST_NAME} characters`;
  if (/[\p{C}\p{Zl}\p{Zp}]|[^ \P{Zs}]/u.test(name)) return "policy name contains a character that cannot be printed";
  if (FOLDS_TO_ASCII.test(name)) return "policy name contains a character that reads as another letter";
  if (name.split("/").some((part) => part === "." || part === "..")) return "policy name contains a dot segment";
  return undefined;
};

const checked = (name: string): string => {
  const canonical = canonicalPolicyName(name);
  const problem = policyNameProblem(canonical);
  if (problem !== undefined) throw new PolicyError(problem);
  return canonical;
};

/** The canonical name under which a policy may be written. Throws `PolicyError`. */
export const nameForWrite = (name: string): string => {
  const canonical = checked(name);
  if (IMMUTABLE.has(canonical)) throw new PolicyError(`cannot update ${quote(canonical)} policy`);
  return canonical;
};

/** The canonical name under which a policy may be deleted. Throws `PolicyError`. */
export const nameForDelete = (name: string): string => {
  const canonical = checked(name);
  if (IMMUTABLE.has(canonical)) throw new PolicyError(`cannot delete ${quote(canonical)} policy`);
  if (canonical === "default") throw new PolicyError("cannot delete default policy");
  return canonical;
};

/** Names as a list shows them: sorted by bytes, without the hidden ones, `root` last. */
export const listedPolicyNames = (names: readonly string[]): string[] => {
  const shown = names.filter((name) => !HIDDEN.has(name) && name !== "root");
  return [...shown.sort(compareUtf8), "root"];
};
