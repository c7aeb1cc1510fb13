import type { JsonObject } from "../../client/api.ts";
import { numberIn, objectIn, textIn } from "../../client/read-json.ts";

/** A mount as `sys/mounts` and `sys/auth` show it. */

export type Kind = "secret" | "auth";

export interface Mount {
  readonly kind: Kind;
  /** With its slash at the end; of a sign-in method without `auth/`. */
  readonly path: string;
  readonly type: string;
  readonly description: string;
  readonly accessor: string;
  readonly options: Readonly<Record<string, string>>;
  /** Seconds; 0: the system's. */
  readonly defaultTtl: number;
  readonly maxTtl: number;
  readonly listed: boolean;
}

/** Where the API lists and changes mounts of a kind. */
export const ROOMS = { secret: "sys/mounts", auth: "sys/auth" } as const;

/** Mounts that every server has: they are neither moved nor removed. */
const ALWAYS_THERE = new Set(["system", "cubbyhole", "identity", "token", "ns_system", "ns_identity"]);
export const isAlwaysThere = ({ type }: Mount): boolean => ALWAYS_THERE.has(type);

/** `mounts/M` of the page: `secret/`, `auth/userpass/`. */
export const addressOf = ({ kind, path }: Pick<Mount, "kind" | "path">): string =>
  kind === "auth" ? `auth/${path}` : path;

/** The other way round. */
export const placeIn = (address: string): Pick<Mount, "kind" | "path"> => {
  const path = address.endsWith("/") ? address : `${address}/`;
  return path.startsWith("auth/") ? { kind: "auth", path: path.slice("auth/".length) } : { kind: "secret", path };
};

/** `sys/mounts/team-a/kv`: the mount itself, to tune, enable or remove. */
export const endpointOf = ({ kind, path }: Pick<Mount, "kind" | "path">): string =>
  `${ROOMS[kind]}/${path.replace(/\/$/, "")}`;

export const mountIn = (kind: Kind, path: string, data: JsonObject): Mount => {
  const config = objectIn(data, "config");
  const options = objectIn(data, "options");
  return {
    kind,
    path,
    type: textIn(data, "type"),
    description: textIn(data, "description"),
    accessor: textIn(data, "accessor"),
    options: Object.fromEntries(Object.keys(options).map((name) => [name, textIn(options, name)])),
    defaultTtl: numberIn(config, "default_lease_ttl"),
    maxTtl: numberIn(config, "max_lease_ttl"),
    listed: textIn(config, "listing_visibility") === "unauth",
  };
};

/** Of a list's answer, by path. */
export const mountsIn = (kind: Kind, data: JsonObject): readonly Mount[] =>
  Object.keys(data)
    .sort()
    .map((path) => mountIn(kind, path, objectIn(data, path)));

/** A path that every hop passes on unchanged. */
export const pathIsSound = (path: string): boolean =>
  /^[^\s?#%\p{Cc}]+$/u.test(path) && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
