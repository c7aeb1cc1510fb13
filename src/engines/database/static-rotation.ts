import { z } from "zod";
import { type BackendContext, invalidRequest, VaultError } from "../../framework/index.ts";
import { NO_FAILURES, oneMoreFailure, rotateEach, rotationError } from "../../framework/rotations.ts";
import { sameSecret } from "../../std/same-secret.ts";
import { cut } from "../../std/shown.ts";
import { rfc3339 } from "../../std/time.ts";
import { change, leave, tryWrite } from "../../storage/change.ts";
import { busy, type Config, checkAllowed, findConfig } from "./configs.ts";
import type { Databases } from "./databases.ts";
import { broken, forCaller } from "./failure.ts";
import { newPassword } from "./passwords.ts";
import { staticRoleAddress } from "./roles.ts";
import { dueRoles, foundIn, isDue, nextRotation, readStaticRole, type StaticRole, showTiming } from "./static-role.ts";

/**
 * Changing the passwords of static roles. The new password is written down before the database is asked to take it,
 * and a rotation that was cut off goes on with the same one; so rotations that race, or are repeated, end with the
 * password that is stored.
 */

/** Longest time from asking the database to the change, by its own clock. */
const CHANGE_MS = 30_000;

/** The role with a password the database has just taken. Throws with `before` in front of the text. */
export const applyPassword = async (
  databases: Databases,
  config: Config,
  role: StaticRole,
  before: string,
  cx: BackendContext,
): Promise<StaticRole> => {
  const policy = role.credential_config["password_policy"];
  const password =
    role.candidates[0]?.password ??
    (await newPassword(cx, [typeof policy === "string" ? policy : undefined, config.password_policy]));
  const { username, rotation_statements: statements } = role;
  await databases.use(cx, config, async (database) => {
    try {
      const { now } = await database.look(username);
      const work = { username, password, statements, notAfter: now + CHANGE_MS };
      await cx.crash("database.static.change", () => database.changePassword(work));
    } catch (cause) {
      throw forCaller(cause, before);
    }
  });
  return { ...role, password, rotated: cx.clock.now(), candidates: [], ...NO_FAILURES };
};

/** The role with the candidate this rotation is about, written down. */
const withCandidate = (cx: BackendContext, name: string, config: Config): Promise<StaticRole> =>
  change<StaticRole>(
    cx.storage,
    staticRoleAddress(cx.storage, name),
    async (entry) => {
      const role = foundIn(entry)?.role;
      if (!role) throw invalidRequest("no static role found for role name");
      if (role.candidates.length > 0) return leave(role);
      const policy = role.credential_config["password_policy"];
      const named = typeof policy === "string" ? policy : undefined;
      const password = await newPassword(cx, [named, config.password_policy]);
      const body: StaticRole = { ...role, candidates: [{ password, at: cx.clock.now() }] };
      return { op: "put", body, result: body };
    },
    { around: (write) => cx.crash("database.static.intend", write), busy },
  );

/** Stores what was applied, unless another rotation with the same candidate did so already. */
const save = (cx: BackendContext, name: string, applied: StaticRole): Promise<void> =>
  change<void>(
    cx.storage,
    staticRoleAddress(cx.storage, name),
    (entry) => {
      const role = foundIn(entry)?.role;
      const candidate = role?.candidates[0]?.password;
      if (candidate === undefined || !sameSecret(candidate, applied.password)) return leave(undefined);
      const { password, rotated, candidates, retry, failures, error } = applied;
      return {
        op: "put",
        body: { ...role, password, rotated, candidates, retry, failures, error },
        result: undefined,
      };
    },
    { busy },
  );

/** When somebody else wrote the role meanwhile, what they wrote counts. */
const postpone = async (cx: BackendContext, name: string, cause: VaultError): Promise<void> => {
  const found = await readStaticRole(cx.storage, name);
  if (!found) return;
  const { role, n } = found;
  const body: StaticRole = { ...role, ...oneMoreFailure(role, cause, cx.clock.now()) };
  await tryWrite(cx.storage, [{ op: "put", address: staticRoleAddress(cx.storage, name), body, when: { n } }]);
};

