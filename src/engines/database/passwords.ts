import type { BackendContext } from "../../framework/index.ts";
import type { JsonObject } from "../../std/json.ts";
import { type RandomSource, randomText } from "../../std/random.ts";
import type { Connector } from "./connector.ts";
import { broken, DatabaseFailure } from "./failure.ts";

/** Passwords: how they are made, and which of several the database takes. */

const LENGTH = 20;
const ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
const RULES = [/[a-z]/, /[A-Z]/, /[0-9]/, /-/];

/**
 * 20 characters with at least one of each kind; rejected passwords are drawn again as a whole, so all are equally
 * likely.
 */
const drawPassword = (random: RandomSource): string => {
  for (;;) {
    const password = randomText(random, LENGTH, ALPHABET);
    if (RULES.every((rule) => rule.test(password))) return password;
  }
};

/** By the first policy that is named, or the built-in rule. Throws `invalid_request` for a policy that is not there. */
export const newPassword = async (cx: BackendContext, policies: readonly (string | undefined)[]): Promise<string> => {
  const policy = policies.find((name) => name !== undefined && name !== "");
  if (policy === undefined) return drawPassword(cx.random);
  const password = await cx.generatePassword(policy);
  if (password === undefined) throw broken("failed to generate password: policy does not exist");
  return password;
};

/**
 * Logs in with the stored password and, if that is refused, with each candidate. Answers the candidate that works;
 * nothing when the stored password does. Throws `DatabaseFailure` when none works, or nobody answers.
 */
export const workingPassword = async (
  connector: Connector,
  details: JsonObject,
  candidates: readonly { readonly password: string }[],
): Promise<string | undefined> => {
  let refused: DatabaseFailure | undefined;
  for (const candidate of [undefined, ...candidates.map(({ password }) => password).reverse()]) {
    const tried = candidate === undefined ? details : { ...details, password: candidate };
    const database = await connector.open(tried);
    try {
      await database.ping();
      return candidate;
    } catch (cause) {
      if (!(cause instanceof DatabaseFailure) || cause.kind !== "login") throw cause;
      refused ??= cause;
    } finally {
      await database.close();
    }
  }
  throw refused ?? new DatabaseFailure("login", "no password is known");
};
