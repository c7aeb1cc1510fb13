import type { JsonObject } from "../../../std/json.ts";
import { shown } from "../../../std/shown.ts";
import type { View } from "../../../storage/store.ts";
import { parseClaims, type Subject } from "./claims.ts";
import { refuse } from "./errors.ts";
import { type Provider, readScopes } from "./model.ts";
import { OPENID } from "./scope-paths.ts";

/** The scopes of a request, and the claims they make. */

/** The scopes that a text asks for and the provider supports; `undefined` without `openid`, which is not among them. */
export const scopesAsked = (text: string, provider: Provider): readonly string[] | undefined => {
  const asked = new Set(text.split(" ").map((name) => name.trim()));
  if (!asked.has(OPENID)) return undefined;
  return provider.scopes_supported.filter((name) => asked.has(name));
};

/** What the scopes say of a subject. One that is gone or no longer supported says nothing. Throws `Refused`. */
export const scopeClaims = async (
  names: readonly string[],
  provider: Provider,
  subject: Subject,
  view: View,
): Promise<JsonObject> => {
  const scopes = await readScopes(
    view,
    names.filter((name) => provider.scopes_supported.includes(name)),
  );
  const makers = new Map<string, string>();
  const claims: [string, JsonObject[string]][] = [];
  for (const [name, { template }] of scopes) {
    for (const [claim, value] of Object.entries(parseClaims(template).fill(subject))) {
      const other = makers.get(claim);
      if (other !== undefined) {
        refuse(
          "invalid_request",
          `found scopes with conflicting top-level claim: claim ${shown(claim)} in scopes ${shown(name)}, ${shown(other)}`,
        );
      }
      makers.set(claim, name);
      claims.push([claim, value]);
    }
  }
  return Object.fromEntries(claims);
};
