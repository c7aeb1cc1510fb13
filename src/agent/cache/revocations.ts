import { isJsonObject, readJson } from "../../std/json.ts";
import { Sensitive } from "../../std/sensitive.ts";
import { utf8Text } from "../../std/utf8.ts";
import { type Asked, isWrite, plainPath } from "../proxy/index.ts";
import { type TokenDigest, tokenDigest } from "./key.ts";

/** Which requests end tokens and leases, read off the request as the server will read it. */

export type Revoked =
  | { readonly what: "token" | "orphaned"; readonly token: TokenDigest }
  | { readonly what: "accessor"; readonly accessor: string }
  | { readonly what: "lease"; readonly lease: string }
  /** Leases and logins whose name begins so; a name ends at a slash. */
  | { readonly what: "prefix"; readonly prefix: string };

type Reading = (named: string, asked: Asked) => Revoked | undefined;

const bodyMember = ({ body }: Asked, name: string): string => {
  const value = readJson(utf8Text(body) ?? "");
  const member = isJsonObject(value) ? value[name] : undefined;
  return typeof member === "string" ? member : "";
};

const token = (what: "token" | "orphaned", text: string): Revoked | undefined =>
  text === "" ? undefined : { what, token: tokenDigest(new Sensitive(text)) };

const accessor = (text: string): Revoked | undefined =>
  text === "" ? undefined : { what: "accessor", accessor: text };

const lease = (text: string): Revoked | undefined => (text === "" ? undefined : { what: "lease", lease: text });

const prefix = (text: string): Revoked | undefined =>
  text === "" ? undefined : { what: "prefix", prefix: text.replace(/\/+$/, "") };

/** What is named in the path goes before the body, as in Vault's older paths. The first that fits counts. */
const READINGS: readonly (readonly [path: RegExp, read: Reading])[] = [
  [/^auth\/token\/revoke-self$/, (_named, { identity }) => ownToken(identity)],
  [/^auth\/token\/revoke-orphan(?:\/(.+))?$/, (named, asked) => token("orphaned", named || bodyMember(asked, "token"))],
  [/^auth\/token\/revoke-accessor(?:\/(.+))?$/, (named, asked) => accessor(named || bodyMember(asked, "accessor"))],
  [/^auth\/token\/revoke-prefix\/(.+)$/, (named) => prefix(named)],
  [/^auth\/token\/revoke(?:\/(.+))?$/, (named, asked) => token("token", named || bodyMember(asked, "token"))],
  [/^sys\/(?:leases\/)?revoke-(?:prefix|force)\/(.+)$/, (named) => prefix(named)],
  [/^sys\/(?:leases\/)?revoke(?:\/(.+))?$/, (named, asked) => lease(named || bodyMember(asked, "lease_id"))],
];

/** Unmounting revokes all leases of a mount; of a login's mount, its tokens. */
const UNMOUNTING: readonly (readonly [path: RegExp, read: (named: string) => Revoked | undefined])[] = [
  [/^sys\/mounts\/(.+)$/, (named) => prefix(named)],
  [/^sys\/auth\/(.+)$/, (named) => prefix(`auth/${named}`)],
];

const ownToken = (identity: Asked["identity"]): Revoked | undefined =>
  identity.kind === "none" ? undefined : { what: "token", token: tokenDigest(identity.token) };

/** Where the API's own part of a path may begin: a namespace can precede it. */
const apiPart = (path: string): string => /(?:^\/v1\/|\/)((?:auth\/token|sys)\/.*)$/.exec(path)?.[1] ?? "";

/** What a request ends if the server does as it is asked; `undefined`: nothing. */
export const revokedBy = (asked: Asked): Revoked | undefined => {
  if (!isWrite(asked)) return undefined;
  const path = apiPart(plainPath(asked.path));
  for (const [pattern, read] of asked.method === "DELETE" ? [...READINGS, ...UNMOUNTING] : READINGS) {
    const found = pattern.exec(path);
    if (found) return read(found[1] ?? "", asked);
  }
  return undefined;
};

/** Whether a name is the prefix, or goes on behind a slash. */
export const isBelow = (name: string, begin: string): boolean => name === begin || name.startsWith(`${begin}/`);
