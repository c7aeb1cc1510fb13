import type { Core } from "../core.ts";

/**
 * The kill switch. Sealing sets a flag that every environment sees with its next request; from then on nothing but
 * health and status is answered. It drops no key ceremony on anyone: the operator's AWS identity takes it back.
 */

export const seal = async (core: Core): Promise<void> => {
  await core.config.putSetting("setting", "seal", { sealed: true });
};

/** For the operator's direct, IAM-authorised invocation and the local server: never over HTTP. */
export const unseal = async (core: Core): Promise<void> => {
  await core.config.putSetting("setting", "seal", undefined);
};
