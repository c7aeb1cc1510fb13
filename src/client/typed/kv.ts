import { defined } from "../../std/defined.ts";
import { isJsonObject, type JsonObject } from "../../std/json.ts";
import type { Secret } from "../contract.ts";
import { numberIn, objectIn, type Requests, textIn } from "./requests.ts";

/** Secrets of a KV mount, of version 2 and of version 1. */

export interface KvVersion {
  readonly version: number;
  /** RFC 3339. */
  readonly created_time: string;
  /** Empty: it is not deleted. */
  readonly deletion_time: string;
  readonly destroyed: boolean;
  readonly custom_metadata: Readonly<Record<string, string>>;
}

export interface KvSecret extends KvVersion {
  readonly data: JsonObject;
}

export interface KvMetadata {
  readonly current_version: number;
  readonly oldest_version: number;
  readonly max_versions: number;
  readonly cas_required: boolean;
  readonly delete_version_after: string;
  readonly custom_metadata: Readonly<Record<string, string>>;
  /** By number. */
  readonly versions: ReadonlyMap<number, KvVersion>;
}

export interface KvMetadataChange {
  readonly max_versions?: number;
  readonly cas_required?: boolean;
  readonly delete_version_after?: string;
  readonly custom_metadata?: Readonly<Record<string, string>>;
}

export interface CheckAndSet {
  /** The version that is replaced; 0: there must be none. The server refuses any other. */
  readonly cas?: number;
}

export interface Kv {
  /** `undefined`: there is none, or its version is deleted or destroyed. */
  read(path: string, options?: { readonly version?: number }): Promise<KvSecret | undefined>;
  /** Replaces the whole secret. */
  write(path: string, data: JsonObject, options?: CheckAndSet): Promise<KvVersion>;
  /** Changes some fields; `null` removes one. Throws `ResponseError` with 404 where the path has no secret. */
  patch(path: string, change: JsonObject, options?: CheckAndSet): Promise<KvVersion>;
  /** The newest version, or those named; they can be brought back. */
  delete(path: string, versions?: readonly number[]): Promise<void>;
  undelete(path: string, versions: readonly number[]): Promise<void>;
  /** For good. */
  destroy(path: string, versions: readonly number[]): Promise<void>;
  /** Names at a path; those of folders end in a slash. */
  list(path?: string): Promise<readonly string[]>;
  readMetadata(path: string): Promise<KvMetadata | undefined>;
  writeMetadata(path: string, change: KvMetadataChange): Promise<void>;
  /** The secret with all its versions, for good. */
  deleteMetadata(path: string): Promise<void>;
}

const textsOf = (value: JsonObject): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));

const versionOf = (data: JsonObject, version = numberIn(data, "version")): KvVersion => ({
  version,
  created_time: textIn(data, "created_time"),
  deletion_time: textIn(data, "deletion_time"),
  destroyed: data["destroyed"] === true,
  custom_metadata: textsOf(objectIn(data, "custom_metadata")),
});

const written = (secret: Secret | undefined): KvVersion => versionOf(objectIn(secret, "data"));

export const kvOf = (requests: Requests, mount: string): Kv => {
  const at = (kind: string, path: string): string => `${mount}/${kind}/${path}`;
  return {
    read: async (path, { version } = {}) => {
      const query = version === undefined ? {} : { version: String(version) };
      const data = (await requests.find(at("data", path), query))?.data;
      if (!isJsonObject(data?.["data"])) return undefined;
      return { data: data["data"], ...versionOf(objectIn(data, "metadata")) };
    },
    write: async (path, data, options = {}) =>
      written(await requests.ask("PUT", at("data", path), { data, options: defined({ cas: options.cas }) })),
    patch: async (path, data, options = {}) =>
      written(await requests.ask("PATCH", at("data", path), { data, options: defined({ cas: options.cas }) })),
    delete: async (path, versions) => {
      if (versions === undefined) await requests.ask("DELETE", at("data", path));
      else await requests.ask("PUT", at("delete", path), { versions });
    },
    undelete: async (path, versions) => {
      await requests.ask("PUT", at("undelete", path), { versions });
    },
    destroy: async (path, versions) => {
      await requests.ask("PUT", at("destroy", path), { versions });
    },
    list: (path = "") => requests.keys(at("metadata", path)),
    readMetadata: async (path) => {
      const data = (await requests.find(at("metadata", path)))?.data;
      if (!isJsonObject(data)) return undefined;
      const versions = Object.entries(objectIn(data, "versions"));
      return {
        current_version: numberIn(data, "current_version"),
        oldest_version: numberIn(data, "oldest_version"),
        max_versions: numberIn(data, "max_versions"),
        cas_required: data["cas_required"] === true,
        delete_version_after: textIn(data, "delete_version_after"),
        custom_metadata: textsOf(objectIn(data, "custom_metadata")),
        versions: new Map(
          versions.map(([number, version]) => [
            Number(number),
            versionOf(isJsonObject(version) ? version : {}, Number(number)),
          ]),
        ),
      };
    },
    writeMetadata: async (path, change) => {
      await requests.ask("PUT", at("metadata", path), { ...change });
    },
    deleteMetadata: async (path) => {
      await requests.ask("DELETE", at("metadata", path));
    },
  };
};

/** A mount without versions. */
export interface Kv1 {
  read(path: string): Promise<JsonObject | undefined>;
  write(path: string, data: JsonObject): Promise<void>;
  delete(path: string): Promise<void>;
  list(path?: string): Promise<readonly string[]>;
}

export const kv1Of = (requests: Requests, mount: string): Kv1 => ({
  read: async (path) => {
    const data = (await requests.find(`${mount}/${path}`))?.data;
    return isJsonObject(data) ? data : undefined;
  },
  write: async (path, data) => {
    await requests.ask("PUT", `${mount}/${path}`, data);
  },
  delete: async (path) => {
    await requests.ask("DELETE", `${mount}/${path}`);
  },
  list: (path = "") => requests.keys(`${mount}/${path}`),
});
