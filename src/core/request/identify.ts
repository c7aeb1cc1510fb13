import { permissionDenied, type VaultError } from "../../framework/index.ts";
import type { Core } from "../core.ts";
import { type Fetched, type Known, stamp } from "./stage.ts";

/**
 * Who asks. Spends a use of a token that counts them, whatever the policy will say.
 *
 * Security: a caller learns that a token is no good, never why; the reason is in the audit log.
 */

const INVALID = "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n";

const refuse = async (core: Core, fetched: Fetched, error: VaultError): Promise<never> => {
  const { decoded, mount } = fetched;
  await core.audit.request({
    decoded,
    mount,
    operation: decoded.verb,
    error: "permission denied",
    reason: error.reason,
  });
  throw error;
};

export const identify = async (core: Core, fetched: Fetched): Promise<Known> => {
  const { decoded, open, reads, snapshot } = fetched;
  if (open) return stamp<Known>({ ...fetched, known: undefined, lastUse: false });
  if (!decoded.token) return refuse(core, fetched, permissionDenied("no token"));
  const answer = await core.tokens.know(decoded.token, reads.get, snapshot, decoded.sourceAddress);
  if ("refused" in answer) {
    return refuse(core, fetched, permissionDenied(answer.refused, answer.invalid ? INVALID : "permission denied"));
  }
  const { known, last } = await core.tokens.spend(answer);
  return stamp<Known>({ ...fetched, known, lastUse: last });
};
