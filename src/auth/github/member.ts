import { type BackendContext, invalidRequest } from "../../framework/index.ts";
import { checkSourceAddress } from "../../framework/token-params.ts";
import { shown } from "../../std/shown.ts";
import { askGithub, type Github, type Organization, type Team, type User } from "./api.ts";
import { baseOf, type Config, findConfig, keepOrganization } from "./config.ts";
import { refused } from "./failures.ts";
import { mappedPolicies } from "./maps.ts";
import type { Parts } from "./parts.ts";

/**
 * Who a token belongs to, whether that user is a member of the organization now, and what follows from the user's teams.
 * All of it is asked again at every login and at every renewal.
 *
 * Security: the organization is compared by its number. An answer that is missing, late, odd or partial is an error:
 * a team that was not seen could have been the one whose policy denies.
 */

export interface Member {
  /** As it was shown, and of a form that GitHub's tokens have. */
  readonly token: string;
  readonly config: Config;
  readonly user: User;
  readonly organization: Organization;
  /** Names and slugs of the user's teams in the organization. */
  readonly teams: readonly string[];
  readonly policies: readonly string[];
  readonly warnings: readonly string[];
}

const TOKEN = /^[\x21-\x7e]{1,1024}$/;
/** GitHub's mark of fine-grained tokens. */
const FINE_GRAINED = "github_pat_";

const checkedToken = (token: string | undefined): string => {
  if (token === undefined || token === "") throw invalidRequest("missing token");
  if (!TOKEN.test(token)) throw invalidRequest("the token has characters or a length that no token of GitHub has");
  return token;
};

/** The number to compare by: as configured, or by the name where that is not known yet. */
const organizationId = async (github: Github, config: Config): Promise<number> => {
  if (config.organization_id !== 0) return config.organization_id;
  const found = await github.organization(config.organization);
  if (!found) throw refused(`organization_id not found for ${shown(config.organization)}`);
  return found.id;
};

/** A member by GitHub's second list, which is the one that fine-grained tokens may read. */
const byMembership = async (github: Github, user: User, id: number): Promise<Organization | undefined> => {
  const memberships = await github.memberships();
  return memberships.find(
    ({ state, role, organization, user: { id: whose } }) =>
      organization.id === id && whose === user.id && state === "active" && (role === "member" || role === "admin"),
  )?.organization;
};

const memberOf = async (github: Github, user: User, id: number, token: string): Promise<Organization> => {
  const { found, hidden } = await github.organizations();
  const listed = found.find((one) => one.id === id);
  if (listed) return listed;
  if (hidden.includes(id)) throw refused("the token is not authorized for the single sign-on of the required org");
  const organization = await byMembership(github, user, id);
  if (organization) return organization;
  const hint = token.startsWith(FINE_GRAINED)
    ? "; a fine-grained token must have the org as its resource owner and the permission Members (read)"
    : "";
  throw refused(`user is not part of required org${hint}`);
};

/** Names as groups may have them; GitHub's own have no control characters. */
const isName = (name: string): boolean => name !== "" && name.length <= 255 && !/\p{C}/u.test(name);

const teamNames = (teams: readonly Team[], id: number): readonly string[] =>
  [...new Set(teams.filter((team) => team.organization.id === id).flatMap(({ name, slug }) => [name, slug]))].filter(
    isName,
  );

const renamed = ({ login, id }: Organization): string =>
  `the organization name has changed to ${shown(login)}. It is recommended to verify and update the organization name in the config: organization_id=${id}`;

/** Throws `VaultError`. Asks GitHub three to four times, more where lists have pages. */
export const findMember = async (parts: Parts, given: string | undefined, cx: BackendContext): Promise<Member> => {
  const config = await findConfig(cx.storage);
  if (!config) throw invalidRequest("configuration has not been set", { multi: true });
  checkSourceAddress(config, cx.sourceAddress);
  const token = checkedToken(given);
  const github = askGithub({ fetch: parts.fetch, base: baseOf(config), token });
  const user = await github.user();
  const id = await organizationId(github, config);
  const [organization, teams] = await Promise.all([memberOf(github, user, id, token), github.teams()]);
  if (config.organization_id === 0) await keepOrganization(cx.storage, config, id);
  const names = teamNames(teams, id);
  const [forTeams, forUser] = await Promise.all([
    mappedPolicies(cx.storage, "teams", names),
    mappedPolicies(cx.storage, "users", [user.login]),
  ]);
  const isRenamed = organization.login.toLowerCase() !== config.organization.toLowerCase();
  if (isRenamed) cx.log("the organization was renamed on GitHub", { organization_id: id });
  return {
    token,
    config,
    user,
    organization,
    teams: names,
    policies: [...config.token_policies, ...forTeams, ...forUser],
    warnings: isRenamed ? [renamed(organization)] : [],
  };
};
