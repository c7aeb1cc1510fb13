import { VaultError } from "../../framework/index.ts";
import { NoAnswer, NoConnection } from "../../outgoing/index.ts";

/**
 * How a login fails.
 *
 * Security: who is not let in reads one text, whether the name, the password, the bind account or the directory is at
 * fault (CVE-2020-35177). What the directory says in words goes nowhere: it may quote what was sent.
 */

const NOT_BOUND = "ldap operation failed: failed to bind as user";

/** Wrong credentials, as far as the caller may know: counts for lockout. */
export const wrongCredentials = (reason: string): VaultError =>
  new VaultError("invalid_credentials", { wire: NOT_BOUND, reason });

/** The same text where the caller is not at fault: the bind account was refused, or the filter is not one. */
export const notSearchable = (reason: string): VaultError =>
  new VaultError("invalid_request", { wire: NOT_BOUND, reason });

/** The directory is away, or went away in the middle. */
export const directoryAway = (reason: string, wire = NOT_BOUND, cause?: unknown): VaultError =>
  new VaultError("upstream_failed", { wire, reason: `the directory failed: ${reason}`, cause });

/** Source: RFC 4511, appendix A.2. */
const CODES: Readonly<Record<number, string>> = {
  1: "operations error",
  2: "protocol error",
  3: "time limit exceeded",
  4: "size limit exceeded",
  7: "authentication method not supported",
  8: "stronger authentication required",
  10: "referral",
  11: "administrative limit exceeded",
  12: "unavailable critical extension",
  13: "confidentiality required",
  16: "no such attribute",
  17: "undefined attribute type",
  18: "inappropriate matching",
  19: "constraint violation",
  21: "invalid attribute syntax",
  32: "no such object",
  33: "alias problem",
  34: "invalid DN syntax",
  36: "alias dereferencing problem",
  48: "inappropriate authentication",
  49: "invalid credentials",
  50: "insufficient access rights",
  51: "busy",
  52: "unavailable",
  53: "unwilling to perform",
  54: "loop detected",
};

/** A result in fixed words. */
export const codeInWords = (code: number): string => CODES[code] ?? `result ${code}`;

/** Results that say the directory could not do it now, or not this way: nothing about who asked. */
const AWAY = new Set([1, 2, 3, 7, 8, 10, 11, 13, 51, 52, 54, 80]);

export const isAway = (code: number): boolean => AWAY.has(code);

export const SUCCESS = 0;
export const SIZE_LIMIT_EXCEEDED = 4;

/** The text for callers of a search for what a user has, once it is known who that is. */
export const searchFailed = (what: string, code: number): VaultError => {
  const wire = `${what}: ${codeInWords(code)}`;
  return isAway(code) ? directoryAway(codeInWords(code), wire) : new VaultError("invalid_request", { wire });
};

/** Runs what talks to the directory; a connection that fails in it is the directory's failure. */
export const talking = async <T>(wire: string | undefined, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof NoConnection || cause instanceof NoAnswer) throw directoryAway(cause.reason, wire, cause);
    throw cause;
  }
};
