import { type RandomSource, randomText } from "../../std/random.ts";

/**
 * What tokens look like: `hvs.` service, `hvb.` batch. Root tokens are short; the others are as long as Vault's, so
 * that secret scanners find them. 69 random bytes cannot be guessed.
 */
export const BATCH_PREFIX = "hvb.";
const SERVICE_PREFIX = "hvs.";

export const newServiceId = (random: RandomSource, root: boolean): string =>
  root
    ? `${SERVICE_PREFIX}${randomText(random, 24)}`
    : `${SERVICE_PREFIX}${Buffer.from(random.bytes(69)).toString("base64url")}`;

export const newAccessor = (random: RandomSource): string => randomText(random, 24);

/** The longest text that is looked up: no token is longer. */
export const MAX_TOKEN_LENGTH = 8192;
