import { z } from "zod";
import { AnyObject } from "../../framework/answers.ts";
import { field } from "../../framework/index.ts";
import { ALGORITHMS } from "../../jwt/index.ts";
import type { Address, Entry, View } from "../../storage/store.ts";
import { shownProvider } from "./providers/config.ts";

/** `config`: where the keys of tokens come from, and the provider of people's logins. Written whole, never in part. */

export const configShape = {
  oidc_discovery_url: field.text("Issuer whose keys and endpoints are found by OpenID Connect Discovery."),
  oidc_discovery_ca_pem: field.text("Authorities that sign its certificate, PEM; empty: the public ones."),
  oidc_client_id: field.text("Client id at the provider, for logins with a browser."),
  oidc_client_secret: field.text("Secret of that client; never shown."),
  oidc_response_mode: field.text("How the provider answers: `query` (default) or `form_post`."),
  oidc_response_types: field.commaList("What the provider answers with: `code` (default) or `id_token`."),
  jwks_url: field.text("URL of a key set."),
  jwks_ca_pem: field.text("Authorities that sign its certificate, PEM; empty: the public ones."),
  jwks_pairs: field.anyValue("Several key sets: a list of `{jwks_url, jwks_ca_pem}`."),
  jwt_validation_pubkeys: field.commaList("Public keys, PEM."),
  jwt_supported_algs: field.commaList("Signatures that are accepted; empty: every one a key can check."),
  bound_issuer: field.text("The issuer that tokens must name; empty: any."),
  default_role: field.text("Role of a login that names none."),
  provider_config: field.map("Settings of a provider that is asked for groups: `azure`, `gsuite`."),
  namespace_in_state: field.flag("Accepted for compatibility: there are no namespaces. Kept when not given."),
  unsupported_critical_cert_extensions: field.commaList("Must be empty: critical extensions are never ignored."),
  keys_max_age: field.duration(
    "How long fetched keys serve while their provider does not answer; an hour unless given.",
  ),
};
const configInput = z.object(configShape);
export type ConfigInput = z.output<typeof configInput>;

const jwksPair = z.object({ jwks_url: z.string(), jwks_ca_pem: z.string() });
export type JwksPair = z.output<typeof jwksPair>;

const shared = {
  oidc_discovery_url: z.string(),
  oidc_discovery_ca_pem: z.string(),
  oidc_client_id: z.string(),
  oidc_response_mode: z.enum(["", "query", "form_post"]),
  oidc_response_types: z.array(z.enum(["code", "id_token"])),
  jwks_url: z.string(),
  jwks_ca_pem: z.string(),
  jwks_pairs: z.array(jwksPair),
  jwt_validation_pubkeys: z.array(z.string()),
  jwt_supported_algs: z.array(z.enum(ALGORITHMS)),
  bound_issuer: z.string(),
  default_role: z.string(),
  namespace_in_state: z.boolean(),
  keys_max_age: z.number(),
};

export const storedConfig = z.object({
  ...shared,
  oidc_client_secret: z.string(),
  /** As written: `providers/config.ts` reads it. Empty: the claims of the token alone. */
  provider_config: AnyObject,
});
export type Config = z.output<typeof storedConfig>;

/** A configuration as it stands: `n` tells it from every other, earlier or later. */
export interface Standing {
  readonly config: Config;
  readonly n: number;
}

export const configAddress = (storage: View): Address => storage.at("config");

const standing = (entry: Entry | undefined): Standing | undefined =>
  entry && { config: storedConfig.parse(entry.body), n: entry.n };

export const findConfig = async (storage: View): Promise<Standing | undefined> =>
  standing(await storage.get(configAddress(storage)));

export const ConfigShown = z.object({
  ...shared,
  provider_config: AnyObject,
  unsupported_critical_cert_extensions: z.array(z.string()),
});

/** What a read answers: no secret of the client, nor of a provider. */
export const showConfig = ({ oidc_client_secret: _, ...config }: Config): z.output<typeof ConfigShown> => ({
  ...config,
  provider_config: shownProvider(config.provider_config),
  unsupported_critical_cert_extensions: [],
});
