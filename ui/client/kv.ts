import { mountServing } from "./mount-serving.ts";
import type { MountShown } from "./session.ts";

/**
 * Where the parts of a secret are, in key-value mounts of either version. A path here is what `vault kv get` takes: the
 * mount and the secret's path in it, without `data/`. Pure; nothing here knows what the caller may do.
 */

export type KvVersion = 1 | 2;

/** A secret, or a folder (`path` empty or ending in `/`), of a key-value mount. */
export interface KvPath {
  /** With its slash at the end: `secret/`. */
  readonly mount: string;
  readonly version: KvVersion;
  /** In the mount: `team-a/db`. */
  readonly path: string;
}

/** Where to send requests about a secret, or a folder. */
export type KvAddresses =
  | { readonly version: 1; readonly data: string; readonly list: string }
  | {
      readonly version: 2;
      readonly data: string;
      /** Names in a folder; history and settings of a secret are at the same address. */
      readonly list: string;
      readonly metadata: string;
      readonly detailed: string;
      readonly subkeys: string;
      readonly delete: string;
      readonly undelete: string;
      readonly destroy: string;
    };

const VERSION_1 = new Set(["kv", "kv-v1", "generic", "cubbyhole"]);

/** `undefined`: the mount is of another engine. A cubbyhole is read and written like version 1. */
export const kvVersionOf = ({ type, options }: Pick<MountShown, "type" | "options">): KvVersion | undefined => {
  if (type === "kv-v2" || (type === "kv" && options["version"] === "2")) return 2;
  return VERSION_1.has(type) ? 1 : undefined;
};

export const isCubbyhole = ({ type }: Pick<MountShown, "type">): boolean => type === "cubbyhole";

/** Where a secret can be kept; the cubbyhole last, since what is in it is gone with the session. */
export const placesToKeep = (mounts: readonly MountShown[]): readonly string[] => {
  const kept = mounts.filter((mount) => kvVersionOf(mount) !== undefined);
  return [...kept.filter((mount) => !isCubbyhole(mount)), ...kept.filter(isCubbyhole)].map(({ path }) => path);
};

/** `undefined`: no mount serves the path, or one of another engine. */
export const kvPathOf = (mounts: readonly MountShown[], path: string): KvPath | undefined => {
  const mount = mountServing(mounts, path);
  const version = mount && kvVersionOf(mount);
  return mount && version && { mount: mount.path, version, path: path.slice(mount.path.length) };
};

export const addressesOf = ({ mount, version, path }: KvPath): KvAddresses => {
  if (version === 1) return { version, data: mount + path, list: mount + path };
  const below = (part: string): string => `${mount}${part}/${path}`;
  return {
    version,
    data: below("data"),
    list: below("metadata"),
    metadata: below("metadata"),
    detailed: below("detailed-metadata"),
    subkeys: below("subkeys"),
    delete: below("delete"),
    undelete: below("undelete"),
    destroy: below("destroy"),
  };
};

export const isFolder = (path: string): boolean => path === "" || path.endsWith("/");

/** The last part of a path: `team-a/db` is named `db`, the folder `team-a/` is named `team-a/`. */
export const nameOf = (path: string): string => {
  const bare = path.endsWith("/") ? path.slice(0, -1) : path;
  return path.slice(bare.lastIndexOf("/") + 1);
};

/** The folder that a secret or a folder is in: `team-a/` for `team-a/db`; empty at the top. */
export const parentOf = (path: string): string => path.slice(0, path.length - nameOf(path).length);

/** The folders above a path in a mount, outermost first: `a/`, `a/b/` for `a/b/c` and for `a/b/c/`. */
export const foldersAbove = (path: string): readonly string[] => {
  const parts = parentOf(path).split("/").slice(0, -1);
  return parts.map((_, index) => `${parts.slice(0, index + 1).join("/")}/`);
};
