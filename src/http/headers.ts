import { invalidRequest, type VaultError } from "../framework/errors.ts";
import { notFound } from "../framework/index.ts";
import type { Seconds } from "../std/brand.ts";
import { restate } from "../std/restate.ts";
import { Sensitive } from "../std/sensitive.ts";
import { shown } from "../std/shown.ts";
import { DurationError, parseDuration } from "../std/time.ts";
import { type HttpRequest, headerValue } from "./message.ts";
import { parseGoBool } from "./query.ts";

/** The request headers that mean something to Vault's API. Names: Vault documentation, "HTTP API". */

/**
 * The token: `X-Vault-Token`, else `Authorization: Bearer …` with exactly that prefix.
 *
 * Security: a header sent twice is one text joined by a comma, at every front door, and so not a token; neither
 * the first nor the last of two wins.
 */
export const tokenOf = (request: HttpRequest): Sensitive<string> | undefined => {
  const own = headerValue(request, "x-vault-token");
  if (own !== undefined) return new Sensitive(own);
  const authorization = headerValue(request, "authorization");
  if (!authorization?.startsWith("Bearer ")) return undefined;
  const token = authorization.slice("Bearer ".length).trim();
  return token === "" ? undefined : new Sensitive(token);
};

const wrapError = (why: string): VaultError => invalidRequest(`error parsing X-Vault-Wrap-TTL header: ${why}`);

/**
 * The wanted life of a wrapping token; `undefined` when the answer is not to be wrapped.
 *
 * Security: only a zero as written means that. Anything under a second is a second: who asked for wrapping never gets
 * the answer in clear.
 */
export const wrapTtlOf = (request: HttpRequest): Seconds | undefined => {
  const text = headerValue(request, "x-vault-wrap-ttl");
  if (text === undefined) return undefined;
  const ttl = restate(
    DurationError,
    (cause) => wrapError(cause.message),
    () => parseDuration(text),
  );
  if (ttl < 0) throw wrapError("requested wrap ttl cannot be negative");
  return ttl > 0 ? ttl : undefined;
};

const MFA = 'failed to parse X-Vault-MFA header: invalid data in header "X-Vault-MFA"; missing method';

/** Headers that change nothing here but must be well formed, as the reference server wants them. */
export const checkHeaders = (request: HttpRequest): void => {
  for (const line of request.headers["x-vault-mfa"] ?? []) {
    const cut = line.indexOf(":");
    if (line === "" || cut === 0) throw invalidRequest(`${MFA} name or ID`);
    if (cut === line.length - 1) throw invalidRequest(`${MFA} value`);
  }
  const override = headerValue(request, "x-vault-policy-override");
  if (override !== undefined && parseGoBool(override) === undefined) {
    throw invalidRequest(
      `failed to parse X-Vault-Policy-Override header: strconv.ParseBool: parsing ${shown(override)}: invalid syntax`,
    );
  }
};

/**
 * The namespace as asked, to be echoed; `undefined` for none. There is only the root, which may be named `/` or
 * `root`. Throws `not_found` for any other: doing in the root what was meant for elsewhere would be worse.
 */
export const namespaceOf = (request: HttpRequest): string | undefined => {
  const name = headerValue(request, "x-vault-namespace");
  if (name === undefined) return undefined;
  if (!/^\/?(?:root)?\/?$/.test(name)) throw notFound("namespace not found");
  return name;
};

const HIDDEN = new Set(["x-vault-token", "authorization"]);

/** What backends and the audit log may see: everything but the token. */
export const visibleHeaders = (request: HttpRequest): HttpRequest["headers"] =>
  Object.fromEntries(Object.entries(request.headers).filter(([name]) => !HIDDEN.has(name)));
