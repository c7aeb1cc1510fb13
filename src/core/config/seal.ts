import type { Core } from "../core.ts";
import { SETTINGS } from "./settings.ts";

/**
 * The kill switch. Sealing sets a flag that every environment sees with its next request; from then on only health and
 * status are answered. There is no unseal ceremony: an operator lifts it with their AWS identity.
 */

export const seal = async (core: Core): Promise<void> => {
  await core.config.putSetting(SETTINGS.seal, { sealed: true });
  core.signal({ kind: "sealed" });
};

/**
 * For the operator's order (`src/core/operator.ts`), which records it: never over HTTP. No effect where nothing is
 * sealed.
 */
export const unseal = async (core: Core): Promise<void> => {
  await core.config.putSetting(SETTINGS.seal, undefined);
};
