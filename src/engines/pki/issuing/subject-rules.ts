import { matchesGlob } from "../../../std/glob.ts";
import { sameButForCase } from "./lists.ts";

/** Serial numbers and user ids in a subject. An empty list allows none. */

const isPrintable = (value: string): boolean => value !== "" && !/\p{Cc}/u.test(value);

const fits = (pattern: string, value: string): boolean =>
  pattern === value || (pattern.includes("*") && matchesGlob(pattern, value));

export const allowsSerialNumber = (value: string, allowed: readonly string[]): boolean =>
  isPrintable(value) && allowed.some((pattern) => fits(pattern, value));

/** Case does not matter where a whole id is compared. */
export const allowsUserId = (value: string, allowed: readonly string[]): boolean =>
  isPrintable(value) && allowed.some((pattern) => sameButForCase(pattern, value) || fits(pattern, value));
