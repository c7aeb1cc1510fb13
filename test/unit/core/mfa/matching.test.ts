import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { authOf, makeWorld, type World } from "./support.ts";

/** Which logins an enforcement is meant for, and what satisfies several. */

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterEach(() => world.release());
afterAll(() => world.server.dynamo.close());

/** The enforcements that a login is told of; none: it has its token. */
const asked = async (at: string, name: string, body: object = {}): Promise<readonly string[]> => {
  const { mfa_requirement: requirement, client_token: token } = authOf(await world.login(at, name, body));
  expect(token === "").toBe(requirement !== null);
  return Object.keys(requirement?.mfa_constraints ?? {});
};
const group = async (body: object): Promise<string> =>
  String((await world.server.call("POST", "identity/group", { body })).data["id"]);

describe("an enforcement is meant for", () => {
  it("the logins of one mount, by accessor", async () => {
    const [at, other] = [await world.mount(), await world.mount()];
    await world.enforce("here", { mfa_method_ids: [await world.method()], auth_method_accessors: [at.accessor] });
    expect([await asked(at.path, "ann"), await asked(other.path, "ann")]).toEqual([["here"], []]);
  });

  it("the logins of all mounts of a type", async () => {
    const [at, other] = [await world.mount(), await world.mount("approle")];
    await world.enforce("gates", { mfa_method_ids: [await world.method()], auth_method_types: ["gate"] });
    expect(await asked(at.path, "ann")).toEqual(["gates"]);
    await world.server.call("POST", `${other.path}/role/app`, { body: { token_policies: "app" } });
    const role_id = (await world.server.call("GET", `${other.path}/role/app/role-id`)).data["role_id"];
    const secret_id = (await world.server.call("POST", `${other.path}/role/app/secret-id`)).data["secret_id"];
    const answer = await world.server.call("POST", `${other.path}/login`, {
      token: null,
      body: { role_id, secret_id },
    });
    expect(authOf(answer).mfa_requirement).toBe(null);
  });

  it("an entity, wherever it logs in, and nobody else", async () => {
    const [at, other] = [await world.mount(), await world.mount()];
    const entity = await world.entity(at.path, "ann");
    await world.server.call("POST", "identity/entity-alias", {
      body: { name: "ann", mount_accessor: other.accessor, canonical_id: entity },
    });
    await world.enforce("ann", { mfa_method_ids: [await world.method()], identity_entity_ids: [entity] });
    expect(await asked(at.path, "ann")).toEqual(["ann"]);
    expect(await asked(other.path, "ann")).toEqual(["ann"]);
    expect(await asked(at.path, "bob")).toEqual([]);
  });

  it("V44: an entity under its old id after it was merged into another", async () => {
    const at = await world.mount();
    const [from, to] = [await world.entity(at.path, "from"), await world.entity((await world.mount()).path, "to")];
    await world.enforce("from", { mfa_method_ids: [await world.method()], identity_entity_ids: [from] });
    await world.server.call("POST", "identity/entity/merge", { body: { from_entity_ids: [from], to_entity_id: to } });
    expect(await asked(at.path, "from")).toEqual(["from"]);
  });

  it("the members of a group, also through other groups", async () => {
    const at = await world.mount();
    const entity = await world.entity(at.path, "ann");
    const inner = await group({ name: "inner", member_entity_ids: [entity] });
    const middle = await group({ name: "middle", member_group_ids: [inner] });
    const outer = await group({ name: "outer", member_group_ids: [middle] });
    for (const id of [inner, outer]) {
      await world.enforce("group", { mfa_method_ids: [await world.method()], identity_group_ids: [id] });
      expect(await asked(at.path, "ann")).toEqual(["group"]);
      expect(await asked(at.path, "bob")).toEqual([]);
    }
    await world.server.call("DELETE", `identity/group/id/${middle}`);
    expect(await asked(at.path, "ann")).toEqual([]);
  });

  it("the members of an external group, from the very login that makes them members", async () => {
    const at = await world.mount();
    const id = await group({ name: "ops", type: "external" });
    await world.server.call("POST", "identity/group-alias", {
      body: { name: "ops", mount_accessor: at.accessor, canonical_id: id },
    });
    await world.enforce("ops", { mfa_method_ids: [await world.method()], identity_group_ids: [id] });
    expect(await asked(at.path, "new", { groups: ["ops"] })).toEqual(["ops"]);
    expect(await asked(at.path, "new", { groups: ["others"] })).toEqual([]);
    expect(await asked(at.path, "new", { groups: ["ops"] })).toEqual(["ops"]);
  });

  it("a login without an entity is refused where one is meant for its mount: no code could prove anything", async () => {
    const at = await world.mount();
    await world.enforce("here", { mfa_method_ids: [await world.method()], auth_method_accessors: [at.accessor] });
    expect((await world.login(at.path, "ann", { nobody: true })).status).toBe(403);
    await world.release();
    expect((await world.login(at.path, "ann", { nobody: true })).status).toBe(200);
  });
});

