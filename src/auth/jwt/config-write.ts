import { z } from "zod";
import { type BackendContext, invalidRequest, type VaultError } from "../../framework/index.ts";
import {
  checkAuthorities,
  discover,
  isAlgorithm,
  pemKeys,
  remoteUrl,
  SourceRefused,
  SourceUnavailable,
  tryJwks,
} from "../../jwt/index.ts";
import { FOLDS } from "../../std/fold.ts";
import { isJsonObject } from "../../std/json.ts";
import { restate } from "../../std/restate.ts";
import { cut, shown, shownList } from "../../std/shown.ts";
import { changeBody } from "../../storage/change.ts";
import { type Config, type ConfigInput, configAddress, type JwksPair, storedConfig } from "./config.ts";
import type { Parts } from "./parts.ts";
import { parseProvider } from "./providers/config.ts";

/**
 * A write of the configuration: checked in Vault's order and words, and its sources of keys are tried before it is
 * stored. What a provider answers is never repeated.
 */

const LONGEST_KEYS_AGE = 86_400;
const MOST_PAIRS = 16;
const MOST_KEYS = 32;

const givenPairs = z.array(z.object({ jwks_url: z.string(), jwks_ca_pem: z.string().default("") })).max(MOST_PAIRS);

const parsePairs = (given: unknown): JwksPair[] => {
  const pairs = givenPairs.safeParse(isJsonObject(given) ? [given] : (given ?? []));
  if (pairs.success) return pairs.data;
  throw invalidRequest(
    "invalid jwks_pairs: jwks_pairs must be provided as a list of json objects with the fields jwks_url and jwks_ca_pem",
  );
};

const parseAlgorithms = (given: readonly string[]): Config["jwt_supported_algs"] =>
  given.map((name) => {
    if (isAlgorithm(name)) return name;
    throw invalidRequest(`invalid jwt_supported_algs: unsupported signing algorithm ${shown(name)}`);
  });

const parseResponseTypes = (given: readonly string[]): Config["oidc_response_types"] => {
  const types = storedConfig.shape.oidc_response_types.safeParse(given);
  if (types.success) return types.data;
  throw invalidRequest(`invalid response_types ${shownList(given)}. 'code' and 'id_token' are allowed`);
};

const parseResponseMode = (given: string, types: readonly string[]): Config["oidc_response_mode"] => {
  const mode = storedConfig.shape.oidc_response_mode.safeParse(given);
  if (!mode.success) throw invalidRequest(`invalid response_mode: ${shown(given)}`);
  if (mode.data !== "form_post" && types.includes("id_token"))
    throw invalidRequest("query response_mode may not be used with an id_token response_type");
  return mode.data;
};

const parseAge = (given: number | undefined): number => {
  const age = given ?? 3600;
  if (age >= 300 && age <= LONGEST_KEYS_AGE) return age;
  throw invalidRequest(`keys_max_age must be from 300 to ${LONGEST_KEYS_AGE} seconds`);
};

const checkSources = (config: Config): void => {
  const sources = [
    config.oidc_discovery_url !== "",
    config.jwt_validation_pubkeys.length > 0,
    config.jwks_url !== "",
    config.jwks_pairs.length > 0,
  ];
  if (sources.filter(Boolean).length !== 1)
    throw invalidRequest(
      "exactly one of 'jwt_validation_pubkeys', 'jwks_url', 'jwks_pairs' or 'oidc_discovery_url' must be set",
    );
  if ((config.oidc_client_id === "") !== (config.oidc_client_secret === ""))
    throw invalidRequest("both 'oidc_client_id' and 'oidc_client_secret' must be set for OIDC");
  if (config.oidc_client_id !== "" && config.oidc_discovery_url === "")
    throw invalidRequest("'oidc_discovery_url' must be set for OIDC");
  if (config.jwks_pairs.length === 0) return;
  if (config.jwks_ca_pem !== "")
    throw invalidRequest("CA PEMs must be provided as part of the 'jwks_pairs' when using multiple JWKS URLs");
  if (config.bound_issuer !== "") throw invalidRequest("Bound issuer is not supported for use with 'jwks_pairs'");
};

const checkKeys = ({ jwt_validation_pubkeys: pems }: Config): void => {
  if (pems.length > MOST_KEYS) throw invalidRequest(`more than ${MOST_KEYS} public keys`);
  restate(
    SourceRefused,
    ({ message }) => invalidRequest(`error parsing public key: ${message}`),
    () => pemKeys(pems),
  );
};

