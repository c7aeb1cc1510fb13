import { JsonNumber, type JsonObject } from "../std/json.ts";
import { shown } from "../std/shown.ts";
import { TokenRefused } from "./errors.ts";

/**
 * The registered claims of a token: issuer, subject, audience and times, in that order, with Vault's texts.
 * Source: hashicorp/cap `jwt.Validate`.
 */

export interface Leeways {
  /** Life of a token without `exp`, in seconds; 0 is the default, less is none. */
  readonly expiration: number;
  /** How long before its end a token without `nbf` and `iat` is valid; 0 is the default, less is none. */
  readonly notBefore: number;
  /** How far clocks may differ; 0 is the default, less is none. */
  readonly clockSkew: number;
}

const DEFAULT_LEEWAYS: Leeways = { expiration: 0, notBefore: 0, clockSkew: 0 };

export interface Expected {
  /** Empty: not checked. */
  readonly issuer?: string | undefined;
  /** Empty: not checked. */
  readonly subject?: string | undefined;
  /** One of them must be an audience of the token; empty: not checked. */
  readonly audiences?: readonly string[] | undefined;
  readonly leeways?: Leeways | undefined;
  /** The token may go without any of the three times. */
  readonly timeless?: boolean | undefined;
}

const REGISTERED = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
const LEEWAY = 150;
const CLOCK_SKEW = 60;

const fold = (name: string): string => name.toUpperCase().toLowerCase();

/** A second spelling of a registered claim (`SUB`, `ſub`): readers differ in which they believe. */
const checkSpelling = (claims: JsonObject): void => {
  for (const name of Object.keys(claims)) {
    const registered = fold(name);
    if (registered !== name && REGISTERED.includes(registered))
      throw new TokenRefused(
        `ambiguous claim: key ${shown(name)} collides with registered claim ${shown(registered)} under case folding`,
      );
  }
};

const text = (claims: JsonObject, name: "iss" | "sub", title: string): string => {
  const value = claims[name] ?? "";
  if (typeof value === "string") return value;
  throw new TokenRefused(`invalid ${title} (${name}) claim`);
};

const audiencesOf = ({ aud }: JsonObject): readonly string[] => {
  if (aud === undefined) return [];
  const list = typeof aud === "string" ? [aud] : aud;
  if (Array.isArray(list) && list.every((item) => typeof item === "string")) return list;
  throw new TokenRefused("invalid audience (aud) claim: neither a text nor a list of texts");
};

const TIMES = { exp: "expiration time", nbf: "not before", iat: "issued at" };

/** Whole seconds since the epoch; 0 where the claim is missing, as in Vault. */
const time = (claims: JsonObject, name: keyof typeof TIMES): number => {
  const value = claims[name] ?? 0;
  const number = value instanceof JsonNumber ? Number(value.value) : value;
  if (typeof number === "number" && Math.abs(number) <= Number.MAX_SAFE_INTEGER) return Math.trunc(number);
  throw new TokenRefused(`invalid ${TIMES[name]} (${name}) claim: not a time`);
};

const leeway = (given: number, fallback: number): number => (given === 0 ? fallback : Math.max(given, 0));

const checkTimes = (claims: JsonObject, leeways: Leeways, timeless: boolean, nowMs: number): void => {
  const issued = time(claims, "iat");
  let expires = time(claims, "exp");
  let starts = time(claims, "nbf");
  if (issued === 0 && expires === 0 && starts === 0) {
    if (timeless) return;
    throw new TokenRefused("no issued at (iat), not before (nbf), or expiration time (exp) claims in token");
  }
  if (expires === 0) expires = Math.max(issued, starts) + leeway(leeways.expiration, LEEWAY);
  if (starts === 0) starts = issued === 0 ? expires - leeway(leeways.notBefore, LEEWAY) : issued;
  const skew = leeway(leeways.clockSkew, CLOCK_SKEW);
  const now = nowMs / 1000;
  if (now + skew < starts) throw new TokenRefused("invalid not before (nbf) claim: token not yet valid");
  if (now - skew > expires) throw new TokenRefused("invalid expiration time (exp) claim: token is expired");
  if (now + skew < issued) throw new TokenRefused("invalid issued at (iat) claim: token issued in the future");
};

/** Throws `TokenRefused`. Takes the time in milliseconds since the epoch. */
export const checkClaims = (claims: JsonObject, expected: Expected, nowMs: number): void => {
  checkSpelling(claims);
  const issuer = text(claims, "iss", "issuer");
  if (expected.issuer && expected.issuer !== issuer) throw new TokenRefused("invalid issuer (iss) claim");
  const subject = text(claims, "sub", "subject");
  if (expected.subject && expected.subject !== subject) throw new TokenRefused("invalid subject (sub) claim");
  const audiences = audiencesOf(claims);
  const wanted = expected.audiences ?? [];
  if (wanted.length > 0 && !wanted.some((audience) => audiences.includes(audience)))
    throw new TokenRefused("invalid audience (aud) claim: audience claim does not match any expected audience");
  checkTimes(claims, expected.leeways ?? DEFAULT_LEEWAYS, expected.timeless ?? false, nowMs);
};
