import { createHash } from "node:crypto";
import { DatabaseFailure } from "../failure.ts";
import { replyFailure } from "./errors.ts";
import type { Session } from "./session.ts";
import type { Save } from "./settings.ts";

/**
 * Users of a Redis server. Passwords are sent as their SHA-256, which is what the server keeps, so that none shows up
 * in its slow log or to `MONITOR`.
 *
 * A change that must not come late is fenced: a key that the server itself removes at that moment is watched, and the
 * transaction that makes the change runs only while the key is there. So the server's clock decides, however long a
 * process was frozen before its last command. The key of a user to be made carries the user's name, so two creations
 * of one name exclude each other (`ACL SETUSER` by itself would change the user that is there), and a revocation that
 * removes the key stops a creation that is under way.
 * Source: Redis documentation, "Transactions" (`WATCH` and expiry), `ACL SETUSER`, `ACL DELUSER`.
 */

export const hashOf = (password: string): string => `#${createHash("sha256").update(password).digest("hex")}`;

const creationKey = (username: string): string => `zeroth:user:${username}`;

type Command = readonly [string, ...string[]];

const failed = (text: string, kind: "statement" | "taken" | "unknown" = "statement"): never => {
  throw new DatabaseFailure(kind, text);
};

/** Runs commands in one transaction; `undefined` when a watched key is gone. A reply that is an error is a value. */
const transaction = async (session: Session, commands: readonly Command[]): Promise<readonly unknown[] | undefined> => {
  const sent = [["MULTI"] as const, ...commands, ["EXEC"] as const].map((command) => session.call(...command));
  const replies = (await Promise.all(sent)).at(-1);
  if (replies === null) return undefined;
  return Array.isArray(replies) ? replies : failed("the server gave no answer", "unknown");
};

const check = (reply: unknown): void => {
  if (reply instanceof Error) throw replyFailure(reply.message);
};

/** The change took effect, but a restart of the server would undo it. */
const checkSaved = (reply: unknown): void => {
  if (!(reply instanceof Error)) return;
  const { kind, message } = replyFailure(reply.message);
  failed(kind === "unknown" ? message : "the server could not write down its users; see persistence_mode", "unknown");
};

/** The server's clock, in epoch milliseconds. */
export const timeOf = async (session: Session): Promise<number> => {
  const reply = await session.call("TIME");
  const [seconds, micros] = Array.isArray(reply) ? reply.map(Number) : [];
  return (seconds ?? Number.NaN) * 1000 + Math.floor((micros ?? Number.NaN) / 1000);
};

export const userExists = async (session: Session, username: string): Promise<boolean> =>
  (await session.call("ACL", "GETUSER", username)) !== null;

interface Fence {
  readonly key: string;
  /** What no other process puts there. */
  readonly mark: string;
  /** By the server's clock, epoch milliseconds. */
  readonly notAfter: number;
}

const LATE = "the request was held up for too long";

/** Watches the key; answers whether the user exists. Throws when it is too late, or the key is somebody else's. */
const fence = async (session: Session, username: string, { key, mark, notAfter }: Fence): Promise<boolean> => {
  const set = await session.call("SET", key, mark, "PXAT", String(Math.ceil(notAfter)), "NX");
  if (set === null) return failed("a user of this name is being made", "taken");
  const [, found, user] = await Promise.all([
    session.call("WATCH", key),
    session.call("GET", key),
    session.call("ACL", "GETUSER", username),
  ]);
  if (found !== mark) return failed(LATE);
  return user !== null;
};

const change = async (session: Session, key: string, command: Command, save: Save | undefined): Promise<void> => {
  const replies = await transaction(session, [command, ["DEL", key], ...(save ? [save] : [])]);
  if (!replies) return failed(LATE);
  check(replies[0]);
  checkSaved(replies[2]);
};

export interface NewUser {
  readonly username: string;
  readonly password: string;
  readonly rules: readonly string[];
  readonly mark: string;
  readonly notAfter: number;
}

export const createUser = async (
  session: Session,
  { username, password, rules, mark, notAfter }: NewUser,
  save: Save | undefined,
): Promise<void> => {
  const key = creationKey(username);
  if (await fence(session, username, { key, mark, notAfter })) {
    await session.call("DEL", key);
    return failed("the user exists already", "taken");
  }
  const command: Command = ["ACL", "SETUSER", username, "reset", "on", hashOf(password), ...rules];
  return change(session, key, command, save);
};

export const changePassword = async (
  session: Session,
  { username, password, mark, notAfter }: Omit<NewUser, "rules">,
  save: Save | undefined,
): Promise<void> => {
  const key = `zeroth:change:${mark}`;
  if (!(await fence(session, username, { key, mark, notAfter }))) return failed("no such user");
  return change(session, key, ["ACL", "SETUSER", username, "resetpass", hashOf(password)], save);
};

/** Ends the user and its connections, and a creation of it that is under way; a user that is gone is a success. */
export const deleteUser = async (session: Session, username: string, save: Save | undefined): Promise<void> => {
  const replies = await transaction(session, [
    ["ACL", "DELUSER", username],
    ["ACL", "GETUSER", username],
    ["DEL", creationKey(username)],
    ...(save ? [save] : []),
  ]);
  if (!replies) return failed("the server gave no answer", "unknown");
  check(replies[0]);
  check(replies[1]);
  if (replies[1] !== null) return failed("the user still exists after it was dropped");
  checkSaved(replies[3]);
};
