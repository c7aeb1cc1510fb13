import { access } from "../../texts/access.ts";

/** What each kind of method keeps of those who sign in by it. */

export interface Part {
  /** Below the mount: listed there, and each read below it. */
  readonly path: string;
  readonly title: string;
}

const { users, roles, groups, certs, teams } = access.methods;

export const PARTS: Readonly<Record<string, readonly Part[]>> = {
  userpass: [{ path: "users", title: users }],
  ldap: [
    { path: "users", title: users },
    { path: "groups", title: groups },
  ],
  approle: [{ path: "role", title: roles }],
  aws: [{ path: "role", title: roles }],
  kubernetes: [{ path: "role", title: roles }],
  jwt: [{ path: "role", title: roles }],
  oidc: [{ path: "role", title: roles }],
  cert: [{ path: "certs", title: certs }],
  github: [
    { path: "map/users", title: users },
    { path: "map/teams", title: teams },
  ],
  token: [{ path: "roles", title: roles }],
};
