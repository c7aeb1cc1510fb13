import type { JsonObject } from "../../../std/json.ts";
import { shown } from "../../../std/shown.ts";
import type { View } from "../../../storage/store.ts";
import { type Claims, parseClaims, type Subject } from "./claims.ts";
import { refuse } from "./errors.ts";
import { OPENID, type Provider, readScopes, type Scope } from "./model.ts";

/** The scopes of a request, and the claims they make. */

/** The scopes that a text asks for and the provider supports; `undefined` without `openid`, which is not among them. */
export const scopesAsked = (text: string, provider: Provider): readonly string[] | undefined => {
  const asked = new Set(text.split(" ").map((name) => name.trim()));
  if (!asked.has(OPENID)) return undefined;
  return provider.scopes_supported.filter((name) => asked.has(name));
};

/** What each scope makes, by its name. */
export const claimsOf = (scopes: ReadonlyMap<string, Scope>): ReadonlyMap<string, Claims> =>
  new Map([...scopes].map(([name, { template }]) => [name, parseClaims(template)] as const));

/** Each claim that two scopes make, with both: `"team" in scopes "b", "a"`. */
export const clashes = (scopes: ReadonlyMap<string, Claims>): readonly string[] => {
  const makers = new Map<string, string>();
  return [...scopes].flatMap(([name, { names }]) =>
    names.flatMap((claim) => {
      const other = makers.get(claim);
      makers.set(claim, name);
      return other === undefined ? [] : [`${shown(claim)} in scopes ${shown(name)}, ${shown(other)}`];
    }),
  );
};

/** What the scopes say of a subject. One that is gone or no longer supported says nothing. Throws `Refused`. */
export const scopeClaims = async (
  names: readonly string[],
  provider: Provider,
  subject: Subject,
  view: View,
): Promise<JsonObject> => {
  const supported = names.filter((name) => provider.scopes_supported.includes(name));
  const claims = claimsOf(await readScopes(view, supported));
  const [clash] = clashes(claims);
  if (clash !== undefined) refuse("invalid_request", `found scopes with conflicting top-level claim: claim ${clash}`);
  return Object.fromEntries([...claims.values()].flatMap(({ fill }) => Object.entries(fill(subject))));
};
