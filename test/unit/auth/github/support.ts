import { type GithubServer, type Org, startGithub, type Team, type User } from "../../../support/github.ts";
import { type Answered, makeServer, type TestServer } from "../../../support/make-server.ts";
import { useWorld } from "../../../support/use-world.ts";

export const ACME: Org = { id: 12345, login: "acme" };
export const OTHER: Org = { id: 777, login: "other" };
export const PLATFORM: Team = { org: ACME, name: "Platform Team", slug: "platform-team" };
export const OPS: Team = { org: ACME, name: "ops", slug: "ops" };
export const ANN: User = { id: 6789, login: "Ann", orgs: [OTHER, ACME], teams: [PLATFORM] };

export const CLASSIC = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";

export interface World {
  readonly server: TestServer;
  readonly github: GithubServer;
  login(token?: string, more?: object): Promise<Answered>;
  configure(body: object): Promise<Answered>;
  /** Writes the policies of a team or a user. */
  map(map: "teams" | "users", key: string, value: string): Promise<Answered>;
  close(): Promise<void>;
}

/** A server with the method mounted and configured, and a GitHub that knows Ann by a classic token. */
const createWorld = async (): Promise<World> => {
  const github = await startGithub();
  const server = await makeServer();
  await server.call("POST", "sys/auth/github", { body: { type: "github" } });
  return {
    github,
    server,
    login: (token = CLASSIC, more = {}) =>
      server.call("POST", "auth/github/login", { token: null, body: { token }, ...more }),
    configure: (body) => server.call("POST", "auth/github/config", { body }),
    map: (map, key, value) => server.call("POST", `auth/github/map/${map}/${key}`, { body: { value } }),
    close: async () => {
      await github.close();
      await server.dynamo.close();
    },
  };
};

/** GitHub and the mount as they were at first. */
const reset = async ({ github, server, configure }: World): Promise<void> => {
  github.orgs.splice(0, github.orgs.length, ACME, OTHER);
  github.tokens.clear();
  github.tokens.set(CLASSIC, { kind: "classic", user: ANN, scopes: ["read:org"] });
  Object.assign(github, { pageSize: 100, instead: () => false });
  const body = {
    organization: "acme",
    organization_id: ACME.id,
    base_url: github.url,
    token_policies: [],
    token_bound_cidrs: [],
  };
  const { status, text } = await configure(body);
  if (status !== 204) throw new Error(text);
  for (const [map, keys] of [
    ["teams", ["platform-team", "ops", "default"]],
    ["users", ["ann"]],
  ] as const)
    for (const key of keys) await server.call("DELETE", `auth/github/map/${map}/${key}`);
  github.seen.length = 0;
};

export const githubWorld = (): (() => World) => useWorld(createWorld, reset);

export const authOf = ({ body }: Answered) =>
  body["auth"] as {
    client_token: string;
    token_policies: string[];
    metadata: Record<string, string>;
    entity_id: string;
  };

export const errorsOf = ({ body }: Answered) => body["errors"];
