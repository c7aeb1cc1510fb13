import type { Core } from "../core.ts";

/**
 * The kill switch. Sealing sets a flag that every environment sees with its next request; from then on nothing but
 * health and status is answered. It drops no key ceremony on anyone: the operator's AWS identity takes it back.
 */

export const seal = async (core: Core): Promise<void> => {
  await core.config.putSetting("setting", "seal", { sealed: true });
  core.signal({ kind: "sealed" });
};

/**
 * For the operator's order (`src/core/operator.ts`), which records it: never over HTTP. No effect where nothing is
 * sealed.
 */
export const unseal = async (core: Core): Promise<void> => {
  await core.config.putSetting("setting", "seal", undefined);
};
