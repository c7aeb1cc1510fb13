import { z } from "zod";
import { type BackendContext, field, invalidRequest } from "../../framework/index.ts";
import { shown } from "../../std/shown.ts";
import { type Change, change } from "../../storage/change.ts";
import type { Entry } from "../../storage/store.ts";
import { busy, checkAllowed, findConfig } from "./configs.ts";
import { credentialConfig, credentialType } from "./credential-types.ts";
import type { Databases } from "./databases.ts";
import { freeOf, NOT_UNIQUE, notUnique, roleAddress, staticRoleAddress } from "./roles.ts";
import { parseSchedule, ScheduleError } from "./schedule.ts";
import { foundIn, type StaticRole } from "./static-role.ts";
import { applyPassword } from "./static-rotation.ts";

/** Writing static roles: an existing user whose password is changed from time to time. */

export const StaticRoleInput = z.object({
  db_name: field.text("Name of the connection."),
  username: field.text("The user; cannot be changed."),
  rotation_statements: field.textList("Statements that change the password; none: ALTER ROLE."),
  rotation_period: field.duration("Time between two rotations; at least 5 seconds."),
  rotation_schedule: field.text("When to rotate, in cron's five fields, UTC; instead of a period."),
  rotation_window: field.duration("How long after its time a scheduled rotation may still happen; at least an hour."),
  credential_type: field.text("`password`."),
  credential_config: field.keyValues("How the password is made; `password_policy`."),
});
export type StaticRoleInput = z.output<typeof StaticRoleInput>;

const SHORTEST_PERIOD = 5;
const SHORTEST_WINDOW = 3600;

type Timing = Pick<StaticRole, "rotation_period" | "rotation_schedule" | "rotation_window">;

const scheduled = (schedule: string, window: number | undefined): Timing => {
  try {
    parseSchedule(schedule);
  } catch (cause) {
    if (!(cause instanceof ScheduleError)) throw cause;
    throw invalidRequest(`could not parse rotation_schedule: ${cause.message}`, { cause });
  }
  if (window !== undefined && window !== 0 && window < SHORTEST_WINDOW) {
    throw invalidRequest("rotation_window is invalid: it must be 3600 seconds or more");
  }
  return { rotation_period: 0, rotation_schedule: schedule, rotation_window: window ?? 0 };
};

/** When to rotate. Throws `invalid_request` with Vault's texts. */
const timingOf = (old: StaticRole | undefined, input: StaticRoleInput): Timing => {
  const { rotation_period: period, rotation_window: window } = input;
  const schedule = input.rotation_schedule || undefined;
  if (period !== undefined && schedule !== undefined) {
    throw invalidRequest(
      "mutually exclusive fields rotation_period and rotation_schedule were both specified; only one of them can be provided",
    );
  }
  if (schedule !== undefined) return scheduled(schedule, window);
  if (period === undefined && old?.rotation_schedule) {
    return scheduled(old.rotation_schedule, window ?? old.rotation_window);
  }
  const length = period ?? old?.rotation_period;
  if (length === undefined) {
    throw invalidRequest("one of rotation_schedule or rotation_period must be provided to create a static account");
  }
  if (window !== undefined) throw invalidRequest("rotation_window is invalid with use of rotation_period");
  if (length < SHORTEST_PERIOD) throw invalidRequest("rotation_period must be 5 seconds or more");
  return { rotation_period: length, rotation_schedule: "", rotation_window: 0 };
};

const merged = (old: StaticRole | undefined, input: StaticRoleInput): StaticRole => {
  const dbName = input.db_name ?? old?.db_name ?? "";
  if (dbName === "") throw invalidRequest("database name is a required field");
  if (!old && !input.username) throw invalidRequest("username is a required field to create a static account");
  if (old && input.username !== old.username) throw invalidRequest("cannot update static account username");
  const timing = timingOf(old, input);
  const type = input.credential_type ? credentialType(input.credential_type) : (old?.credential_type ?? "password");
  return {
    password: "",
    rotated: 0,
    retry: 0,
    failures: 0,
    error: "",
    candidates: [],
    ...old,
    ...timing,
    db_name: dbName,
    username: input.username ?? "",
    rotation_statements: input.rotation_statements ? [...input.rotation_statements] : (old?.rotation_statements ?? []),
    credential_type: type,
    credential_config:
      old && input.credential_config === undefined && type === old.credential_type
        ? old.credential_config
        : credentialConfig(type, input.credential_config ?? {}),
  };
};

/**
 * Writes or changes a static role. A new one takes the user over at once: its password is changed before the role is
 * kept. Throws with Vault's texts.
 */
export const writeStaticRole = async (
  databases: Databases,
  name: string,
  input: StaticRoleInput,
  cx: BackendContext,
): Promise<undefined> => {
  const view = cx.storage;
  const free = freeOf(roleAddress(view, name));
  let applied: StaticRole | undefined;
  const decide = async (entry: Entry | undefined): Promise<Change<undefined>> => {
    const found = foundIn(entry);
    if (!found && (await view.get(roleAddress(view, name)))) throw invalidRequest(NOT_UNIQUE);
    const next = merged(found?.role, input);
    const config = await findConfig(view, next.db_name);
    checkAllowed(config, name);
    const connector = await databases.connector(config.plugin_name);
    if (!connector.credentialTypes.includes(next.credential_type)) {
      throw invalidRequest(`unsupported credential_type: ${shown(next.credential_type)}`);
    }
    if (!found) applied = await applyPassword(databases, config, next, "error setting credentials: ", cx);
    // Somebody made the role meanwhile: which of the two passwords is in force the next rotation settles.
    const late =
      found && applied ? { ...next, candidates: [{ password: applied.password, at: cx.clock.now() }] } : next;
    const body = found ? late : (applied ?? next);
    return { op: "put", body, also: [free], refusal: notUnique(free), result: undefined };
  };
  return change(view, staticRoleAddress(view, name), decide, { busy });
};
