import { z } from "zod";
import { dueNames, rotationShown, showRotation } from "../../framework/rotations.ts";
import type { Address, Entry, View } from "../../storage/store.ts";

/**
 * Static roles as they are kept: an IAM user that exists, whose key is replaced from time to time. `static-role/<name>`
 * of the mount; `static-user/<name>` says which role has a user, for two would delete each other's keys.
 */

const StoredStaticRole = z.object({
  username: z.string(),
  /** The user's unique id: a user that was made again under the same name is another one. */
  id: z.string(),
  /** Seconds. */
  rotation_period: z.number(),
  access_key: z.string(),
  secret_key: z.string(),
  /** When the key was made; times are epoch milliseconds. */
  rotated: z.number(),
  /** A rotation that began and is not known to have ended: which keys there were before, and when. */
  intent: z.object({ at: z.number(), known: z.array(z.string()) }).nullable(),
  /** Before this a failed rotation is not tried again. */
  retry: z.number(),
  failures: z.number(),
  error: z.string(),
});
export type StaticRole = z.output<typeof StoredStaticRole>;

export interface FoundStaticRole {
  readonly role: StaticRole;
  /** The write it was read from. */
  readonly n: number;
}

export const staticRoleAddress = (view: View, name: string): Address => view.at(`static-role/${name}`);
/** IAM's names of users differ in more than case. */
export const staticUserAddress = (view: View, username: string): Address =>
  view.at(`static-user/${username.toLowerCase()}`);

export const foundIn = (entry: Entry | undefined): FoundStaticRole | undefined =>
  entry && { role: StoredStaticRole.parse(entry.body), n: entry.n };

export const readStaticRole = async (view: View, name: string): Promise<FoundStaticRole | undefined> =>
  foundIn(await view.get(staticRoleAddress(view, name)));

/** When the key is to be replaced next, epoch milliseconds. */
export const nextRotation = (role: StaticRole): number => role.rotated + role.rotation_period * 1000;

export const isDue = (role: StaticRole, now: number): boolean =>
  now >= role.retry && (role.intent !== null || now >= nextRotation(role));

/** Names of the roles of the mount that are due. */
export const dueRoles = (view: View, now: number): Promise<readonly string[]> =>
  dueNames(
    view,
    "static-role/",
    (name) => staticRoleAddress(view, name),
    ({ body }) => isDue(StoredStaticRole.parse(body), now),
  );

/** What reads and writes show. */
export const StaticRoleShown = z.object({
  name: z.string(),
  id: z.string(),
  username: z.string(),
  rotation_period: z.number(),
  ...rotationShown,
});

export const showStaticRole = (name: string, role: StaticRole) => ({
  name,
  id: role.id,
  username: role.username,
  rotation_period: role.rotation_period,
  ...showRotation(role),
});