const rotate = async (databases: Databases, name: string, role: StaticRole, cx: BackendContext): Promise<void> => {
  let applied: StaticRole;
  try {
    const config = await findConfig(cx.storage, role.db_name);
    checkAllowed(config, name);
    const begun = await withCandidate(cx, name, config);
    applied = await applyPassword(databases, config, begun, "", cx);
  } catch (cause) {
    if (cause instanceof VaultError) await postpone(cx, name, cause);
    throw cause;
  }
  await cx.crash("database.static.save", () => save(cx, name, applied));
};

const UNFINISHED =
  "unable to finish rotating credentials; retries will continue in the background but it is also safe to retry manually: ";

/** `rotate-role`. Throws with Vault's texts. */
export const rotateRole = async (databases: Databases, name: string, cx: BackendContext): Promise<undefined> => {
  const found = await readStaticRole(cx.storage, name);
  if (!found) throw invalidRequest("no static role found for role name");
  try {
    await rotate(databases, name, found.role, cx);
  } catch (cause) {
    // What somebody can put right, the connection's list of roles included.
    const mendable = cause instanceof VaultError && /^(?:invalid_request|permission_denied)$/.test(cause.code);
    if (mendable) throw broken(`${UNFINISHED}${cause.wire}`, cause);
    throw cause;
  }
  return undefined;
};

/** Rotates when it is time; a failure is for the log, and tried again later. Answers why it failed. */
const rotateIfDue = async (databases: Databases, name: string, role: StaticRole, cx: BackendContext) => {
  if (!isDue(role, cx.clock.now())) return undefined;
  try {
    await rotate(databases, name, role, cx);
    return undefined;
  } catch (cause) {
    cx.signal("static-rotation-failed");
    cx.log("static role could not be rotated", {
      role: cx.storage.tag(name),
      error: cause instanceof Error ? cause.name : "unknown",
    });
    return rotationError(cause);
  }
};

/**
 * Every role of the mount that is due, until the deadline. Each failure is kept in its role and tried again in its own
 * time; if there were any, it throws at the end, for those who watch the mount.
 */
export const rotateDue = async (databases: Databases, cx: BackendContext, deadlineMs: number): Promise<void> => {
  const one = async (name: string): Promise<string | undefined> => {
    const found = await readStaticRole(cx.storage, name);
    return found && rotateIfDue(databases, name, found.role, cx);
  };
  const due = await dueRoles(cx.storage, cx.clock.now());
  const failed = await rotateEach(due, one, () => cx.clock.now() < deadlineMs);
  if (failed !== undefined) throw new VaultError("upstream_failed", { wire: failed });
};

export const StaticCredsOutput = z.object({
  username: z.string(),
  password: z.string(),
  last_vault_rotation: z.string(),
  rotation_period: z.number().optional(),
  rotation_schedule: z.string().optional(),
  rotation_window: z.number().optional(),
  ttl: z.number(),
});

/** The password of a static role; one that is due is rotated first. Throws with Vault's texts. */
export const staticCreds = async (databases: Databases, name: string, cx: BackendContext) => {
  const found = await readStaticRole(cx.storage, name);
  if (!found) throw invalidRequest(`unknown role: ${cut(name)}`);
  checkAllowed(await findConfig(cx.storage, found.role.db_name), name);
  await rotateIfDue(databases, name, found.role, cx);
  const role = (await readStaticRole(cx.storage, name))?.role ?? found.role;
  const now = cx.clock.now();
  return {
    data: {
      username: role.username,
      password: role.password,
      last_vault_rotation: rfc3339(role.rotated),
      ...showTiming(role),
      ttl: Math.max(0, Math.floor((nextRotation(role, now) - now) / 1000)),
    },
  };
};
