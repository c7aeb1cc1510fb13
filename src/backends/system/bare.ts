import { op, VaultError } from "../../framework/index.ts";

/** Endpoints outside Vault's envelope: any other verb is answered with 405 and an empty error list. */

const refuse = op({
  summary: "refuse a method that this endpoint does not have",
  answers: "nothing",
  access: "unauthenticated",
  handle: async () => {
    throw new VaultError("unsupported_operation", { reason: "verb unknown here" });
  },
});

/** Spread in front of the operations an endpoint has, so that each other verb is refused without a token. */
export const refusedVerbs = {
  read: refuse,
  update: refuse,
  delete: refuse,
  list: refuse,
  scan: refuse,
  patch: refuse,
} as const;

export const wrongVerb = (): VaultError => new VaultError("unsupported_operation", { reason: "verb unknown here" });