describe("V44: a name in another spelling", () => {
  it("is the same entity, with the same second factor, or another one that the mount's enforcement is meant for too", async () => {
    const at = await world.mount();
    const entity = await world.entity(at.path, "alice");
    await world.enforce("alice", { mfa_method_ids: [await world.method()], identity_entity_ids: [entity] });
    for (const name of ["alice", "Alice", "ALICE"]) expect(await asked(at.path, name)).toEqual(["alice"]);
    expect((await world.login(at.path, "%20alice%20")).status).toBe(404);
  });
});

describe("several enforcements", () => {
  const both = async () => {
    const at = await world.mount();
    const entity = await world.entity(at.path, "ann");
    const [one, two, three] = [await world.method(), await world.method(), await world.method()];
    const keys = new Map<string, string>();
    for (const id of [one, two, three]) keys.set(id, await world.enrol(id, entity));
    await world.enforce("a", { mfa_method_ids: [one, two], auth_method_accessors: [at.accessor] });
    await world.enforce("b", { mfa_method_ids: [two, three], identity_entity_ids: [entity] });
    const codes = (...ids: readonly string[]) =>
      Object.fromEntries(ids.map((id) => [id, [world.code(keys.get(id) ?? "")]]));
    return { at: at.path, one, two, three, codes };
  };
  const status = async (at: string, payload: object): Promise<number> =>
    (await world.validate(await world.waiting(at, "ann"), payload)).status;

  it("must all be satisfied, each by any of its methods", async () => {
    const { at, one, two, three, codes } = await both();
    expect(await asked(at, "ann")).toEqual(["a", "b"]);
    expect(await status(at, codes(one))).toBe(403);
    expect(await status(at, codes(three))).toBe(403);
    expect(await status(at, codes(one, three))).toBe(200);
    world.server.clock.advance(120_000);
    expect(await status(at, { ...codes(three), [one]: ["000000"], [two]: codes(two)[two] })).toBe(200);
  });

  it("are satisfied by one code of a method that both take", async () => {
    const { at, two, codes } = await both();
    expect(await status(at, codes(two))).toBe(200);
    expect(await status(at, codes(two))).toBe(403);
  });

  it("name the first that is not satisfied, and use no code of the others", async () => {
    const { at, one, three, codes } = await both();
    const refused = await world.validate(await world.waiting(at, "ann"), codes(one));
    expect(refused.text).toContain("failed to satisfy enforcement b. error: login MFA validation failed");
    expect(await status(at, codes(one, three))).toBe(200);
  });

  it("that are added while a login waits are meant for it, and it is refused when none is left", async () => {
    const { at, one, two, codes } = await both();
    const id = await world.waiting(at, "ann");
    const late = await world.method();
    await world.enforce("late", { mfa_method_ids: [late], auth_method_types: ["gate"] });
    expect((await world.validate(id, codes(two))).text).toContain("enforcement late");
    await world.release();
    expect((await world.validate(id, codes(one))).status).toBe(400);
  });
});
