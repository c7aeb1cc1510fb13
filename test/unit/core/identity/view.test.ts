import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { findEntity } from "../../../../src/core/identity/find.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** What a request sees of an entity is made once, and again when the entity or a group changed. */

let server: TestServer;
let id: string;
beforeAll(async () => {
  server = await makeServer();
  const { data } = await server.call("POST", "identity/entity", { body: { name: "ada", policies: ["one"] } });
  id = String(data["id"]);
});
afterAll(() => server.dynamo.close());

const seen = () => findEntity(server.core, id);

describe("the view of an entity", () => {
  it("is the same object while nothing changed", async () => {
    expect(await seen()).toBe(await seen());
  });

  it("is another one after a change of the entity", async () => {
    const before = await seen();
    await server.call("POST", `identity/entity/id/${id}`, { body: { policies: ["two"] } });

    expect((await seen())?.allPolicies).toEqual(["two"]);
    expect(await seen()).not.toBe(before);
  });

  it("is another one after a change of its groups, and of one above them", async () => {
    const made = await server.call("POST", "identity/group", {
      body: { name: "inner", policies: ["inner"], member_entity_ids: [id] },
    });
    expect((await seen())?.allPolicies).toEqual(["inner", "two"]);

    const inner = String(made.data["id"]);
    await server.call("POST", "identity/group", {
      body: { name: "outer", policies: ["outer"], member_group_ids: [inner] },
    });
    expect((await seen())?.allPolicies).toEqual(["inner", "outer", "two"]);

    await server.call("DELETE", `identity/group/id/${inner}`);
    expect((await seen())?.allPolicies).toEqual(["two"]);
  });
});
