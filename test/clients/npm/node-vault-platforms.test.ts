import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import nodeVault from "node-vault";
import { hasSlapd } from "../../support/slapd.ts";
import { ACCOUNTS, type ClusterServer, startCluster } from "../../support/token-review.ts";
import { accountToken, directory, github, provider, type StandIns } from "../stand-ins.ts";
import { localServer } from "./local-server.ts";

/** `node-vault` from npm, unpatched: logins with what another system says of the caller. */

const server = localServer();
const root = (): nodeVault.client => nodeVault({ endpoint: server.url, token: server.rootToken });
const guest = (): nodeVault.client => nodeVault({ endpoint: server.url });

let cluster: ClusterServer;
let others: readonly StandIns[];
let given: Readonly<Record<string, string>>;
beforeAll(async () => {
  cluster = await startCluster({ accounts: ACCOUNTS });
  others = await Promise.all([github(), provider(), directory()]);
  given = Object.assign({}, ...others.map(({ environment }) => environment));
});
afterAll(async () => {
  await Promise.all([cluster.close(), ...others.map(({ stop }) => stop())]);
});

const enabled = async (type: string, writes: Readonly<Record<string, object>>): Promise<void> => {
  await root().enableAuth({ mount_point: type, type });
  for (const [path, body] of Object.entries(writes)) await root().write(`auth/${type}/${path}`, body);
};

const policiesOf = ({ auth }: { readonly auth: { readonly policies: string[] } }): readonly string[] => auth.policies;

describe("node-vault: logins of platforms", () => {
  it("github", async () => {
    await enabled("github", {
      config: { organization: "zeroth-org", base_url: given["GITHUB_URL"] },
      "map/teams/core-team": { value: "team" },
    });
    expect(policiesOf(await guest().githubLogin({ token: "ghp_ann" }))).toEqual(["default", "team"]);
    await expect(guest().githubLogin({ token: "ghp_eve" })).rejects.toThrow("user is not part of required org");
  });

  it("jwt", async () => {
    await enabled("jwt", {
      config: { oidc_discovery_url: given["OIDC_URL"] },
      "role/web": { role_type: "jwt", user_claim: "sub", bound_audiences: "g-client", token_policies: "web" },
    });
    const jwt = given["JWT"];
    expect(policiesOf(await guest()["jwtLogin"]({ role: "web", jwt }))).toEqual(["default", "web"]);
    await expect(guest()["jwtLogin"]({ role: "web", jwt: `${jwt}x` })).rejects.toThrow("error validating token");
  });

  it("kubernetes", async () => {
    const bound = { bound_service_account_names: "g-app", bound_service_account_namespaces: "g-prod" };
    await enabled("kubernetes", {
      config: { kubernetes_host: cluster.url, token_reviewer_jwt: accountToken("g-system", "g-reviewer") },
      "role/app": { ...bound, token_policies: "app" },
    });
    const jwt = accountToken("g-prod", "g-app");
    const login = await guest().kubernetesLogin({ mount_point: "kubernetes", role: "app", jwt });
    expect(policiesOf(login)).toEqual(["app", "default"]);
  });

  (hasSlapd ? it : it.skip)("ldap", async () => {
    const base = "dc=golden,dc=test";
    const binder = { binddn: `cn=binder,${base}`, bindpass: "binder-pw" };
    const where = { userdn: `ou=people,${base}`, groupdn: `ou=groups,${base}` };
    await enabled("ldap", {
      config: { url: given["LDAP_URL"], ...binder, ...where },
      "groups/g-dev": { policies: "dev" },
    });
    const login = await guest()["ldapLogin"]({ username: "alice", password: "alice-pw" });
    expect(policiesOf(login)).toEqual(["default", "dev"]);
    await expect(guest()["ldapLogin"]({ username: "alice", password: "x" })).rejects.toThrow("ldap operation failed");
  });
});
