import { VaultError } from "../../framework/index.ts";
import type { Core } from "../core.ts";
import type { Answer } from "./answer.ts";
import type { Allowed } from "./stage.ts";

/** Whatever goes wrong after the guard is recorded as the response; a token on its last use ends either way. */
export const recorded = async (core: Core, allowed: Allowed, run: () => Promise<Answer>): Promise<Answer> => {
  const { decoded, mount, known, decision, operation, lastUse } = allowed;
  try {
    return await run();
  } catch (cause) {
    const vault = cause instanceof VaultError ? cause : undefined;
    await core.audit.response(
      {
        decoded,
        mount,
        known,
        decision,
        operation,
        error: vault ? (vault.wire ?? vault.code) : "internal error",
        ...(vault && vault.reason !== vault.wire ? { reason: vault.reason } : {}),
      },
      {},
    );
    throw vault && allowed.open ? vault.bare() : cause;
  } finally {
    if (lastUse && known) await core.tokens.revoke(known.token.tag);
  }
};
