import { DOMAINS } from "../../storage/keys.ts";
import type { Core } from "../core.ts";
import type { Arriving } from "../quotas/types.ts";

/**
 * Keys that a login needs, loaded before the stages that use them one after the other.
 *
 * Security: it is about when keys are unwrapped, and nothing else. A guess that is wrong unwraps keys that this function
 * may use and this request does not.
 */

/** Both keys of so many mounts are unwrapped without knowing which of them is meant. */
const MOST_MOUNTS = 4;

/** What stages behind routing ask for, loaded side by side where it is not at hand. */
export const expectLoginKeys = ({ store }: Pick<Core, "store">): void => {
  for (const domain of [DOMAINS.identity, DOMAINS.token, DOMAINS.lease]) {
    store.expect("names", domain);
    store.expect("bodies", domain);
  }
};

const familyOf = (type: string): string => `auth-${type}:`;

/**
 * The types of auth methods that a path may be about: those that it names, as the usual paths do (`auth/approle/login`),
 * or else any but tokens.
 */
const likelyTypes = (path: string, types: readonly string[]): readonly string[] => {
  const named = types.filter((type) => path.includes(type));
  return named.length > 0 ? named : types.filter((type) => type !== "token");
};

const LOGIN = /^auth\/.+\/login(?:\/|$)/;

/**
 * For the first login of an environment: where it goes is known when the configuration has been opened, and its keys are
 * unwrapped side by side with that.
 */
export const expectLogin = ({ store, catalog }: Core, { path, verb }: Arriving): void => {
  if (verb !== "update" || !LOGIN.test(path)) return;
  if (store.expect("names", DOMAINS.identity)) return;
  expectLoginKeys({ store });
  const types = catalog.types.filter(({ kind }) => kind === "auth").map(({ type }) => type);
  store.expectMounts(likelyTypes(path, types).map(familyOf), MOST_MOUNTS);
};
