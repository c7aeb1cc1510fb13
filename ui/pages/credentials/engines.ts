import type { ApiRequest } from "../../protocol.ts";
import type { credentials } from "../../texts/credentials.ts";

/** Which engines hand out credentials, where, and what they want to know. Pure. */

export type WayName = keyof typeof credentials.ways;
export type FieldName = keyof typeof credentials.fields;

export interface FieldSpec {
  readonly name: FieldName;
  readonly kind: "line" | "text" | "duration";
  readonly required: boolean;
}

export interface Way {
  readonly name: WayName;
  /** What names the roles, below the mount. */
  readonly list: string;
  /** What gives the credentials, below the mount: the name follows. */
  readonly at: string;
  readonly method: "GET" | "POST";
  readonly fields: readonly FieldSpec[];
  /** What is shown cannot be shown again. */
  readonly once: boolean;
}

const line = (name: FieldName, required = false): FieldSpec => ({ name, kind: "line", required });
const TTL: FieldSpec = { name: "ttl", kind: "duration", required: false };

const creds = (fields: readonly FieldSpec[] = []): Way => ({
  name: "creds",
  list: "roles",
  at: "creds",
  method: "GET",
  fields,
  once: true,
});
const STATIC: Way = {
  name: "static",
  list: "static-roles",
  at: "static-creds",
  method: "GET",
  fields: [],
  once: false,
};

const WAYS: Readonly<Record<string, readonly Way[]>> = {
  database: [creds(), STATIC],
  aws: [creds([TTL, line("role_arn")]), STATIC],
  ssh: [
    { ...creds([line("ip", true), line("username")]), name: "otp", method: "POST" },
    {
      name: "sign",
      list: "roles",
      at: "sign",
      method: "POST",
      fields: [{ name: "public_key", kind: "text", required: true }, line("valid_principals"), TTL],
      once: false,
    },
  ],
  totp: [{ name: "code", list: "keys", at: "code", method: "GET", fields: [], once: false }],
  pki: [
    {
      name: "issue",
      list: "roles",
      at: "issue",
      method: "POST",
      fields: [line("common_name", true), line("alt_names"), TTL],
      once: true,
    },
  ],
};

/** Engines that keep things or work on them, and hand nothing out. */
const NONE = new Set([
  "kv",
  "kv-v1",
  "kv-v2",
  "generic",
  "cubbyhole",
  "system",
  "identity",
  "transit",
  "transform",
  "kmip",
]);

/** Of an engine that is not known, what most have: `roles` and `creds`. */
export const waysOf = (type: string): readonly Way[] => {
  if (Object.hasOwn(WAYS, type)) return WAYS[type] ?? [];
  return NONE.has(type) || type.startsWith("ns_") ? [] : [creds()];
};

/** A role of SSH is for one of both ways. */
export const fitsRole = (way: Way, keyType: string): boolean =>
  keyType === "" || (way.name === "sign" ? keyType === "ca" : way.name !== "otp" || keyType === "otp");

/** `mount` with its slash at the end. */
export const pathOf = (way: Way, mount: string, role: string): string => `${mount}${way.at}/${role}`;

/** What the form asks of the server; fields left empty are not sent. */
export const requestOf = (
  way: Way,
  mount: string,
  role: string,
  values: Readonly<Partial<Record<FieldName, string>>>,
): ApiRequest => {
  const given = way.fields.flatMap(({ name }) => {
    const value = values[name]?.trim() ?? "";
    return value === "" ? [] : [[name, value] as const];
  });
  const path = pathOf(way, mount, role);
  const sent = Object.fromEntries(given);
  return way.method === "GET"
    ? { method: "GET", path, ...(given.length > 0 ? { query: sent } : {}) }
    : { method: "POST", path, body: JSON.stringify(sent) };
};
