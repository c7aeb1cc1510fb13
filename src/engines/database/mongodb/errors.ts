import { AddressRefused, NoConnection, networkReason } from "../../../outgoing/index.ts";
import { DatabaseFailure, type FailureKind, noConnection, ownFailure } from "../failure.ts";

/** What the server, the driver and the network say, in fixed words of our own. A server's error has a number. */

type Text = readonly [FailureKind, string];

/** Source: MongoDB documentation, "Error Codes". */
const CODES: Readonly<Record<number, Text>> = {
  11: ["statement", "no such user"],
  13: ["statement", "permission denied"],
  18: ["login", "authentication failed"],
  31: ["statement", "a role does not exist"],
  50: ["unknown", "it took too long"],
  59: ["statement", "the server does not know the command"],
  64: ["unknown", "the write was not confirmed by enough members"],
  100: ["unknown", "the write was not confirmed by enough members"],
  238: ["statement", "the server does not support the command"],
  51003: ["taken", "the user exists already"],
};

/** Another member is the primary now, or this one goes down; the next use looks for the primary again. */
const NOT_PRIMARY = [91, 189, 10058, 10107, 11600, 11602, 13435, 13436];

const NO_SUCH_USER = 11;
/** The server, or what this user may do on it, lacks a form of a command. */
const CANNOT = [2, 9, 13, 14, 59, 238, 40415];

const codeOf = (error: unknown): number | undefined => {
  if (!(error instanceof Error) || error.name !== "MongoServerError" || !("code" in error)) return undefined;
  return typeof error.code === "number" ? error.code : undefined;
};

export const isNoSuchUser = (error: unknown): boolean => codeOf(error) === NO_SUCH_USER;
export const isUnable = (error: unknown): boolean => CANNOT.includes(codeOf(error) ?? -1);

const MOST_CAUSES = 8;

/** The error and what it says caused it, outermost first. */
const chain = (error: unknown): readonly unknown[] => {
  const found: unknown[] = [];
  let next = error;
  while (typeof next === "object" && next !== null && found.length < MOST_CAUSES) {
    found.push(next);
    next = "cause" in next ? next.cause : undefined;
  }
  return found;
};

/** Our own words for what the driver threw. `kind`: what a connection that breaks at this moment means. */
export const failureOf = (error: unknown, kind: "unreachable" | "unknown"): DatabaseFailure => {
  const causes = chain(error);
  const own = ownFailure(
    causes.find(
      (one) => one instanceof DatabaseFailure || one instanceof AddressRefused || one instanceof NoConnection,
    ),
  );
  if (own) return own;
  const code = causes.map(codeOf).find((one) => one !== undefined);
  if (code !== undefined && !NOT_PRIMARY.includes(code)) {
    const [known, text] = CODES[code] ?? (["statement", "the server refused the command"] as const);
    return new DatabaseFailure(known, `${text} (code ${code})`);
  }
  if (code !== undefined) return noConnection("the server is not the primary", "unknown");
  const reasons = causes.map(networkReason);
  return noConnection(reasons.find((reason) => reason !== "no connection") ?? "no connection", kind);
};
