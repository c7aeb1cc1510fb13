import { describe, expect, it } from "@jest/globals";
import type { Token } from "../../../support/github.ts";
import { ACME, ANN, authOf, CLASSIC, errorsOf, githubWorld, OTHER } from "./support.ts";

const world = githubWorld();

describe("kinds of tokens", () => {
  const login = async (token: Token, text = CLASSIC) => {
    world().github.tokens.set(text, token);
    const answer = await world().login(text);
    return [answer.status, answer.status === 200 ? authOf(answer).metadata["org"] : (errorsOf(answer) as string[])[0]];
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
      ["ghp_unknown", "github_pat_revoked", "ghu_expired"].map((one) => world().login(one)),
    );
    expect(answers.map((answer) => [answer.status, errorsOf(answer)])).toEqual(
      Array(3).fill([400, ["GET /user: 401 Bad credentials"]]),
    );
  });
});
