import { VaultError } from "../../framework/index.ts";
import type { Answer } from "../stages.ts";
import type { Allowed, CoreWithHooks } from "./types.ts";

/** Whatever goes wrong after the guard is recorded as the response; a token on its last use ends either way. */
export const recorded = async (core: CoreWithHooks, allowed: Allowed, run: () => Promise<Answer>): Promise<Answer> => {
  const { decoded, mount, known, decision, operation, lastUse } = allowed;
  try {
    return await run();
  } catch (cause) {
    const vault = cause instanceof VaultError ? cause : undefined;
    await core.audit.response(
      {
        decoded,
        ...(mount ? { routed: { mount } } : {}),
        ...(known ? { known } : {}),
        ...(decision ? { decision } : {}),
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
