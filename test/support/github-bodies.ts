import type { Org, Team, User } from "./github.ts";

/** What GitHub's REST API answers about organizations, users, teams and memberships, with the members it documents. */

export const orgBody = ({ id, login }: Org) => ({
  login,
  id,
  node_id: `O_${id}`,
  url: `https://api.github.com/orgs/${login}`,
  repos_url: `https://api.github.com/orgs/${login}/repos`,
  members_url: `https://api.github.com/orgs/${login}/members{/member}`,
  avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
  description: "",
});

export const userBody = ({ id, login }: User) => ({
  login,
  id,
  node_id: `U_${id}`,
  avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
  gravatar_id: "",
  url: `https://api.github.com/users/${login}`,
  html_url: `https://github.com/${login}`,
  type: "User",
  user_view_type: "private",
  site_admin: false,
  name: null,
  company: null,
});

export const teamBody = ({ org, name, slug }: Team) => ({
  name,
  id: org.id * 100 + name.length,
  node_id: `T_${slug}`,
  slug,
  description: "",
  privacy: "closed",
  notification_setting: "notifications_enabled",
  url: `https://api.github.com/organizations/${org.id}/team/${slug}`,
  html_url: `https://github.com/orgs/${org.login}/teams/${slug}`,
  permission: "pull",
  created_at: "2020-01-01T00:00:00Z",
  members_count: 3,
  repos_count: 0,
  organization: { ...orgBody(org), type: "Organization", is_verified: false, public_repos: 0 },
  parent: null,
});

export const membershipBody = (user: User, org: Org, state: string) => ({
  url: `https://api.github.com/orgs/${org.login}/memberships/${user.login}`,
  state,
  role: user.role ?? "member",
  organization_url: `https://api.github.com/orgs/${org.login}`,
  user: userBody(user),
  organization: orgBody(org),
  direct_membership: true,
  enterprise_teams_providing_indirect_membership: [],
});
