import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** What the web page asks for when it starts, by a token with the `default` policy alone. */

const START = ["sys/internal/ui/mounts", "sys/internal/ui/resultant-acl", "auth/token/lookup-self"];

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
  await server.call("POST", "sys/mounts/kv", { body: { type: "kv", options: { version: "2" } } });
  await server.call("POST", "sys/auth/people", {
    body: { type: "userpass", config: { listing_visibility: "unauth" } },
  });
  await server.call("POST", "sys/policies/acl/team", {
    body: { policy: 'path "kv/data/team/*" { capabilities = ["read"] }' },
  });
});
afterAll(() => server.dynamo.close());

const tokenWith = async (body: object): Promise<string> => {
  const made = await server.call("POST", "auth/token/create", { body });
  return String((made.body["auth"] as { client_token: string }).client_token);
};

describe("the page's start", () => {
  it("works with the default policy alone", async () => {
    const token = await tokenWith({ policies: ["default"] });
    const [mounts, rules, self] = await Promise.all(START.map((path) => server.call("GET", path, { token })));

    expect([mounts?.status, rules?.status, self?.status]).toEqual([200, 200, 200]);
    expect(Object.keys(mounts?.data["secret"] as object)).not.toContain("kv/");
    expect(rules?.data).toMatchObject({ root: false, exact_paths: { "sys/policies/explain": {} } });
    expect(self?.data).toMatchObject({ policies: ["default"] });
  });

  it("shows the mounts that a token's rules reach into, and no others", async () => {
    const token = await tokenWith({ policies: ["team"], no_default_policy: true });

    expect((await server.call("GET", "sys/internal/ui/mounts", { token })).data).toMatchObject({
      secret: { "kv/": { type: "kv" } },
      auth: {},
    });
  });

  it("before sign-in shows what is listed for everyone", async () => {
    const { status, data } = await server.call("GET", "sys/internal/ui/mounts", { token: null });

    expect([status, data["secret"], Object.keys(data["auth"] as object)]).toEqual([200, {}, ["people/"]]);
  });

  it("is one read of the table for each request", async () => {
    const token = await tokenWith({ policies: ["default"] });
    const calls = async (path: string, as: string | null) => {
      await server.call("GET", path, { token: as });
      server.table.calls.length = 0;
      await server.call("GET", path, { token: as });
      return server.table.calls.map(({ operation }) => operation);
    };

    for (const path of START) expect([path, await calls(path, token)]).toEqual([path, ["BatchGetItem"]]);
    expect(await calls("sys/internal/ui/mounts", null)).toEqual(["BatchGetItem"]);
  });
});
