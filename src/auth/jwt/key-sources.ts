import type { BackendContext } from "../../framework/index.ts";
import {
  anyOf,
  type Discovery,
  jwksKeys,
  KEPT_TIMES,
  type Kept,
  type KeySet,
  keptDiscovery,
  pemKeys,
  remoteUrl,
} from "../../jwt/index.ts";
import type { Config, Standing } from "./config.ts";
import type { Parts } from "./parts.ts";

/**
 * The keys of a configuration, and what its provider says of itself, kept in the memory of a process for one mount and
 * one write of its configuration: two mounts share nothing, and a new configuration begins with nothing.
 */

export interface Sources {
  readonly keys: KeySet;
  /** Absent: the keys do not come by discovery. */
  readonly discovery?: Kept<Discovery>;
}

/** Long enough: what is kept in it has its own, shorter times. */
const DAY_MS = 86_400_000;

const makeSources = ({ fetch }: Parts, config: Config, { clock }: BackendContext): Sources => {
  const { oidc_discovery_url: issuer, jwks_url, jwks_ca_pem, jwt_validation_pubkeys: pems } = config;
  if (pems.length > 0) return { keys: pemKeys(pems) };
  const times = { ...KEPT_TIMES, longestMs: config.keys_max_age * 1000 };
  const setAt = (url: string, ca: string): KeySet =>
    jwksKeys({ fetch, ca, clock, times, locate: async () => remoteUrl(url) });
  if (jwks_url !== "") return { keys: setAt(jwks_url, jwks_ca_pem) };
  if (issuer === "") return { keys: anyOf(config.jwks_pairs.map((pair) => setAt(pair.jwks_url, pair.jwks_ca_pem))) };
  const ca = config.oidc_discovery_ca_pem;
  const discovery = keptDiscovery({ fetch, ca, clock, times, issuer });
  return { discovery, keys: jwksKeys({ fetch, ca, clock, times, locate: async () => (await discovery.get()).jwks }) };
};

export const sourcesOf = (parts: Parts, { config, n }: Standing, cx: BackendContext): Sources => {
  const cache = cx.cache<Sources>("sources", { maxAgeMs: DAY_MS, most: 4 });
  const known = cache.get(String(n));
  if (known) return known;
  const made = makeSources(parts, config, cx);
  cache.set(String(n), made);
  return made;
};
