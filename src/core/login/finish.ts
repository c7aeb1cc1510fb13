import { invalidRequest, type LoginGrant, permissionDenied } from "../../framework/index.ts";
import { untilWritten } from "../../storage/change.ts";
import { ConditionFailed, type Write } from "../../storage/store.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import type { LoginIdentity } from "../identity/types.ts";
import { enforcementsFor } from "../mfa/configured.ts";
import { createJudge, type Failure, type Judge, type ProofRequest } from "../mfa/proof.ts";
import type { MfaCredentials } from "../mfa/types.ts";
import { findWaiting, type WaitingLogin } from "../mfa/waiting.ts";
import { mountById } from "../mounts/find.ts";
import type { Mount } from "../mounts/mount.ts";
import type { ReadEntries } from "../request/reads.ts";
import { type LoggedIn, prepared } from "./login.ts";

/**
 * The second request of a login that waited for its codes. Everything a login depends on is asked again: the mount, the
 * entity and its alias, the role's addresses, the enforcements as they are now.
 *
 * Security: the token, the end of the waiting login and the use of its codes are one transaction. A crash before it
 * leaves all as it was, a crash after it leaves nothing to use again.
 */

export interface FinishRequest {
  readonly requestId: string;
  readonly shown: MfaCredentials;
  readonly sourceAddress: string;
  /** Serves the waiting login where the request read it ahead. */
  readonly read: ReadEntries;
}

export interface FinishedLogin extends LoggedIn {
  /** See `LoginGrant.shownOnce`: it has waited, sealed, for the answer that has the token. */
  readonly shownOnce: LoginGrant["shownOnce"];
}

const gone = () => invalidRequest("invalid request ID");

const unsatisfied = ({ enforcement, why }: Failure) => {
  const wire = `failed to satisfy enforcement ${enforcement}. error: ${why}`;
  return permissionDenied(wire.replace(/\s+/g, " "), wire);
};

/** The mount of a waiting login, if a login there would have the same path now. */
const mountOf = (snapshot: Snapshot, { mountId, path }: WaitingLogin): Mount => {
  const mount = mountById(snapshot, mountId);
  if (mount && !mount.tainted && path.startsWith(mount.info.path)) return mount;
  throw permissionDenied("the auth method of the waiting login is gone");
};

const identityOf = async (core: Core, { entityId, alias }: WaitingLogin, mount: Mount): Promise<LoginIdentity> => {
  const identity = await core.identity.returning(entityId, { name: alias, mountAccessor: mount.info.accessor });
  if (identity) return identity;
  throw permissionDenied("the entity of the waiting login is gone, or has lost the alias");
};

/** Throws 403 where the codes do not satisfy every enforcement that is meant for the login now. */
const proven = async (judge: Judge, request: Omit<ProofRequest, "enforcements">, mount: Mount) => {
  const enforcements = enforcementsFor(request.snapshot, mount, request.entity);
  // Without one the codes would prove nothing; a login now needs none.
  if (enforcements.length === 0) throw invalidRequest("found nil or empty MFAEnforcement configuration");
  const proof = await judge({ ...request, enforcements });
  if (!proof.proven) throw unsatisfied(proof);
  return proof;
};

/**
 * Throws `invalid_request` for a request id that is not waiting, `permission_denied` for codes that do not satisfy every
 * enforcement and for a login that is not allowed any more; only a success ends the wait before its time.
 */
export const finishLogin = async (core: Core, request: FinishRequest): Promise<FinishedLogin> => {
  const { requestId, shown, sourceAddress, read } = request;
  const judge = createJudge(core);

  const attempt = async (): Promise<FinishedLogin> => {
    const found = await findWaiting(core, requestId, read);
    if (!found) throw gone();
    const { entry, login } = found;
    const snapshot = await core.config.snapshot();
    const mount = mountOf(snapshot, login);
    const identity = await identityOf(core, login, mount);
    const { grant, path } = login;
    const { wanted, warnings } = prepared(core, { grant, mount, path, sourceAddress });
    const { entity } = identity;
    const proof = await proven(judge, { snapshot, entity, shown }, mount);
    const done: Write = { op: "delete", address: entry.address, when: { n: entry.n } };
    const writes = [done, ...proof.writes, ...identity.writes];
    try {
      const made = await core.crash("login.finish", () =>
        core.tokens.create({ ...wanted, entityId: entity.id, writes }),
      );
      return { made, entity, warnings, shownOnce: grant.shownOnce };
    } catch (cause) {
      if (!(cause instanceof ConditionFailed)) throw cause;
      if (cause.write === done) throw gone();
      const late = proof.usedBefore(cause.write);
      throw late ? unsatisfied(late) : cause;
    }
  };
  return untilWritten(attempt, { reason: "too many concurrent writes of one entity" });
};