const given = (texts: readonly string[] | undefined): readonly string[] => (texts ?? []).filter((text) => text !== "");

/** As written, before its parts are checked against each other. `namespace_in_state` survives a write that does not name it. */
const readInput = (input: ConfigInput, previous: Config | undefined): Config => ({
  oidc_discovery_url: input.oidc_discovery_url ?? "",
  oidc_discovery_ca_pem: input.oidc_discovery_ca_pem ?? "",
  oidc_client_id: input.oidc_client_id ?? "",
  oidc_client_secret: input.oidc_client_secret ?? "",
  oidc_response_mode: "",
  oidc_response_types: [],
  jwks_url: input.jwks_url ?? "",
  jwks_ca_pem: input.jwks_ca_pem ?? "",
  jwks_pairs: parsePairs(input.jwks_pairs),
  jwt_validation_pubkeys: [...given(input.jwt_validation_pubkeys)],
  jwt_supported_algs: [],
  bound_issuer: input.bound_issuer ?? "",
  default_role: FOLDS.case(input.default_role ?? ""),
  namespace_in_state: input.namespace_in_state ?? previous?.namespace_in_state ?? true,
  keys_max_age: parseAge(input.keys_max_age),
  provider_config: input.provider_config ?? {},
});

/** All of it but the sources' answers. */
const parseConfig = (input: ConfigInput, previous: Config | undefined): Config => {
  const read = readInput(input, previous);
  checkSources(read);
  checkKeys(read);
  if (given(input.unsupported_critical_cert_extensions).length > 0)
    throw invalidRequest("unsupported_critical_cert_extensions: critical extensions cannot be ignored here");
  const jwt_supported_algs = parseAlgorithms(given(input.jwt_supported_algs));
  const oidc_response_types = parseResponseTypes(given(input.oidc_response_types));
  const oidc_response_mode = parseResponseMode(input.oidc_response_mode ?? "", oidc_response_types);
  parseProvider(read.provider_config);
  return { ...read, jwt_supported_algs, oidc_response_types, oidc_response_mode };
};

const DISCOVERY = "error checking oidc discovery URL";

/** A source that did not answer as it should, in these words; why is for operators. */
const failed =
  (wire: string) =>
  (cause: unknown): VaultError => {
    if (cause instanceof SourceUnavailable) return invalidRequest(wire, { reason: `${wire}: ${cause.reason}`, cause });
    if (cause instanceof SourceRefused) return invalidRequest(wire, { reason: `${wire}: ${cause.message}`, cause });
    throw cause;
  };

const tryDiscovery = async (parts: Parts, { oidc_discovery_url, oidc_discovery_ca_pem: ca }: Config): Promise<void> => {
  try {
    checkAuthorities(ca);
    await discover(oidc_discovery_url, { ...parts, ca });
  } catch (cause) {
    throw failed(DISCOVERY)(cause);
  }
};

const tryKeySet = async (parts: Parts, { jwks_url, jwks_ca_pem: ca }: JwksPair): Promise<void> => {
  restate(SourceRefused, failed("error checking jwks_ca_pem"), () => checkAuthorities(ca));
  const url = restate(
    SourceRefused,
    ({ message }) => invalidRequest(`error checking jwks URL: ${message}`),
    () => remoteUrl(jwks_url),
  );
  await tryJwks(url, { ...parts, ca }).catch((cause: unknown) => {
    throw failed(`error checking jwks URL ${cut(url.href)}`)(cause);
  });
};

const trySources = async (parts: Parts, config: Config): Promise<void> => {
  if (config.oidc_discovery_url !== "") return tryDiscovery(parts, config);
  const { jwks_url, jwks_ca_pem } = config;
  const sets = jwks_url === "" ? config.jwks_pairs : [{ jwks_url, jwks_ca_pem }];
  await Promise.all(sets.map((pair) => tryKeySet(parts, pair)));
};

/** Replaces the configuration. Throws `invalid_request`, and nothing has changed. */
export const writeConfig = async (parts: Parts, input: ConfigInput, cx: BackendContext): Promise<void> => {
  await trySources(parts, parseConfig(input, undefined));
  await changeBody(cx.storage, configAddress(cx.storage), storedConfig, (previous) => parseConfig(input, previous));
};
