import { permissionDenied } from "../../framework/index.ts";
import type { Write } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import type { LoginIdentity } from "../identity/types.ts";
import { enforcementsFor } from "../mfa/configured.ts";
import type { Failure, Judge } from "../mfa/proof.ts";
import type { MfaRequirement } from "../mfa/types.ts";
import { createReads } from "../request/reads.ts";
import type { LoginRequest } from "./types.ts";

/**
 * What a login whose first factor is right still needs before it gives a token: nothing where no enforcement is meant
 * for it, its codes with the request, or a second request with them. Every login of every method comes through here.
 *
 * Security: a login that an enforcement is meant for makes no token without its codes. Keys belong to entities, so such a
 * login without an entity is refused.
 */

const WAITS =
  "A login request was issued that is subject to MFA validation. Please make sure to validate the login by sending another request to mfa/validate endpoint.";
const NOT_ASKED = "Found MFA header but failed to find MFA Enforcement Config";

interface Passed {
  /** To be written in the transaction that makes the token. */
  readonly writes: readonly Write[];
  readonly warnings: readonly string[];
  /** The identity as read again for the codes; absent: as it was. */
  readonly identity?: LoginIdentity;
  /** Throws where a write that did not hold means that a code was used before. */
  readonly refuse: (lost: Write) => void;
}

interface Waits extends Passed {
  readonly awaits: MfaRequirement;
  readonly identity: LoginIdentity;
}

const refused = ({ enforcement, why }: Failure) =>
  permissionDenied(`failed to satisfy enforcement ${enforcement}: ${why.replace(/\s+/g, " ")}`);

const nothingLost = (): void => undefined;

/** For one login, which may ask several times while others write: attempts are counted once. */
export const createSecondFactor = (core: Core, request: LoginRequest) => {
  const { grant, mount, path, shown } = request;
  let judge: Judge | undefined;

  return async (identity: LoginIdentity | undefined): Promise<Passed | Waits> => {
    const snapshot = await core.config.snapshot();
    const enforcements = enforcementsFor(snapshot, mount, identity?.entity);
    if (enforcements.length === 0) {
      const warnings = identity && shown.size > 0 ? [NOT_ASKED] : [];
      return { writes: [], warnings, refuse: nothingLost };
    }
    if (!identity || !grant.alias) throw permissionDenied("an MFA enforcement is meant for a login without an entity");
    // Loaded by the first login that needs it, so that every function starts without it.
    if (shown.size === 0) {
      const { requirementOf, waitingWrite } = await import("../mfa/waiting.ts");
      const login = { grant, alias: grant.alias.name, entityId: identity.entity.id, mountId: mount.info.id, path };
      const { write, requestId } = await waitingWrite(core, login);
      const awaits = requirementOf(requestId, enforcements, snapshot);
      return { awaits, identity, writes: [write], warnings: [WAITS], refuse: nothingLost };
    }
    // What this process remembers may be from before the entity got its key.
    identity.forget();
    const reads = createReads(core.store);
    await reads.prefetch([
      ...(await core.identity.prefetch(mount, grant.alias.name)),
      await core.identity.entityAddress(identity.entity.id),
    ]);
    const again = await core.identity.login(mount, grant.alias, grant.groupAliases, reads.get);
    const { entity } = again;
    judge ??= (await import("../mfa/proof.ts")).createJudge(core);
    const proof = await judge({ snapshot, enforcements: enforcementsFor(snapshot, mount, entity), entity, shown });
    if (!proof.proven) throw refused(proof);
    const refuse = (lost: Write): void => {
      const late = proof.usedBefore(lost);
      if (late) throw refused(late);
    };
    return { writes: proof.writes, warnings: [], identity: again, refuse };
  };
};
