import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, it } from "@jest/globals";
import { ANN, authOf, CLASSIC, githubWorld, OTHER } from "./support.ts";

const world = githubWorld();

const fails = (_: IncomingMessage, response: ServerResponse): boolean => {
  response.writeHead(500).end();
  return true;
};

describe("renewal", () => {
  const renew = (token: string) => world().server.call("POST", "auth/token/renew-self", { token });
  const change = (user: object, tokenText = CLASSIC) =>
    world().github.tokens.set(tokenText, { kind: "classic", user: { ...ANN, ...user }, scopes: ["read:org"] });

  it("asks GitHub everything again, and takes lifetimes from the configuration as it is", async () => {
    await world().configure({ token_policies: "base", token_ttl: "1h" });
    await world().map("teams", "platform-team", "team");
    const token = authOf(await world().login()).client_token;
    world().github.seen.length = 0;
    await world().configure({ token_ttl: "2h" });
    const answer = await renew(token);

    expect([answer.status, (answer.body["auth"] as { lease_duration: number }).lease_duration]).toEqual([200, 7200]);
    expect(
      world()
        .github.seen.map((line) => line.split(" ")[1])
        .sort(),
    ).toEqual(["/user", "/user/orgs", "/user/teams"]);
  });

  it.each<readonly [string, () => unknown]>([
    ["the token is revoked", () => world().github.tokens.clear()],
    ["the user left", () => change({ orgs: [OTHER] })],
    ["the user's teams give other policies", () => change({ teams: [] })],
    ["the user has another name", () => change({ login: "ann2" })],
    ["the name is another user's", () => change({ id: 4 })],
    ["GitHub is down", () => Object.assign(world().github, { instead: fails })],
  ])("is refused when %s, and the token keeps its end", async (_, happen) => {
    await world().map("teams", "platform-team", "team");
    const token = authOf(await world().login()).client_token;
    happen();

    const answer = await renew(token);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).toContain("failed to renew entry: ");
    expect((await world().server.call("GET", "auth/token/lookup-self", { token })).status).toBe(200);
  });
});
