import type { MfaCredentials } from "../core/mfa/types.ts";
import type { BasicCredentials } from "../core/request/decoded.ts";
import { invalidRequest, type VaultError } from "../framework/errors.ts";
import { notFound } from "../framework/index.ts";
import type { Seconds } from "../std/brand.ts";
import { parseGoBool } from "../std/go-bool.ts";
import { restate } from "../std/restate.ts";
import { Sensitive } from "../std/sensitive.ts";
import { shown } from "../std/shown.ts";
import { DurationError, parseDuration } from "../std/time.ts";
import { utf8Text } from "../std/utf8.ts";
import { type HttpRequest, headerValue } from "./message.ts";

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

/** Whether that token was sent as a bearer token. */
export const isBearer = (request: HttpRequest): boolean =>
  headerValue(request, "x-vault-token") === undefined && tokenOf(request) !== undefined;

const formDecoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
};

/**
 * Name and secret in `Authorization: Basic`; `undefined` where there are none. Both may be form-encoded within it, as
 * OAuth wants and some clients leave out; what is not well encoded is taken as it stands.
 * Source: RFC 7617, and RFC 6749, section 2.3.1.
 */
export const basicOf = (request: HttpRequest): BasicCredentials | undefined => {
  const authorization = headerValue(request, "authorization");
  if (authorization === undefined) return undefined;
  const [, encoded] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? [];
  const text = encoded === undefined ? undefined : utf8Text(Buffer.from(encoded, "base64"));
  const [, name, secret] = /^([^:]*):(.*)$/s.exec(text ?? "") ?? [];
  if (name === undefined || secret === undefined) return undefined;
  return { name: formDecoded(name), secret: new Sensitive(formDecoded(secret)) };
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

/**
 * What `X-Vault-MFA: <method>[:<code>]` shows, by method; `undefined` where the header is absent. It may be sent several
 * times, or once with commas between.
 */
export const mfaOf = (request: HttpRequest): MfaCredentials | undefined => {
  const lines = request.headers["x-vault-mfa"];
  if (lines === undefined) return undefined;
  const codesOf = new Map<string, Sensitive<string>[]>();
  for (const line of lines.flatMap((text) => text.split(",")).map((text) => text.trim())) {
    const cut = line.indexOf(":");
    if (line === "" || cut === 0) throw invalidRequest(`${MFA} name or ID`);
    if (cut === line.length - 1) throw invalidRequest(`${MFA} value`);
    const method = cut < 0 ? line : line.slice(0, cut);
    const codes = codesOf.get(method) ?? [];
    if (cut > 0) codes.push(new Sensitive(line.slice(cut + 1)));
    codesOf.set(method, codes);
  }
  return codesOf;
};

/** A header that changes nothing here but must be well formed, as the reference server wants it. */
export const checkHeaders = (request: HttpRequest): void => {
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

const HIDDEN = new Set(["x-vault-token", "authorization", "x-vault-mfa"]);

/** What backends and the audit log may see: everything but the token and codes. */
export const visibleHeaders = (request: HttpRequest): HttpRequest["headers"] =>
  Object.fromEntries(Object.entries(request.headers).filter(([name]) => !HIDDEN.has(name)));
