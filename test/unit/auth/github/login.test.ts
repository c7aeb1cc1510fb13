import type { IncomingMessage, ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Answered } from "../../../support/make-server.ts";
import { ACME, ANN, CLASSIC, createWorld, OPS, OTHER, PLATFORM, reset, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(() => reset(world));

const auth = ({ body }: Answered) =>
  body["auth"] as {
    client_token: string;
    token_policies: string[];
    metadata: Record<string, string>;
    entity_id: string;
  };
const errors = ({ body }: Answered) => body["errors"];
const map = (kind: string, key: string, value: string) =>
  world.server.call("POST", `auth/github/map/${kind}/${key}`, { body: { value } });
const config = (body: object) => world.server.call("POST", "auth/github/config", { body });

describe("a login with a token of GitHub", () => {
  it("knows the user by name, and shows the organization", async () => {
    const answer = await world.login();

    expect([answer.status, auth(answer).metadata]).toEqual([200, { username: "Ann", org: "acme" }]);
    const { data } = await world.server.call("GET", "auth/token/lookup-self", { token: auth(answer).client_token });
    expect([data["display_name"], data["path"], data["orphan"]]).toEqual(["github-Ann", "auth/github/login", true]);
    const { data: entity } = await world.server.call("GET", `identity/entity/id/${auth(answer).entity_id}`);
    expect((entity["aliases"] as { name: string }[]).map(({ name }) => name)).toEqual(["Ann"]);
  });

  it("gets the policies of the configuration, of its teams by name and by slug, of its name, and of everybody", async () => {
    await config({ token_policies: "from-config" });
    await map("teams", "platform-TEAM", "from-slug, other");
    await map("teams", "default", "from-everybody");
    await map("users", "ANN", "from-user");
    await map("teams", "ops", "of-another-team");

    expect(auth(await world.login()).token_policies).toEqual([
      "default",
      "from-config",
      "from-everybody",
      "from-slug",
      "from-user",
      "other",
    ]);
  });

  it("never gets the root policy, whatever a map says", async () => {
    await map("users", "ann", "root,other");
    const answer = await world.login();
    expect([answer.status, errors(answer)]).toEqual([400, ["auth methods cannot create root tokens"]]);
  });

  it("counts no team of another organization, whatever its name", async () => {
    const foreign = { ...PLATFORM, org: OTHER };
    world.github.tokens.set(CLASSIC, { kind: "classic", user: { ...ANN, teams: [foreign] }, scopes: ["read:org"] });
    await map("teams", "platform-team", "secret");

    expect(auth(await world.login()).token_policies).toEqual(["default"]);
  });

  it("is a member of external groups by the names of its teams", async () => {
    const { data } = await world.server.call("GET", "sys/auth");
    const { accessor } = data["github/"] as { accessor: string };
    const group = await world.server.call("POST", "identity/group", {
      body: { name: "platform", type: "external", policies: ["by-group"] },
    });
    await world.server.call("POST", "identity/group-alias", {
      body: { name: "platform-team", mount_accessor: accessor, canonical_id: group.data["id"] },
    });
    expect(JSON.stringify((await world.login()).body)).toContain("by-group");
    world.github.tokens.set(CLASSIC, { kind: "classic", user: { ...ANN, teams: [] }, scopes: ["read:org"] });
    expect(JSON.stringify((await world.login()).body)).not.toContain("by-group");
  });

  it("reads lists to their end, by the numbers of their pages", async () => {
    world.github.pageSize = 1;
    const user = { ...ANN, teams: [{ ...OPS, org: OTHER }, OPS, PLATFORM] };
    world.github.tokens.set(CLASSIC, { kind: "classic", user, scopes: ["user"] });
    await map("teams", "platform-team", "last");

    expect(auth(await world.login()).token_policies).toEqual(["default", "last"]);
    expect(world.github.seen.filter((line) => line.includes("/user/teams"))).toHaveLength(3);
  });

  it("asks a GitHub Enterprise below the path of its API", async () => {
    await config({ base_url: `${world.github.url}api/v3`, organization_id: ACME.id });
    const paths: (string | undefined)[] = [];
    world.github.instead = ({ url }) => {
      paths.push(url?.split("?")[0]);
      return false;
    };
    expect((await world.login()).status).toBe(200);
    expect(paths.sort()).toEqual(["/api/v3/user", "/api/v3/user/orgs", "/api/v3/user/teams"]);
  });

  it("warns where the organization has another name now", async () => {
    const renamed = { ...ACME, login: "acme-inc" };
    world.github.tokens.set(CLASSIC, { kind: "classic", user: { ...ANN, orgs: [renamed] }, scopes: ["read:org"] });
    const answer = await world.login();

    expect(answer.status).toBe(200);
    expect(answer.body["warnings"]).toEqual([
      'the organization name has changed to "acme-inc". It is recommended to verify and update the organization name in the config: organization_id=12345',
    ]);
  });

  it("is refused where another organization has the name now", async () => {
    const taken = { id: 999, login: "acme" };
    world.github.tokens.set(CLASSIC, { kind: "classic", user: { ...ANN, orgs: [taken] }, scopes: ["read:org"] });

    expect((await world.login()).status).toBe(400);
  });

  it("is refused from an address outside token_bound_cidrs before GitHub is asked", async () => {
    await config({ token_bound_cidrs: "10.0.0.0/8" });
    world.github.seen.length = 0;
    const answer = await world.login();

    expect([answer.status, errors(answer), world.github.seen]).toEqual([403, ["permission denied"], []]);
  });

  it("is refused without a configuration, a token, or with what no token can be", async () => {
    expect(errors(await world.login(""))).toEqual(["missing token"]);
    for (const odd of ["two words", "a\r\nx-evil: 1", "é", "x".repeat(2000)]) {
      const answer = await world.login(odd);
      expect(answer.status).toBe(400);
      expect(answer.text).not.toContain(odd);
    }
    await world.server.call("POST", "sys/auth/github2", { body: { type: "github" } });
    const answer = await world.server.call("POST", "auth/github2/login", { token: null, body: { token: CLASSIC } });
    expect([answer.status, errors(answer)]).toEqual([400, ["configuration has not been set"]]);
    expect(world.github.seen).toEqual([]);
  });
});

describe("kinds of tokens", () => {
  const login = async (token: Parameters<typeof world.github.tokens.set>[1], text = CLASSIC) => {
    world.github.tokens.set(text, token);
    const answer = await world.login(text);
    return [answer.status, answer.status === 200 ? auth(answer).metadata["org"] : (errors(answer) as string[])[0]];
  };
  const FINE = `github_pat_${"a".repeat(70)}`;
  const MEMBERS = "it needs the scope read:org, or as a fine-grained token the organization permission Members (read)";

  it("an app's user token logs in", async () => {
    expect(await login({ kind: "app", user: ANN }, "ghu_abc")).toEqual([200, "acme"]);
  });

  it("a fine-grained token logs in by the list of memberships, as its list of organizations is always empty", async () => {
    expect(await login({ kind: "fine-grained", user: ANN, owner: ACME, members: true }, FINE)).toEqual([200, "acme"]);
  });

  it("a fine-grained token of another resource owner is told what it lacks", async () => {
    const [status, text] = await login({ kind: "fine-grained", user: ANN, owner: OTHER, members: true }, FINE);
    expect(status).toBe(400);
    expect(text).toMatch(
      /^user is not part of required org; a fine-grained token must have the org as its resource owner/,
    );
  });

  it("a fine-grained token that may not read members gets nothing, rather than fewer policies", async () => {
    expect(await login({ kind: "fine-grained", user: ANN, owner: ACME }, FINE)).toEqual([
      400,
      expect.stringMatching(
        /^(?:GET \/user\/teams: 403: the token may not ask this; it needs|user is not part of required org)/,
      ),
    ]);
  });

  it("a classic token without read:org is told what it lacks", async () => {
    expect(await login({ kind: "classic", user: ANN, scopes: ["gist"] })).toEqual([
      400,
      expect.stringMatching(
        new RegExp(
          `^GET /user/(?:orgs: 403|teams: 404): the token may not ask this; ${MEMBERS.replace(/[()]/g, "\\$&")}$`,
        ),
      ),
    ]);
  });

  it("a classic token that has not passed the organization's single sign-on is told so", async () => {
    expect(await login({ kind: "classic", user: ANN, scopes: ["read:org"], notSso: [ACME] })).toEqual([
      400,
      "the token is not authorized for the single sign-on of the required org",
    ]);
  });

  it("an installation's token is not a user's", async () => {
    expect(await login({ kind: "installation" }, "ghs_abc")).toEqual([
      400,
      "GET /user: 403: the token may not ask this; it is not a user's token: tokens of app installations and of GitHub Actions are not",
    ]);
  });

  it.each([
    ["only invited", { orgs: [], invited: [ACME] }],
    ["a billing manager", { orgs: [], role: "billing_manager" }],
    ["in another organization", { orgs: [OTHER] }],
  ])("V11: a user who is %s is not part of the organization", async (_, change) => {
    expect(await login({ kind: "classic", user: { ...ANN, ...change }, scopes: ["read:org"] })).toEqual([
      400,
      "user is not part of required org",
    ]);
  });

  it("V42: unknown, revoked and expired tokens get one answer, with GitHub's status and no text of its own", async () => {
    const answers = await Promise.all(
      ["ghp_unknown", "github_pat_revoked", "ghu_expired"].map((one) => world.login(one)),
    );
    expect(answers.map((answer) => [answer.status, errors(answer)])).toEqual(
      Array(3).fill([400, ["GET /user: 401 Bad credentials"]]),
    );
  });
});

describe("a GitHub that does not answer as it should", () => {
  const member = { id: ACME.id, login: ACME.login };
  it.each<readonly [string, string, number, string, Record<string, string>]>([
    ["fails", "/user", 500, "{}", {}],
    ["is being maintained", "/user/teams", 503, "<html>unicorn</html>", { "content-type": "text/html" }],
    ["answers HTML", "/user", 200, "<html>sign in</html>", { "content-type": "text/html" }],
    ["leaves members out", "/user", 200, '{"login":"Ann"}', {}],
    ["gives a name that is none", "/user", 200, '{"login":"../ann","id":6789}', {}],
    ["gives an id that is none", "/user", 200, '{"login":"Ann","id":"6789"}', {}],
    ["answers an object for a list", "/user/orgs", 200, JSON.stringify(member), {}],
    ["answers teams without their organization", "/user/teams", 200, '[{"name":"a","slug":"a"}]', {}],
    ["answers more than its bound", "/user/orgs", 200, `[${" ".repeat(3 * 1024 * 1024)}]`, {}],
    ["nests without end", "/user", 200, `${"[".repeat(200_000)}`, {}],
    ["V09: redirects", "/user", 302, "", { location: "http://169.254.169.254/user" }],
    ["V09: redirects for good", "/user/orgs", 301, "", { location: "https://github.com/user/orgs" }],
  ])("and %s never grants: 502", async (_, path, status, body, headers) => {
    world.github.instead = (request, response) => {
      if (request.url?.split("?")[0] !== path) return false;
      response.writeHead(status, headers).end(body);
      return true;
    };
    const answer = await world.login();

    expect([answer.status, errors(answer)]).toEqual([502, ["GitHub could not be asked"]]);
    expect(world.github.seen.filter((line) => line.includes(` ${path} `))).toHaveLength(1);
  });

  it("is told apart from a refusal when it limits the rate", async () => {
    world.github.instead = (_, response) => {
      response.writeHead(403, { "retry-after": "7" }).end('{"message":"You have exceeded a secondary rate limit."}');
      return true;
    };
    const answer = await world.login();
    expect([answer.status, answer.headers["retry-after"]]).toEqual([502, "7"]);
  });

  it("and pages in a circle, or away from itself, is asked for the next page there and nowhere else", async () => {
    const asked: string[] = [];
    world.github.instead = (request, response) => {
      const url = new URL(request.url ?? "", "http://x");
      if (url.pathname !== "/user/orgs") return false;
      asked.push(url.search);
      const second = url.searchParams.get("page") === "2";
      const link = `<https://evil.example/x?page=${second ? 1 : 2}>; rel="next"`;
      response.writeHead(200, { link }).end(second ? JSON.stringify([member]) : "[]");
      return true;
    };
    expect((await world.login()).status).toBe(200);
    expect(asked).toEqual(["?per_page=100", "?per_page=100&page=2"]);
  });

  it("that lists organizations by an answer without a body knows none; teams it must list", async () => {
    const silent = (path: string): void => {
      world.github.instead = (request, response) => {
        if (request.url?.split("?")[0] !== path) return false;
        response.writeHead(200).end();
        return true;
      };
    };
    const nowhere = { ...ANN, orgs: [] };
    world.github.tokens.set(CLASSIC, { kind: "classic", user: nowhere, scopes: ["read:org"] });
    silent("/user/orgs");
    expect(errors(await world.login())).toEqual(["user is not part of required org"]);
    silent("/user/teams");
    world.github.tokens.set(CLASSIC, { kind: "classic", user: ANN, scopes: ["read:org"] });
    expect((await world.login()).status).toBe(502);
  });

  it("V79: teams with odd names give no policies and reach no other key", async () => {
    const odd = ["../config", "a/b", "*", "", "x\u0000", "K\u212a", "d".repeat(3000)].map((name) => ({
      ...OPS,
      name,
      slug: name,
    }));
    world.github.tokens.set(CLASSIC, { kind: "classic", user: { ...ANN, teams: odd }, scopes: ["read:org"] });
    await map("teams", "kk", "kelvin");

    expect(auth(await world.login()).token_policies).toEqual(["default"]);
  });
});

const fails = (_: IncomingMessage, response: ServerResponse): boolean => {
  response.writeHead(500).end();
  return true;
};

describe("renewal", () => {
  const renew = (token: string) => world.server.call("POST", "auth/token/renew-self", { token });
  const change = (user: object, tokenText = CLASSIC) =>
    world.github.tokens.set(tokenText, { kind: "classic", user: { ...ANN, ...user }, scopes: ["read:org"] });

  it("asks GitHub everything again, and takes lifetimes from the configuration as it is", async () => {
    await config({ token_policies: "base", token_ttl: "1h" });
    await map("teams", "platform-team", "team");
    const token = auth(await world.login()).client_token;
    world.github.seen.length = 0;
    await config({ token_ttl: "2h" });
    const answer = await renew(token);

    expect([answer.status, (answer.body["auth"] as { lease_duration: number }).lease_duration]).toEqual([200, 7200]);
    expect(world.github.seen.map((line) => line.split(" ")[1]).sort()).toEqual(["/user", "/user/orgs", "/user/teams"]);
  });

  it.each<readonly [string, () => unknown]>([
    ["the token is revoked", () => world.github.tokens.clear()],
    ["the user left", () => change({ orgs: [OTHER] })],
    ["the user's teams give other policies", () => change({ teams: [] })],
    ["the user has another name", () => change({ login: "ann2" })],
    ["the name is another user's", () => change({ id: 4 })],
    ["GitHub is down", () => Object.assign(world.github, { instead: fails })],
  ])("is refused when %s, and the token keeps its end", async (_, happen) => {
    await map("teams", "platform-team", "team");
    const token = auth(await world.login()).client_token;
    happen();

    const answer = await renew(token);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).toContain("failed to renew entry: ");
    expect((await world.server.call("GET", "auth/token/lookup-self", { token })).status).toBe(200);
  });
});

describe("the token of GitHub", () => {
  it("is in no answer, log line or audit line, nor is what GitHub says about it", async () => {
    const token = auth(await world.login()).client_token;
    await world.server.call("POST", "auth/token/renew-self", { token });
    world.github.instead = (request, response) => {
      response.writeHead(401).end(JSON.stringify({ message: `Bad credentials: ${request.headers.authorization}` }));
      return true;
    };
    const refused = await world.login();
    await world.server.call("POST", "auth/token/renew-self", { token });

    const everything = [refused.text, ...world.server.auditLines, ...world.server.logLines].join("\n");
    expect(world.server.auditLines.length).toBeGreaterThan(0);
    expect(everything).not.toContain(CLASSIC);
  });
});
