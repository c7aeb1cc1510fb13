import { z } from "zod";
import type { Core } from "../../../core/core.ts";
import { field, invalidRequest, op, path } from "../../../framework/index.ts";
import type { View } from "../../../storage/store.ts";
import { configAt, readConfig } from "./model.ts";

/**
 * Who signs: the `iss` of tokens, and where their documents are. It is what an operator wrote, else the address this
 * server was told that callers reach it by.
 *
 * Security: never the host that a request names. Whoever could choose it would get tokens that name an issuer of their
 * own, and documents that send others there.
 */

const OIDC = "/v1/identity/oidc";

const issuerWritten = async (view: View): Promise<string> => (await readConfig(view))?.issuer ?? "";

/** The issuer of identity tokens. */
export const identityIssuer = async (core: Core, view: View): Promise<string> =>
  `${(await issuerWritten(view)) || core.address()}${OIDC}`;

/** The issuer of a provider. Source: Vault, `identity_store_oidc_provider.go`. */
export const providerIssuer = (core: Core, configured: string, name: string): string =>
  `${configured || core.address()}${OIDC}/provider/${name}`;

/** Throws unless it is empty, or a scheme with a host and perhaps a port. */
export const checkIssuer = (issuer: string): void => {
  if (issuer === "" || (/^https?:\/\/[^\s/?#@\\]+$/i.test(issuer) && URL.canParse(issuer))) return;
  throw invalidRequest(
    "invalid issuer, which must include only a scheme, host, and optional port (e.g. https://example.com:8200)",
  );
};

export const ISSUER_SET =
  'If "issuer" is set explicitly, all tokens must be validated against that address, including those issued by secondary clusters. Setting issuer to "" will restore the default behavior of using the cluster\'s api_addr as the issuer.';

const NOT_REACHABLE =
  'Both "issuer" and Vault\'s "api_addr" are empty. The issuer claim in generated tokens will not be network reachable.';

export const issuerPaths = (core: Core) => [
  path("oidc/config", {
    summary: "the issuer of identity tokens",
    params: {},
    ops: {
      read: op({
        summary: "read the issuer as it was written",
        answers: z.object({ issuer: z.string() }),
        handle: async (_, { storage }) => {
          const issuer = await issuerWritten(storage);
          const warnings = issuer === "" && core.address() === "" ? [NOT_REACHABLE] : [];
          return { data: { issuer }, warnings };
        },
      }),
      update: op({
        summary: "set the issuer",
        answers: "nothing",
        input: z.object({
          issuer: field.text(
            "Scheme and host, and perhaps a port; empty: the address that callers reach the server by.",
          ),
        }),
        handle: async ({ input }, { storage }) => {
          const { issuer } = input;
          if (issuer === undefined) return undefined;
          checkIssuer(issuer);
          await storage.write([{ op: "put", address: configAt(storage), body: { issuer }, when: "any" }]);
          return issuer === "" ? undefined : { warnings: [ISSUER_SET] };
        },
      }),
    },
  }),
];
