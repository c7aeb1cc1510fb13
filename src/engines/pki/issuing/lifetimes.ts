import { type BackendContext, invalidRequest } from "../../../framework/index.ts";
import { cut } from "../../../std/shown.ts";
import { formatDuration, seconds, shortRfc3339 } from "../../../std/time.ts";
import {
  cutTtl,
  EARLIEST,
  momentOf,
  refuseBackwards,
  refuseTwoEnds,
  USUAL_BACKDATING,
} from "../authorities/validity.ts";
import type { SigningIssuer } from "../model.ts";
import type { Role } from "./role.ts";

/** From when to when a certificate is valid: by role, request, mount and issuer. Epoch milliseconds. */

export interface LifetimeInput {
  readonly ttl?: number | undefined;
  readonly not_before?: string | undefined;
  readonly not_after?: string | undefined;
}

export interface Lifetime {
  readonly notBefore: number;
  readonly notAfter: number;
  readonly warnings: readonly string[];
}

type LifetimeRole = Pick<
  Role,
  "ttl" | "max_ttl" | "not_before" | "not_before_bound" | "not_before_duration" | "not_after" | "not_after_bound"
>;

const BEFORE_BOUNDS: readonly string[] = ["permit", "duration", "forbid"];
const AFTER_BOUNDS: readonly string[] = ["permit", "ttl-limited", "forbid"];

/** Refuses unknown bounds. */
export const checkBounds = (before: string, after: string): void => {
  if (!AFTER_BOUNDS.includes(after) && !isInstant(after)) {
    throw invalidRequest(
      "Unknown value for field `not_after_bound`. Possible values are `permit`, `ttl-limited`, `forbid`, or an explicit timestamp.",
    );
  }
  if (!BEFORE_BOUNDS.includes(before)) {
    throw invalidRequest(
      "Unknown value for field `not_before_bound`. Possible values are `permit` `duration` or `forbid`",
    );
  }
};

const isInstant = (text: string): boolean => {
  try {
    momentOf(text);
    return true;
  } catch {
    return false;
  }
};

const beginning = (input: LifetimeInput, role: LifetimeRole, now: number): number => {
  const back = role.not_before_duration === 0 ? USUAL_BACKDATING : role.not_before_duration;
  const usual = now - back * 1000;
  if (role.not_before !== "") return momentOf(role.not_before);
  const { not_before: asked = "" } = input;
  if (asked === "") return usual;
  const { not_before_bound: bound } = role;
  if (bound === "forbid") {
    throw invalidRequest(`not_before_bound is set to ${bound}. not_before cannot be provided.`);
  }
  const at = momentOf(asked);
  if (bound === "duration" && at < now - role.not_before_duration * 1000) {
    throw invalidRequest(
      `not_before_bound is set to ${bound}. Cannot satisfy request as it would result in notBefore of ${shortRfc3339(at)} that is older than the allowed not_before_duration of ${formatDuration(seconds(role.not_before_duration))}`,
    );
  }
  return at;
};

/** The lifetime where no end is given. */
const span = (ttl: number, role: LifetimeRole, { mount }: Pick<BackendContext, "mount">) =>
  cutTtl(ttl || role.ttl || mount.defaultTtl, role.max_ttl || mount.maxTtl);

/** The end that role or request name. `undefined`: none. */
const namedEnd = (input: LifetimeInput, role: LifetimeRole): number | undefined => {
  if (role.not_after !== "") return momentOf(role.not_after);
  const { not_after: asked = "" } = input;
  if (asked === "") return undefined;
  if (role.not_after_bound === "forbid") {
    throw invalidRequest(`not_after_bound is set to ${role.not_after_bound}. not_after cannot be provided.`);
  }
  return momentOf(asked);
};

/** An end that is not past the issuer's, unless the issuer permits it. */
const withinIssuer = (end: number, { stored, certificate }: SigningIssuer, now: number): number => {
  const last = certificate.notAfter;
  if (end <= last || stored.outlives === "permit") return end;
  if (stored.outlives === "truncate") {
    if (end < now) {
      throw invalidRequest(`cannot satisfy request, as NotAfter date ${shortRfc3339(end)} is in the past`);
    }
    return last;
  }
  throw invalidRequest(
    `cannot satisfy request, as TTL would result in notAfter of ${shortRfc3339(end)} that is beyond the expiration of the CA certificate at ${shortRfc3339(last)}`,
  );
};

const ending = (
  input: LifetimeInput,
  role: LifetimeRole,
  issuer: SigningIssuer,
  cx: Pick<BackendContext, "mount" | "clock">,
): { readonly at: number; readonly warnings: readonly string[] } => {
  const now = cx.clock.now();
  const named = namedEnd(input, role);
  const ttl = input.ttl ?? 0;
  if (ttl > 0 && named !== undefined) refuseTwoEnds();
  const { seconds: most, warnings } = span(ttl, role, cx);
  const { not_after_bound: bound } = role;
  if (bound === "ttl-limited" && role.not_after === "" && named !== undefined && named > now + most * 1000) {
    throw invalidRequest(
      `not_after_bound is set to ${bound}. Cannot satisfy request as that would result in notAfter of ${shortRfc3339(named)} that is beyond the TTL of ${formatDuration(seconds(most))}`,
    );
  }
  const at = withinIssuer(named ?? now + most * 1000, issuer, now);
  if (!AFTER_BOUNDS.includes(bound) && at > momentOf(bound)) {
    throw invalidRequest(
      `not_after_bound is set to ${cut(bound)}. Cannot statisfy request as that would result in notAfter of ${shortRfc3339(at)} that is beyond the maximum timestamp of ${shortRfc3339(momentOf(bound))}`,
    );
  }
  return { at, warnings };
};

/** What a certificate says of a time: whole seconds. */
const toSecond = (at: number): number => Math.floor(at / 1000) * 1000;

/** Throws with the reference's texts. */
export const lifetimeOf = (
  input: LifetimeInput,
  role: LifetimeRole,
  issuer: SigningIssuer,
  cx: Pick<BackendContext, "mount" | "clock">,
): Lifetime => {
  const notBefore = toSecond(beginning(input, role, cx.clock.now()));
  const { at, warnings } = ending(input, role, issuer, cx);
  const notAfter = toSecond(at);
  if (notBefore < EARLIEST) throw invalidRequest(`a certificate cannot begin before ${shortRfc3339(EARLIEST)}`);
  refuseBackwards({ notBefore, notAfter });
  return { notBefore, notAfter, warnings };
};
