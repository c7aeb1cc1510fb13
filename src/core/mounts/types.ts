import type { Catalog } from "../catalog.ts";
import type { Mount } from "./mount.ts";

/** Types by the names an operator mounts them by. */

type Kind = Mount["kind"];

export interface ResolvedType {
  readonly type: string;
  /** What the name means: `kv-v2` is `kv` with `version=2`. */
  readonly options: Readonly<Record<string, string>>;
}

export const resolveType = (catalog: Catalog, kind: Kind, name: string): ResolvedType | undefined => {
  for (const row of catalog.types) {
    if (row.kind !== kind) continue;
    if (row.type === name) return { type: name, options: {} };
    const options = Object.hasOwn(row.aliases, name) ? row.aliases[name] : undefined;
    if (options) return { type: row.type, options };
  }
  return undefined;
};

/** The versions a type comes in; empty where `options.version` means nothing. */
export const versionsOf = (catalog: Catalog, kind: Kind, type: string): readonly string[] => {
  const row = catalog.types.find((one) => one.kind === kind && one.type === type);
  return Object.values(row?.aliases ?? {}).flatMap(({ version }) => version ?? []);
};

/** Whether mounts of a type count failed logins by name. */
export const isLockable = (catalog: Catalog, kind: Kind, type: string): boolean =>
  catalog.types.some((one) => one.kind === kind && one.type === type && one.lockable);
