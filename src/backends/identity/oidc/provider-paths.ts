import { z } from "zod";
import type { Core } from "../../../core/core.ts";
import { type BackendContext, field, invalidRequest, op, path } from "../../../framework/index.ts";
import { recordPath } from "../../../framework/records.ts";
import { shown } from "../../../std/shown.ts";
import { checkIssuer, ISSUER_SET, providerIssuer } from "./issuer.ts";
import {
  allows,
  DEFAULT_NAME,
  DEFAULT_PROVIDER,
  distinct,
  Provider,
  readProvider,
  readScopes,
  recordAt,
  type Scope,
} from "./model.ts";
import { changeRegistry, registryOf } from "./registry.ts";
import { claimsOf, clashes } from "./scopes.ts";

/** `identity/oidc/provider/*`: providers of OpenID Connect as operators write them. */

const Input = z.object({
  issuer: field.text("Scheme and host, and perhaps a port; empty: the address that callers reach the server by."),
  allowed_client_ids: field.commaList("Ids of the clients that may use it; `*`: all; none: nobody."),
  scopes_supported: field.commaList("Names of the scopes that may be asked for, besides `openid`."),
});
type Given = z.output<typeof Input>;

const Shown = z.object({
  issuer: z.string(),
  allowed_client_ids: z.array(z.string()),
  scopes_supported: z.array(z.string()),
});
const Listed = z.object({ keys: z.array(z.string()), key_info: z.record(z.string(), Shown) });

/** The scopes by name. Throws for one that does not exist. */
const scopesOf = async (names: readonly string[], { storage }: BackendContext): Promise<ReadonlyMap<string, Scope>> => {
  const scopes = await readScopes(storage, names);
  const missing = names.find((name) => !scopes.has(name));
  if (missing !== undefined) throw invalidRequest(`scope ${shown(missing)} does not exist`);
  return scopes;
};

/** A warning for each claim that two scopes make: whoever asks for both is refused. */
const conflicts = (scopes: ReadonlyMap<string, Scope>): readonly string[] =>
  clashes(claimsOf(scopes)).map(
    (clash) =>
      `Found scope templates with conflicting top-level keys: conflict ${clash}. This may result in an error if the scopes are requested in an OIDC Authentication Request.`,
  );

const write = (name: string, input: Given, cx: BackendContext): Promise<readonly string[]> =>
  changeRegistry(cx, "provider", async () => {
    const address = recordAt(cx.storage, "provider", name);
    const entry = await cx.storage.get(address);
    const before = entry ? Provider.parse(entry.body) : name === DEFAULT_NAME ? DEFAULT_PROVIDER : undefined;
    const provider: Provider = {
      issuer: input.issuer ?? before?.issuer ?? "",
      allowed_client_ids: distinct(input.allowed_client_ids ?? before?.allowed_client_ids ?? []),
      scopes_supported: distinct(input.scopes_supported ?? before?.scopes_supported ?? []),
    };
    checkIssuer(provider.issuer);
    const scopes = await scopesOf(provider.scopes_supported, cx);
    return {
      writes: [{ op: "put", address, body: provider, when: entry ? { n: entry.n } : "absent" }],
      result: [...(provider.issuer === "" ? [] : [ISSUER_SET]), ...conflicts(scopes)],
    };
  });

const remove = (name: string, cx: BackendContext): Promise<void> => {
  if (name === DEFAULT_NAME) throw invalidRequest(`deletion of OIDC provider ${shown(name)} not allowed`);
  return changeRegistry(cx, "provider.delete", async () => ({
    writes: [{ op: "delete", address: recordAt(cx.storage, "provider", name), when: "any" }],
    result: undefined,
  }));
};

export const providerPaths = (core: Core) => {
  const show = (name: string, provider: Provider): z.output<typeof Shown> => ({
    ...provider,
    issuer: providerIssuer(core, provider.issuer, name),
  });

  const list = path("oidc/provider", {
    summary: "providers of OpenID Connect",
    params: {},
    ops: {
      list: op({
        summary: "list the providers, all or those that allow a client",
        answers: Listed,
        input: z.object({ allowed_client_id: field.text("Only the providers that allow this client id.") }),
        handle: async ({ input }, cx) => {
          const id = input.allowed_client_id ?? "";
          const { providers } = await registryOf(cx);
          const found = [...providers].filter(([, one]) => id === "" || allows(one.allowed_client_ids, id)).sort();
          if (found.length === 0) return undefined;
          return {
            data: {
              keys: found.map(([name]) => name),
              key_info: Object.fromEntries(found.map(([name, provider]) => [name, show(name, provider)])),
            },
          };
        },
      }),
    },
  });

  return [
    list,
    recordPath({
      at: "oidc/provider/{name}",
      params: { name: "name of the provider" },
      summary: {
        one: "a provider: which clients may use it, and which scopes they may ask for",
        read: "read a provider",
        write: "make or change a provider",
        delete: "delete a provider",
      },
      input: Input,
      answers: Shown,
      find: async (name, { storage }) => {
        const provider = await readProvider(storage, name);
        return provider && { name, provider };
      },
      show: ({ name, provider }) => show(name, provider),
      write,
      remove,
    }),
  ];
};
