import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isJsonObject } from "../../../../src/std/json.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** Patterns of policies in token roles are held against folded names, so they fold too. */

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
});
afterAll(() => server.dynamo.close());

const create = (role: string, policies: readonly string[]) =>
  server.call("POST", `auth/token/create/${role}`, { body: { policies, no_default_policy: true } });

describe("V24: patterns of policies in token roles", () => {
  it("forbid in whatever case they were written", async () => {
    await server.call("POST", "auth/token/roles/forbids", { body: { disallowed_policies_glob: "Prod-*, ADMIN*" } });
    for (const name of ["prod-x", "PROD-X", " Prod-x", "admin", "Administrators"]) {
      expect((await create("forbids", [name])).status).toBe(400);
    }
    expect((await create("forbids", ["team-x"])).status).toBe(200);
  });

  it("allow in whatever case they were written", async () => {
    await server.call("POST", "auth/token/roles/allows", { body: { allowed_policies_glob: ["Team-*"] } });
    expect((await create("allows", ["team-x"])).status).toBe(200);
    expect((await create("allows", ["TEAM-X"])).status).toBe(200);
    expect((await create("allows", ["prod-x"])).status).toBe(400);
    const { data } = await server.call("GET", "auth/token/roles/allows");
    expect(data["allowed_policies_glob"]).toEqual(["team-*"]);
  });

  it("fold when they are read, where a role was stored with them as sent", async () => {
    await server.call("POST", "auth/token/roles/old", { body: { disallowed_policies_glob: "prod-*" } });
    const { mounts } = await server.core.config.snapshot();
    const id = [...mounts.values()].find(({ info }) => info.path === "auth/token/")?.info.id;
    if (id === undefined) throw new Error("auth/token is always mounted");
    const view = await server.core.store.view(id);
    const address = view.at("role/old");
    const stored = (await view.get(address))?.body;
    if (!isJsonObject(stored)) throw new Error("the role was just written");
    await view.write([{ op: "put", address, body: { ...stored, disallowedPoliciesGlob: ["Prod-*"] }, when: "any" }]);
    expect((await create("old", ["prod-x"])).status).toBe(400);
    expect((await create("old", ["team-x"])).status).toBe(200);
    const { data } = await server.call("GET", "auth/token/roles/old");
    expect(data["disallowed_policies_glob"]).toEqual(["prod-*"]);
  });
});
