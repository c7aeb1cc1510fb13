import { sharedDeadline } from "../../../outgoing/index.ts";
import type { JsonObject } from "../../../std/json.ts";
import { withClaim } from "../claims.ts";
import type { Config } from "../config.ts";
import { userOf } from "../identity.ts";
import type { Parts } from "../parts.ts";
import type { Role } from "../role-rules.ts";
import { azureGroups } from "./azure.ts";
import { type Gsuite, parseProvider } from "./config.ts";
import { gsuiteGroups, gsuiteSchemas, openDirectory } from "./gsuite.ts";

/** For all questions of one login together: a function has less than half a minute. */
const DEADLINE_MS = 10_000;

/** What a provider adds to the claims of a verified token, before the role judges them. */

export interface ProviderQuestion {
  readonly parts: Parts;
  readonly config: Config;
  readonly role: Role;
  /** The user's own token for the provider's API; empty: none. */
  readonly accessToken: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const ofGsuite = async (claims: JsonObject, gsuite: Gsuite, question: ProviderQuestion): Promise<JsonObject> => {
  const { parts, role, now } = question;
  const user = userOf(claims, role);
  const wantsSchemas = gsuite.fetch_user_info && gsuite.user_custom_schemas !== "";
  const wantsGroups = gsuite.fetch_groups && role.groups_claim !== "";
  if (!wantsSchemas && !wantsGroups) return claims;
  const directory = await openDirectory(parts.fetch, gsuite, now);
  // What the token itself says goes before what is added to it.
  const all = wantsSchemas ? { ...(await gsuiteSchemas(directory, user, gsuite)), ...claims } : claims;
  if (!wantsGroups) return all;
  return withClaim(all, role.groups_claim, await gsuiteGroups(directory, user, gsuite));
};

/** The claims as the role is to judge them. Throws `VaultError`: nobody is let in because a provider did not answer. */
export const withProviderClaims = async (claims: JsonObject, question: ProviderQuestion): Promise<JsonObject> => {
  const { config, role, accessToken } = question;
  const parts = { fetch: sharedDeadline(question.parts.fetch, DEADLINE_MS) };
  const provider = parseProvider(config.provider_config);
  if (provider?.provider === "gsuite") return ofGsuite(claims, provider, { ...question, parts });
  if (provider?.provider !== "azure" || role.groups_claim === "") return claims;
  userOf(claims, role);
  const groups = await azureGroups({
    fetch: parts.fetch,
    claims,
    groupsClaim: role.groups_claim,
    accessToken,
    always: provider.fetch_groups,
  });
  return groups === undefined ? claims : withClaim(claims, role.groups_claim, groups);
};
