import { multiError, permissionDenied } from "../../framework/index.ts";
import { type AccessRequest, type Decision, decide } from "../../policy/index.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import type { Read } from "../tokens/know.ts";
import type { KnownToken } from "../tokens/types.ts";
import type { Decoded } from "./decoded.ts";
import type { Trail } from "./trail.ts";

/**
 * The one guard: who asks, and whether they may. The pipeline's stages call it, and so do the few open endpoints that
 * look at a token themselves.
 *
 * Security: a caller learns that a token is not valid, never why; the reason, the caller and the rule that decided are
 * on the trail before anything is thrown, so a refusal cannot be missing from the audit log.
 */

const INVALID = multiError("permission denied", "invalid token");

export interface Shown {
  readonly decoded: Pick<Decoded, "token" | "sourceAddress">;
  readonly read: Read;
  readonly snapshot: Snapshot;
}

/** The caller behind the token of a request. Spends no use. Throws `permission_denied`. */
export const knownOrRefused = async (core: Core, shown: Shown, trail: Trail): Promise<KnownToken> => {
  const { decoded, read, snapshot } = shown;
  if (!decoded.token) throw permissionDenied("no token");
  const known = await core.tokens.know(decoded.token, read, snapshot, decoded.sourceAddress);
  if ("refused" in known) {
    throw permissionDenied(known.refused, known.invalid ? INVALID : "permission denied");
  }
  trail.learn({ known });
  return known;
};

/** The same, and one use less of a token that counts them; the last one ends the token with the request. */
export const spendOrRefused = async (
  core: Core,
  shown: Shown,
  trail: Trail,
): Promise<{ readonly known: KnownToken; readonly last: boolean }> => {
  const spent = await core.tokens.spend(await knownOrRefused(core, shown, trail));
  trail.learn({ known: spent.known, lastUse: spent.last });
  return spent;
};

/** Asks the caller's policies. Throws `permission_denied` unless they allow it. */
export const authorise = async (
  core: Core,
  known: KnownToken,
  access: AccessRequest,
  trail: Trail,
): Promise<Decision> => {
  const acl = await core.policies.acl(known.policies, known.entity);
  const decision = decide(acl, access);
  trail.learn({ decision });
  if (!decision.allowed) throw permissionDenied(decision.reason, "permission denied", true);
  return decision;
};
