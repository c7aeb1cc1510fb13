import { describe, expect, it } from "@jest/globals";
import { ACME, ANN, authOf, CLASSIC, errorsOf, githubWorld, OPS } from "./support.ts";

const world = githubWorld();

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
    world().github.instead = (request, response) => {
      if (request.url?.split("?")[0] !== path) return false;
      response.writeHead(status, headers).end(body);
      return true;
    };
    const answer = await world().login();

    expect([answer.status, errorsOf(answer)]).toEqual([502, ["GitHub could not be asked"]]);
    expect(world().github.seen.filter((line) => line.includes(` ${path} `))).toHaveLength(1);
  });

  it("is told apart from a refusal when it limits the rate", async () => {
    world().github.instead = (_, response) => {
      response.writeHead(403, { "retry-after": "7" }).end('{"message":"You have exceeded a secondary rate limit."}');
      return true;
    };
    const answer = await world().login();
    expect([answer.status, answer.headers["retry-after"]]).toEqual([502, "7"]);
  });

  it("and pages in a circle, or away from itself, is asked for the next page there and nowhere else", async () => {
    const asked: string[] = [];
    world().github.instead = (request, response) => {
      const url = new URL(request.url ?? "", "http://x");
      if (url.pathname !== "/user/orgs") return false;
      asked.push(url.search);
      const second = url.searchParams.get("page") === "2";
      const link = `<https://evil.example/x?page=${second ? 1 : 2}>; rel="next"`;
      response.writeHead(200, { link }).end(second ? JSON.stringify([member]) : "[]");
      return true;
    };
    expect((await world().login()).status).toBe(200);
    expect(asked).toEqual(["?per_page=100", "?per_page=100&page=2"]);
  });

  it("that lists organizations by an answer without a body knows none; teams it must list", async () => {
    const silent = (path: string): void => {
      world().github.instead = (request, response) => {
        if (request.url?.split("?")[0] !== path) return false;
        response.writeHead(200).end();
        return true;
      };
    };
    const nowhere = { ...ANN, orgs: [] };
    world().github.tokens.set(CLASSIC, { kind: "classic", user: nowhere, scopes: ["read:org"] });
    silent("/user/orgs");
    expect(errorsOf(await world().login())).toEqual(["user is not part of required org"]);
    silent("/user/teams");
    world().github.tokens.set(CLASSIC, { kind: "classic", user: ANN, scopes: ["read:org"] });
    expect((await world().login()).status).toBe(502);
  });

  it("V79: teams with odd names give no policies and reach no other key", async () => {
    const odd = ["../config", "a/b", "*", "", "x\u0000", "K\u212a", "d".repeat(3000)].map((name) => ({
      ...OPS,
      name,
      slug: name,
    }));
    world().github.tokens.set(CLASSIC, { kind: "classic", user: { ...ANN, teams: odd }, scopes: ["read:org"] });
    await world().map("teams", "kk", "kelvin");

    expect(authOf(await world().login()).token_policies).toEqual(["default"]);
  });
});

describe("the token of GitHub", () => {
  it("is in no answer, log line or audit line, nor is what GitHub says about it", async () => {
    const token = authOf(await world().login()).client_token;
    await world().server.call("POST", "auth/token/renew-self", { token });
    world().github.instead = (request, response) => {
      response.writeHead(401).end(JSON.stringify({ message: `Bad credentials: ${request.headers.authorization}` }));
      return true;
    };
    const refused = await world().login();
    await world().server.call("POST", "auth/token/renew-self", { token });

    const everything = [refused.text, ...world().server.auditLines, ...world().server.logLines].join("\n");
    expect(world().server.auditLines.length).toBeGreaterThan(0);
    expect(everything).not.toContain(CLASSIC);
  });
});
