import { z } from "zod";
import { AnyObject } from "../../framework/index.ts";
import { dueNames, rotationShown, showRotation } from "../../framework/rotations.ts";
import { defined } from "../../std/defined.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Entry, View } from "../../storage/store.ts";
import { Candidate } from "./configs.ts";
import { staticRoleAddress } from "./roles.ts";
import { parseSchedule } from "./schedule.ts";

/** Static roles as they are kept: `static-role/<name>` of the mount; and when each is due. */

const StoredStaticRole = z.object({
  db_name: z.string(),
  username: z.string(),
  rotation_statements: z.array(z.string()),
  /** Seconds; 0 with a schedule. */
  rotation_period: z.number(),
  rotation_schedule: z.string(),
  rotation_window: z.number(),
  credential_type: z.enum(["password", "rsa_private_key", "client_certificate"]),
  credential_config: z.custom<JsonObject>(),
  password: z.string(),
  /** When the password was changed, epoch milliseconds; 0: never. */
  rotated: z.number(),
  /** The password of a rotation that is not finished, if there is one. */
  candidates: z.array(Candidate).max(1),
  /** Epoch milliseconds before which a failed rotation is not tried again. */
  retry: z.number(),
  /** Failed rotations since the last good one, and why the last one failed. */
  failures: z.number().default(0),
  error: z.string().default(""),
});
export type StaticRole = z.output<typeof StoredStaticRole>;

export interface FoundStaticRole {
  readonly role: StaticRole;
  /** The write it was read from. */
  readonly n: number;
}

/** Out of an entry just read. */
export const foundIn = (entry: Entry | undefined): FoundStaticRole | undefined =>
  entry && { role: StoredStaticRole.parse(entry.body), n: entry.n };

export const readStaticRole = async (view: View, name: string): Promise<FoundStaticRole | undefined> => {
  return foundIn(await view.get(staticRoleAddress(view, name)));
};

/** Names of the roles of the mount that are due. */
export const dueRoles = (view: View, now: number): Promise<readonly string[]> =>
  dueNames(
    view,
    "static-role/",
    (name) => staticRoleAddress(view, name),
    ({ body }) => isDue(StoredStaticRole.parse(body), now),
  );

/** When the password is to be changed next; a moment that is past when a rotation is due. Epoch milliseconds. */
export const nextRotation = (role: StaticRole, now: number): number => {
  if (role.rotation_schedule === "") return role.rotated + role.rotation_period * 1000;
  // A time further back than the window was missed; the next one counts.
  const from = role.rotation_window > 0 ? Math.max(role.rotated, now - role.rotation_window * 1000) : role.rotated;
  return parseSchedule(role.rotation_schedule).next(from);
};

export const isDue = (role: StaticRole, now: number): boolean =>
  now >= role.retry && (role.candidates.length > 0 || now >= nextRotation(role, now));

/** How a role says when it rotates. */
export const showTiming = (role: StaticRole) =>
  role.rotation_schedule === ""
    ? { rotation_period: role.rotation_period }
    : defined({
        rotation_schedule: role.rotation_schedule,
        rotation_window: role.rotation_window > 0 ? role.rotation_window : undefined,
      });

/** What a read shows: either a period or a schedule. */
export const StaticRoleShown = z.object({
  db_name: z.string(),
  username: z.string(),
  credential_type: z.string(),
  credential_config: AnyObject.optional(),
  rotation_statements: z.array(z.string()),
  ...rotationShown,
  rotation_period: z.number().optional(),
  rotation_schedule: z.string().optional(),
  rotation_window: z.number().optional(),
});

export const showStaticRole = (role: StaticRole) =>
  defined({
    db_name: role.db_name,
    username: role.username,
    credential_type: role.credential_type,
    credential_config: Object.keys(role.credential_config).length > 0 ? role.credential_config : undefined,
    rotation_statements: role.rotation_statements,
    ...showRotation(role),
    ...showTiming(role),
  });
