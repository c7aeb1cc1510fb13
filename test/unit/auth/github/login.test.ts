import { describe, expect, it } from "@jest/globals";
import { ACME, ANN, authOf, CLASSIC, errorsOf, githubWorld, OPS, OTHER, PLATFORM } from "./support.ts";

const world = githubWorld();

describe("a login with a token of GitHub", () => {
  it("knows the user by name, and shows the organization", async () => {
    const answer = await world().login();

    expect([answer.status, authOf(answer).metadata]).toEqual([200, { username: "Ann", org: "acme" }]);
    const { data } = await world().server.call("GET", "auth/token/lookup-self", { token: authOf(answer).client_token });
    expect([data["display_name"], data["path"], data["orphan"]]).toEqual(["github-Ann", "auth/github/login", true]);
    const { data: entity } = await world().server.call("GET", `identity/entity/id/${authOf(answer).entity_id}`);
    expect((entity["aliases"] as { name: string }[]).map(({ name }) => name)).toEqual(["Ann"]);
  });

  it("gets the policies of the configuration, of its teams by name and by slug, of its name, and of everybody", async () => {
    await world().configure({ token_policies: "from-config" });
    await world().map("teams", "platform-TEAM", "from-slug, other");
    await world().map("teams", "default", "from-everybody");
    await world().map("users", "ANN", "from-user");
    await world().map("teams", "ops", "of-another-team");

    expect(authOf(await world().login()).token_policies).toEqual([
      "default",
      "from-config",
      "from-everybody",
      "from-slug",
      "from-user",
      "other",
    ]);
  });

  it("never gets the root policy, whatever a map says", async () => {
    await world().map("users", "ann", "root,other");
    const answer = await world().login();
    expect([answer.status, errorsOf(answer)]).toEqual([400, ["auth methods cannot create root tokens"]]);
  });

  it("counts no team of another organization, whatever its name", async () => {
    const foreign = { ...PLATFORM, org: OTHER };
    world().github.tokens.set(CLASSIC, { kind: "classic", user: { ...ANN, teams: [foreign] }, scopes: ["read:org"] });
    await world().map("teams", "platform-team", "secret");

    expect(authOf(await world().login()).token_policies).toEqual(["default"]);
  });

  it("is a member of external groups by the names of its teams", async () => {
    const { data } = await world().server.call("GET", "sys/auth");
    const { accessor } = data["github/"] as { accessor: string };
    const group = await world().server.call("POST", "identity/group", {
      body: { name: "platform", type: "external", policies: ["by-group"] },
    });
    await world().server.call("POST", "identity/group-alias", {
      body: { name: "platform-team", mount_accessor: accessor, canonical_id: group.data["id"] },
    });
    expect(JSON.stringify((await world().login()).body)).toContain("by-group");
    world().github.tokens.set(CLASSIC, { kind: "classic", user: { ...ANN, teams: [] }, scopes: ["read:org"] });
    expect(JSON.stringify((await world().login()).body)).not.toContain("by-group");
  });

  it("reads lists to their end, by the numbers of their pages", async () => {
    world().github.pageSize = 1;
    const user = { ...ANN, teams: [{ ...OPS, org: OTHER }, OPS, PLATFORM] };
    world().github.tokens.set(CLASSIC, { kind: "classic", user, scopes: ["user"] });
    await world().map("teams", "platform-team", "last");

    expect(authOf(await world().login()).token_policies).toEqual(["default", "last"]);
    expect(world().github.seen.filter((line) => line.includes("/user/teams"))).toHaveLength(3);
  });

  it("asks a GitHub Enterprise below the path of its API", async () => {
    await world().configure({ base_url: `${world().github.url}api/v3`, organization_id: ACME.id });
    const paths: (string | undefined)[] = [];
    world().github.instead = ({ url }) => {
      paths.push(url?.split("?")[0]);
      return false;
    };
    expect((await world().login()).status).toBe(200);
    expect(paths.sort()).toEqual(["/api/v3/user", "/api/v3/user/orgs", "/api/v3/user/teams"]);
  });

  it("warns where the organization has another name now", async () => {
    const renamed = { ...ACME, login: "acme-inc" };
    world().github.tokens.set(CLASSIC, { kind: "classic", user: { ...ANN, orgs: [renamed] }, scopes: ["read:org"] });
    const answer = await world().login();

    expect(answer.status).toBe(200);
    expect(answer.body["warnings"]).toEqual([
      'the organization name has changed to "acme-inc". It is recommended to verify and update the organization name in the config: organization_id=12345',
    ]);
  });

  it("is refused where another organization has the name now", async () => {
    const taken = { id: 999, login: "acme" };
    world().github.tokens.set(CLASSIC, { kind: "classic", user: { ...ANN, orgs: [taken] }, scopes: ["read:org"] });

    expect((await world().login()).status).toBe(400);
  });

  it("is refused from an address outside token_bound_cidrs before GitHub is asked", async () => {
    await world().configure({ token_bound_cidrs: "10.0.0.0/8" });
    world().github.seen.length = 0;
    const answer = await world().login();

    expect([answer.status, errorsOf(answer), world().github.seen]).toEqual([403, ["permission denied"], []]);
  });

  it("is refused without a configuration, a token, or with what no token can be", async () => {
    expect(errorsOf(await world().login(""))).toEqual(["missing token"]);
    for (const odd of ["two words", "a\r\nx-evil: 1", "é", "x".repeat(2000)]) {
      const answer = await world().login(odd);
      expect(answer.status).toBe(400);
      expect(answer.text).not.toContain(odd);
    }
    await world().server.call("POST", "sys/auth/github2", { body: { type: "github" } });
    const answer = await world().server.call("POST", "auth/github2/login", { token: null, body: { token: CLASSIC } });
    expect([answer.status, errorsOf(answer)]).toEqual([400, ["configuration has not been set"]]);
    expect(world().github.seen).toEqual([]);
  });
});
