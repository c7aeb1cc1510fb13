import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Account } from "../../../../src/auth/kubernetes/account.ts";
import { checkReview } from "../../../../src/auth/kubernetes/review.ts";
import { clusterWorld, ROLE, UID } from "./support.ts";

const world = clusterWorld();

const USER = { username: "system:serviceaccount:prod:app", uid: UID };
const GOOD = { authenticated: true, user: USER, audiences: ["vault"] };
const review = (status: unknown) => JSON.stringify({ kind: "TokenReview", status });

const answerWith = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): void => {
  world().cluster.instead = (_, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    return true;
  };
};

describe("V82: the answer to a review", () => {
  it("that vouches for the account lets it in", async () => {
    answerWith(201, review(GOOD));
    expect((await world().login()).status).toBe(200);
  });

  it.each<readonly [string, number, string]>([
    ["not authenticated", 201, review({ ...GOOD, authenticated: false })],
    ["not authenticated, as a text", 201, review({ ...GOOD, authenticated: "true" })],
    ["without authenticated", 201, review({ user: USER, audiences: ["vault"] })],
    ["with an error in it", 201, review({ ...GOOD, error: "token lookup failed" })],
    ["without a user", 201, review({ authenticated: true, audiences: ["vault"] })],
    ["with an empty user", 201, review({ ...GOOD, user: {} })],
    ["for another audience", 201, review({ ...GOOD, audiences: ["other"] })],
    ["for no audience, as of a server that does not know them", 201, review({ authenticated: true, user: USER })],
    ["of another namespace", 201, review({ ...GOOD, user: { ...USER, username: "system:serviceaccount:dev:app" } })],
    ["of another name", 201, review({ ...GOOD, user: { ...USER, username: "system:serviceaccount:prod:other" } })],
    ["of a longer name", 201, review({ ...GOOD, user: { ...USER, username: "system:serviceaccount:prod:app:x" } })],
    ["of a person", 201, review({ ...GOOD, user: { ...USER, username: "kubernetes-admin" } })],
    ["of a node", 201, review({ ...GOOD, user: { ...USER, username: "system:node:prod:app" } })],
    ["with another uid", 201, review({ ...GOOD, user: { ...USER, uid: "22222222-2222-4222-8222-222222222222" } })],
    ["without a uid", 201, review({ ...GOOD, user: { username: USER.username } })],
    ["without a status", 201, "{}"],
    ["that is a failure with status 200", 200, '{"kind":"Status","status":"Failure","code":401}'],
    ["that is HTML", 200, "<html>sign in</html>"],
    ["that is a list", 200, "[]"],
    ["that is empty", 201, ""],
    ["that nests without end", 201, "[".repeat(300_000)],
    ["that is too large", 201, `${review(GOOD)}${" ".repeat(1024 * 1024)}`],
    ["for a deleted account", 401, '{"kind":"Status","status":"Failure","code":401}'],
    ["that forbids the question", 403, review(GOOD)],
    ["of a cluster that fails", 500, review(GOOD)],
  ])("%s is refused", async (_, status, body) => {
    answerWith(status, body);
    const answer = await world().login();

    expect([answer.status, answer.body["errors"]]).toEqual([403, ["permission denied"]]);
  });

  it.each([301, 302, 307, 308])("V09: a redirect (%d) is refused, and not followed", async (status) => {
    answerWith(status, "", { location: "http://169.254.169.254/latest/meta-data/" });

    expect((await world().login()).status).toBe(403);
    expect(world().cluster.seen).toHaveLength(1);
  });

  it("that is cut off is refused", async () => {
    world().cluster.instead = (_, response) => {
      response.writeHead(201, { "content-length": "1000" }).write(review(GOOD));
      response.destroy();
      return true;
    };
    expect((await world().login()).status).toBe(403);
  });
});

describe("V11: a role's bounds", () => {
  const account: Account = { namespace: "prod", name: "app", uid: UID, secretName: "", audiences: ["vault"] };
  const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);

  it("hold for whatever a review says: only the very account passes", () => {
    const wild = fc.record(
      {
        authenticated: fc.constantFrom(true, false),
        error: fc.constantFrom("", "lookup failed"),
        audiences: fc.constantFrom<string[]>(["vault"], ["vault", "x"], ["x"], []),
        user: fc.record(
          {
            username: fc.oneof(
              fc.constant(USER.username),
              fc.tuple(name, name).map(([a, b]) => `system:serviceaccount:${a}:${b}`),
              fc.string(),
            ),
            uid: fc.oneof(fc.constant(UID), fc.uuid()),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(wild, (status) => {
        const right =
          status.authenticated === true &&
          !status.error &&
          status.audiences?.includes("vault") === true &&
          status.user?.username === USER.username &&
          status.user.uid === UID;
        const check = () => checkReview(status, account, ["vault"]);
        if (right) expect(check).not.toThrow();
        else expect(check).toThrow();
      }),
    );
  });

  it.each([
    [{ bound_service_account_names: "other" }, "service account name not authorized"],
    [{ bound_service_account_names: "ap" }, "service account name not authorized"],
    [{ bound_service_account_names: "app-*,*-app" }, "service account name not authorized"],
    [{ bound_service_account_namespaces: "dev" }, "namespace not authorized"],
    [{ bound_service_account_namespaces: "pro*d2" }, "namespace not authorized"],
    [{ audience: "elsewhere" }, "invalid audience (aud) claim: audience claim does not match any expected audience"],
    [{ token_bound_cidrs: "10.0.0.0/8" }, "permission denied"],
  ])("that are violated in %j alone refuse the login, and the cluster is not asked", async (bound, text) => {
    await world().role({ ...ROLE, ...bound });
    const answer = await world().login();

    expect([answer.status, answer.body["errors"]]).toEqual([403, [text]]);
    expect(world().cluster.seen).toEqual([]);
  });

  it.each([
    { bound_service_account_names: "*" },
    { bound_service_account_names: "x,a*p" },
    { bound_service_account_namespaces: "*" },
    { bound_service_account_namespaces: "p*,x" },
  ])("that hold by %j let it in", async (bound) => {
    await world().role({ ...ROLE, ...bound });
    expect((await world().login()).status).toBe(200);
  });
});
