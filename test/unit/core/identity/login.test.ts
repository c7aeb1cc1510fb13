import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { authOf, type IdentityServer, makeIdentityServer } from "./support.ts";

let server: IdentityServer;
beforeAll(async () => {
  server = await makeIdentityServer();
});
afterAll(() => server.dynamo.close());

const entityCount = async (): Promise<number> =>
  ((await server.call("LIST", "identity/entity/id")).data["keys"] as string[] | undefined)?.length ?? 0;

describe("a login", () => {
  it("makes one entity, however many begin it at once", async () => {
    const before = await entityCount();

    const sessions = await Promise.all(Array.from({ length: 8 }, () => server.session("racer")));

    expect(new Set(sessions.map(({ entity }) => entity)).size).toBe(1);
    expect(await entityCount()).toBe(before + 1);
  });

  it("knows an alias whatever the case of its letters, also beyond ASCII", async () => {
    const upper = await server.session("ÅSA-Ω");
    const lower = await server.session("åsa-ω");

    expect(lower.entity).toBe(upper.entity);
  });

  it("does not take a letter that only looks like an ASCII one for it", async () => {
    const kelvin = await server.session("\u212Aim");
    const ascii = await server.session("kim");

    expect(kelvin.entity).not.toBe(ascii.entity);
  });

  it("keeps equal names at two mounts apart", async () => {
    const here = await server.session("same", {}, "one");
    const there = await server.session("same", {}, "two");

    expect(there.entity).not.toBe(here.entity);
  });

  it("renews the metadata of its own mount's alias only", async () => {
    const { entity } = await server.session("pair", { metadata: { at: "one" } }, "one");
    await server.call("POST", "identity/entity-alias", {
      body: { name: "pair", mount_accessor: server.two, canonical_id: entity },
    });
    await server.login("pair", { metadata: { at: "two" } }, "two");

    const { data } = await server.call("GET", `identity/entity/id/${entity}`);
    const metadata = (data["aliases"] as { mount_accessor: string; metadata: unknown }[]).map((alias) => [
      alias.mount_accessor,
      alias.metadata,
    ]);

    expect(Object.fromEntries(metadata)).toEqual({ [server.one]: { at: "one" }, [server.two]: { at: "two" } });
  });

  it("costs no read of identity when the alias was seen here before", async () => {
    await server.login("warm");
    await server.login("warm");
    server.table.calls.length = 0;

    await server.login("warm");

    const reads = server.table.calls.filter(({ operation }) => operation !== "TransactWriteItems");
    expect(JSON.stringify(reads.map(({ input }) => input))).not.toContain("entity#");
  });

  it("is refused while its entity is disabled, and works again after", async () => {
    const { entity } = await server.session("off");
    await server.call("POST", `identity/entity/id/${entity}`, { body: { disabled: true } });
    const refused = await server.login("off");
    await server.call("POST", `identity/entity/id/${entity}`, { body: { disabled: false } });
    const allowed = await server.login("off");

    expect([refused.status, refused.text.trim()]).toEqual([403, '{"errors":["permission denied"]}']);
    expect(allowed.status).toBe(200);
  });

  it("gives a batch token an entity too", async () => {
    const { token, entity } = await server.session("batch", { type: "batch" });
    expect(token).toMatch(/^hvb\./);

    await server.call("POST", `identity/entity/id/${entity}`, { body: { disabled: true } });

    expect((await server.call("GET", "auth/token/lookup-self", { token })).status).toBe(403);
  });
});

describe("a living token", () => {
  it("is refused on the next request once its entity is disabled, and told nothing more", async () => {
    const { token, entity } = await server.session("living");
    expect((await server.call("GET", "auth/token/lookup-self", { token })).status).toBe(200);

    await server.call("POST", `identity/entity/id/${entity}`, { body: { disabled: true } });
    const refused = await server.call("GET", "auth/token/lookup-self", { token });

    expect([refused.status, refused.text.trim()]).toEqual([403, '{"errors":["permission denied"]}']);
  });

  it("follows its entity's name and metadata through templated policies", async () => {
    await server.call("POST", "sys/policies/acl/own", {
      body: {
        policy: 'path "kv/{{identity.entity.name}}/{{identity.entity.metadata.team}}/*" { capabilities = ["read"] }',
      },
    });
    const { token, entity } = await server.session("templated", { policies: ["own"] });
    await server.call("POST", `identity/entity/id/${entity}`, { body: { name: "tess", metadata: { team: "red" } } });
    const at = async (path: string) => (await server.call("GET", path, { token })).status;
    expect([await at("kv/tess/red/x"), await at("kv/tess/blue/x")]).toEqual([404, 403]);

    await server.call("POST", `identity/entity/id/${entity}`, { body: { metadata: { team: "blue" } } });

    expect([await at("kv/tess/red/x"), await at("kv/tess/blue/x")]).toEqual([403, 404]);
  });

  it.each(["a/b", "*", "+", "..", "a%2fb"])("gets nothing from a template whose value is %s", async (value) => {
    await server.call("POST", "sys/policies/acl/team", {
      body: { policy: 'path "kv/{{identity.entity.metadata.team}}/*" { capabilities = ["read"] }' },
    });
    const { token, entity } = await server.session("tricky", { policies: ["team"] });
    await server.call("POST", `identity/entity/id/${entity}`, { body: { metadata: { team: value } } });

    for (const path of [`kv/${value}/x`, "kv/other/x", "kv/a/b/x", "kv/a/x"]) {
      expect((await server.call("GET", path, { token })).status).not.toBe(404);
    }
  });
});

describe("external groups", () => {
  it("hold exactly the logins that name them, from this mount", async () => {
    const crew = await server.group("crew", { type: "external", policies: ["crew-policy"] });
    expect((await server.call("GET", `identity/group/id/${crew}`)).data["member_entity_ids"]).toBeNull();
    await server.call("POST", "identity/group-alias", {
      body: { name: "Crew", mount_accessor: server.one, canonical_id: crew },
    });
    const hand = await server.group("by-hand", { policies: ["hand-policy"] });

    const first = authOf(await server.login("member", { groups: ["crew", "unknown"] }));
    const entity = String(first["entity_id"]);
    await server.call("POST", `identity/group/id/${hand}`, { body: { member_entity_ids: [entity] } });
    expect(first["identity_policies"]).toEqual(["crew-policy"]);
    expect((await server.call("GET", `identity/group/id/${crew}`)).data["member_entity_ids"]).toEqual([entity]);

    const second = authOf(await server.login("member", { groups: [] }));

    expect(second["identity_policies"]).toEqual(["hand-policy"]);
    expect((await server.call("GET", `identity/group/id/${crew}`)).data["member_entity_ids"]).toEqual([]);
  });

  it("may be more than one transaction holds", async () => {
    await server.externalGroups(70, server.two);
    const names = Array.from({ length: 70 }, (_, index) => `many-${index}`);

    const { entity } = await server.session("joiner", { groups: names }, "two");

    const { data } = await server.call("GET", `identity/entity/id/${entity}`);
    expect((data["direct_group_ids"] as string[]).length).toBe(70);
  });
});
