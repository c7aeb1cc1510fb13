/** Words of mounts: the list, one of them, enabling another. */

export const mounts = {
  title: "Mounts",
  intro: "A mount is an engine or a sign-in method at a path of its own.",
  kinds: { secret: "Secrets engines", auth: "Sign-in methods" },
  none: "None that you may see.",
  enable: { secret: "Enable an engine", auth: "Enable a sign-in method" },

  type: "Type",
  version: "version",
  description: "Description",
  noDescription: "none",
  accessor: "Accessor",
  options: "Options",
  defaultTtl: "Default lease time",
  maxTtl: "Longest lease time",
  system: "the system's default",
  listed: "Listed before signing in",
  yes: "yes",
  no: "no",
  forms: "Its paths, as forms",
  browse: "Open",

  tune: "Change settings",
  tuneTitle: (path: string) => `Settings of ${path}`,
  tuneTtlHint: "Such as 30m or 12h. Empty: the system's default.",
  tuneListed: "List it for everybody before signing in",
  save: "Save",
  saved: (path: string) => `Saved the settings of ${path}`,

  move: "Move",
  moveTitle: (path: string) => `Move ${path}`,
  moveTo: "New path",
  moveText:
    "What is in it moves with it. Policies that name the old path allow nothing at the new one: they are not rewritten.",
  moveTokens: "Its leases and the tokens of its logins are revoked.",
  moving: (from: string, to: string) => `Moving ${from} to ${to}`,
  moved: (from: string, to: string) => `Moved ${from} to ${to}`,
  moveFailed: (status: string) => `The move ended with: ${status}`,

  remove: "Remove",
  removeTitle: (path: string) => `Remove ${path}?`,
  removeSecret: "Everything in it is deleted, its leases are revoked, and no copy is kept. This cannot be undone.",
  removeAuth:
    "Its people and roles are deleted, and every token that a login there made is revoked. This cannot be undone.",
  removed: (path: string) => `Removed ${path}`,

  path: "Path",
  pathHint: "Where it will be. It may hold slashes.",
  pathWrong: "A path has no blanks, no ? # % and no empty part.",
  enabled: (path: string) => `Enabled ${path}`,
  noTypes: "You may not see which types there are. Type one.",
  kvVersion: "Version",
  kvVersions: { two: "2, with a history", one: "1, the last value alone" },
} as const;
