import { z } from "zod";
import type { Core } from "../../../core/core.ts";
import { type BackendContext, op, path } from "../../../framework/index.ts";
import type { View } from "../../../storage/store.ts";
import { identityIssuer, providerIssuer } from "./issuer.ts";
import { ALGORITHMS, type KeyBody, type PublicJwk, publishedBy } from "./keys.ts";
import { allows, markAt, OPENID, readProvider } from "./model.ts";
import { type Registry, registryOf } from "./registry.ts";

/**
 * What everybody may read: who signs, and with which keys. Published are the keys that something valid can be signed
 * with: of identity tokens those of the roles, of a provider those of its clients. A key is published one rotation before
 * it signs.
 */

const texts = z.array(z.string());

const Discovery = z.object({
  issuer: z.string(),
  jwks_uri: z.string(),
  response_types_supported: texts,
  subject_types_supported: texts,
  id_token_signing_alg_values_supported: texts,
});

const ProviderDiscovery = z.object({
  issuer: z.string(),
  jwks_uri: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  userinfo_endpoint: z.string(),
  request_parameter_supported: z.boolean(),
  request_uri_parameter_supported: z.boolean(),
  id_token_signing_alg_values_supported: texts,
  response_types_supported: texts,
  scopes_supported: texts,
  claims_supported: texts,
  subject_types_supported: texts,
  grant_types_supported: texts,
  token_endpoint_auth_methods_supported: texts,
});

const KeySet = z.object({ keys: z.array(z.record(z.string(), z.string())) });

const HOUR = 3600;
const DOCUMENT_HEADERS = { "cache-control": `max-age=${HOUR}` } as const;

const keysOf = (users: readonly { readonly key: string }[], { keys }: Registry): readonly KeyBody[] => {
  const names = new Set(users.map(({ key }) => key));
  return [...keys].flatMap(([name, key]) => (names.has(name) ? [key] : []));
};

const roleKeys = (registry: Registry): readonly KeyBody[] => keysOf([...registry.roles.values()], registry);

const clientKeys = (allowed: readonly string[], registry: Registry): readonly KeyBody[] =>
  keysOf(
    [...registry.clients.values()].filter(({ client_id }) => allows(allowed, client_id)),
    registry,
  );

/** The keys that identity tokens verify with now. */
export const publishedKeys = async (cx: BackendContext): Promise<readonly PublicJwk[]> =>
  roleKeys(await registryOf(cx)).flatMap((key) => publishedBy(key, cx.clock.now()));

/**
 * A key set, and how long it may be kept: no longer than a pair waits before it signs, nor than one is good after it was
 * replaced, and never longer than an hour, because a stolen key is withdrawn.
 */
const keySet = (keys: readonly KeyBody[], now: number) => {
  const bare = { keys: keys.flatMap((key) => publishedBy(key, now)) };
  if (bare.keys.length === 0) return { bare };
  const shortest = Math.min(
    ...keys.flatMap(({ rotation_period, verification_ttl }) => [rotation_period, verification_ttl]),
  );
  return { bare, headers: { "cache-control": `max-age=${Math.min(HOUR, shortest)}` } };
};

const markPrefetch = (_: unknown, storage: View) => [markAt(storage)];

export const documentPaths = (core: Core) => [
  path("oidc/.well-known/openid-configuration", {
    summary: "discovery of identity tokens",
    params: {},
    ops: {
      read: op({
        summary: "read who signs identity tokens",
        access: "unauthenticated",
        answers: { bare: Discovery, headers: ["cache-control"] },
        handle: async (_, { storage }) => {
          const issuer = await identityIssuer(core, storage);
          return {
            bare: {
              issuer,
              jwks_uri: `${issuer}/.well-known/keys`,
              response_types_supported: ["id_token"],
              subject_types_supported: ["public"],
              id_token_signing_alg_values_supported: [...ALGORITHMS],
            },
            headers: DOCUMENT_HEADERS,
          };
        },
      }),
    },
  }),
  path("oidc/.well-known/keys", {
    summary: "public keys of identity tokens",
    params: {},
    ops: {
      read: op({
        summary: "read the keys that identity tokens verify with",
        access: "unauthenticated",
        answers: { bare: KeySet, headers: ["cache-control"] },
        prefetch: markPrefetch,
        handle: async (_, cx) => keySet(roleKeys(await registryOf(cx)), cx.clock.now()),
      }),
    },
  }),
  path("oidc/provider/{name}/.well-known/openid-configuration", {
    summary: "discovery of a provider",
    params: { name: "name of the provider" },
    ops: {
      read: op({
        summary: "read what an application needs to know of a provider",
        access: "unauthenticated",
        answers: { bare: ProviderDiscovery, headers: ["cache-control"] },
        handle: async ({ params }, { storage }) => {
          const provider = await readProvider(storage, params.name);
          if (!provider) return undefined;
          const issuer = providerIssuer(core, provider.issuer, params.name);
          return {
            bare: {
              issuer,
              jwks_uri: `${issuer}/.well-known/keys`,
              authorization_endpoint: `${issuer.replace("/v1/", "/ui/vault/")}/authorize`,
              token_endpoint: `${issuer}/token`,
              userinfo_endpoint: `${issuer}/userinfo`,
              request_parameter_supported: false,
              request_uri_parameter_supported: false,
              id_token_signing_alg_values_supported: [...ALGORITHMS],
              response_types_supported: ["code"],
              scopes_supported: [...provider.scopes_supported, OPENID],
              claims_supported: [],
              subject_types_supported: ["public"],
              grant_types_supported: ["authorization_code"],
              token_endpoint_auth_methods_supported: ["none", "client_secret_basic", "client_secret_post"],
            },
            headers: DOCUMENT_HEADERS,
          };
        },
      }),
    },
  }),
  path("oidc/provider/{name}/.well-known/keys", {
    summary: "public keys of a provider",
    params: { name: "name of the provider" },
    ops: {
      read: op({
        summary: "read the keys that a provider's id tokens verify with",
        access: "unauthenticated",
        answers: { bare: KeySet, headers: ["cache-control"] },
        prefetch: markPrefetch,
        handle: async ({ params }, cx) => {
          const registry = await registryOf(cx);
          const provider = registry.providers.get(params.name);
          return provider && keySet(clientKeys(provider.allowed_client_ids, registry), cx.clock.now());
        },
      }),
    },
  }),
];
