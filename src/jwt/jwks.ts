import { createLocalJWKSet, errors, type JSONWebKeySet, type LocalJWKSet } from "jose";
import { defined } from "../std/defined.ts";
import type { Clock } from "../std/time.ts";
import { SourceUnavailable } from "./errors.ts";
import { createKept, type KeptTimes } from "./kept.ts";
import { getJson, type RemoteParts } from "./remote.ts";
import { type KeySet, verifiesWith } from "./signature.ts";
import type { UnverifiedToken } from "./token.ts";

/**
 * Key sets of providers. A token is checked by the keys that have the id in its header, of the kind its algorithm
 * needs; shared secrets and keys for encryption in a set are passed over.
 */

const MOST_KEYS = 100;

const isKeySet = (value: object): value is JSONWebKeySet => "keys" in value && Array.isArray(value.keys);

const readKeySet = (value: object): LocalJWKSet => {
  if (!isKeySet(value)) throw new SourceUnavailable("answered with something that is not a key set");
  if (value.keys.length > MOST_KEYS) throw new SourceUnavailable(`answered with more than ${MOST_KEYS} keys`);
  try {
    return createLocalJWKSet(value);
  } catch (cause) {
    throw new SourceUnavailable("answered with something that is not a key set", { cause });
  }
};

/** The one key that fits, or those that do; none where none does or the only one cannot be used. */
const candidates = async (set: LocalJWKSet, { algorithm, keyId }: UnverifiedToken) => {
  try {
    return [await set({ alg: algorithm, ...defined({ kid: keyId }) })];
  } catch (cause) {
    if (!(cause instanceof errors.JWKSMultipleMatchingKeys)) return [];
    const several = [];
    for await (const key of cause) several.push(key);
    return several;
  }
};

const verifiesBy = async (set: LocalJWKSet, token: UnverifiedToken): Promise<boolean> => {
  for (const key of await candidates(set, token)) if (await verifiesWith(key, token)) return true;
  return false;
};

export interface JwksSource extends RemoteParts {
  /** Where the key set is; asked at each fetch. Throws `SourceUnavailable` where that is not known. */
  readonly locate: () => Promise<URL>;
  readonly clock: Clock;
  readonly times?: KeptTimes | undefined;
}

/** Fetches the set once and throws `SourceUnavailable` if it cannot be had: what a configuration is tried with. */
export const tryJwks = async (url: URL, parts: RemoteParts): Promise<void> => {
  readKeySet(await getJson(url, parts));
};

/** The keys of a set that is fetched when needed, and kept. */
export const jwksKeys = (source: JwksSource): KeySet => {
  const load = async (): Promise<LocalJWKSet> => readKeySet(await getJson(await source.locate(), source));
  const kept = createKept(load, source.clock, source.times);
  return {
    verifies: async (token, keys) => {
      const known = await kept.get();
      if (keys === "at hand") return verifiesBy(known, token);
      const newer = await kept.newerThan(known);
      return newer !== undefined && verifiesBy(newer, token);
    },
  };
};
