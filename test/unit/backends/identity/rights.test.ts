import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type IdentityServer, makeIdentityServer } from "../../core/identity/support.ts";

let server: IdentityServer;
beforeAll(async () => {
  server = await makeIdentityServer();
});
afterAll(() => server.dynamo.close());

const DENIED = '{"errors":["1 error occurred:\\n\\t* permission denied\\n\\n"]}';

describe("who may change aliases", () => {
  it("cannot point one at another entity without the right to change both", async () => {
    const mine = await server.session("mallory");
    const admin = await server.entity("admin", { policies: ["powerful"] });
    const { data } = await server.call("GET", `identity/entity/id/${mine.entity}`);
    const [alias] = data["aliases"] as { id: string }[];
    const token = await server.tokenWith(
      "one-alias",
      `path "identity/entity-alias*" { capabilities = ["update"] }
       path "identity/entity/id/${mine.entity}" { capabilities = ["update"] }`,
    );

    const byId = await server.call("POST", `identity/entity-alias/id/${alias?.id}`, {
      token,
      body: { canonical_id: admin },
    });
    const byName = await server.call("POST", "identity/entity-alias", {
      token,
      body: { name: "mallory", mount_accessor: server.one, canonical_id: admin },
    });

    expect([byId.status, byId.text.trim()]).toEqual([403, DENIED]);
    expect(byName.status).toBe(403);
    expect((await server.session("mallory")).entity).toBe(mine.entity);
  });

  it("may change its metadata with the right to the alias alone", async () => {
    const { entity } = await server.session("plain");
    const [alias] = (await server.call("GET", `identity/entity/id/${entity}`)).data["aliases"] as { id: string }[];
    const token = await server.tokenWith("aliases", 'path "identity/entity-alias/id/*" { capabilities = ["update"] }');

    const answer = await server.call("POST", `identity/entity-alias/id/${alias?.id}`, {
      token,
      body: { custom_metadata: { desk: "7" } },
    });

    expect(answer.status).toBe(200);
  });
});

describe("calls that name several entities", () => {
  it("are refused whole where the caller is denied one of them", async () => {
    const [a, b] = [await server.entity("open"), await server.entity("guarded")];
    const token = await server.tokenWith(
      "sweeper",
      `path "identity/entity/batch-delete" { capabilities = ["update"] }
       path "identity/entity/merge" { capabilities = ["update"] }
       path "identity/entity/id/${b}" { capabilities = ["deny"] }`,
    );

    const deleted = await server.call("POST", "identity/entity/batch-delete", { token, body: { entity_ids: [a, b] } });
    const merged = await server.call("POST", "identity/entity/merge", {
      token,
      body: { from_entity_ids: [b], to_entity_id: a },
    });

    expect([deleted.status, merged.status]).toEqual([403, 403]);
    expect((await server.call("GET", `identity/entity/id/${a}`)).status).toBe(200);
  });
});

describe("V21: an alias takes its logins to an entity's policies", () => {
  const aliasOf = async (entity: string): Promise<string> => {
    const { data } = await server.call("GET", `identity/entity/id/${entity}`);
    const [alias] = data["aliases"] as { id: string }[];
    return alias?.id ?? "";
  };
  const ALIASES = 'path "identity/entity-alias*" { capabilities = ["create", "update", "delete"] }\n';

  it("cannot be made for an entity that the caller may not change", async () => {
    const boss = await server.entity("v21-boss", { policies: ["powerful"] });
    const mine = await server.session("v21-mallory");
    const alias = await aliasOf(mine.entity);
    const token = await server.tokenWith("v21-aliases", ALIASES);

    const removed = await server.call("DELETE", `identity/entity-alias/id/${alias}`, { token });
    const made = await server.call("POST", "identity/entity-alias", {
      token,
      body: { name: "v21-mallory", mount_accessor: server.one, canonical_id: boss },
    });
    const older = await server.call("POST", "identity/entity-alias", {
      token,
      body: { name: "v21-mallory", mount_accessor: server.one, entity_id: boss },
    });

    expect([removed.status, made.status, older.status]).toEqual([204, 403, 403]);
    expect((await server.session("v21-mallory")).entity).not.toBe(boss);
  });

  it("cannot be given another name where the caller may not change its entity", async () => {
    const boss = await server.session("v21-chief");
    const token = await server.tokenWith("v21-aliases", ALIASES);
    const path = `identity/entity-alias/id/${await aliasOf(boss.entity)}`;

    const renamed = await server.call("POST", path, { token, body: { name: "v21-thief" } });
    const remounted = await server.call("POST", path, { token, body: { mount_accessor: server.two } });

    expect([renamed.status, remounted.status]).toEqual([403, 403]);
    expect((await server.session("v21-thief")).entity).not.toBe(boss.entity);
  });

  it("can be made and moved by who may change the entities, by id or by name", async () => {
    const [a, b] = [await server.entity("v21-a"), await server.entity("v21-b")];
    const token = await server.tokenWith(
      "v21-admin",
      `${ALIASES}path "identity/entity/id/${a}" { capabilities = ["update"] }
       path "identity/entity/name/v21-b" { capabilities = ["update"] }`,
    );

    const made = await server.call("POST", "identity/entity-alias", {
      token,
      body: { name: "v21-x", mount_accessor: server.one, canonical_id: a },
    });
    const moved = await server.call("POST", `identity/entity-alias/id/${made.data["id"]}`, {
      token,
      body: { canonical_id: b },
    });

    expect([made.status, moved.status]).toEqual([200, 200]);
  });

  it("cannot be changed by naming it at the bare path where its own path is denied", async () => {
    const { entity } = await server.session("v21-own");
    const alias = await aliasOf(entity);
    for (const own of ["entity-alias", "persona"]) {
      const token = await server.tokenWith(
        "v21-own",
        `${ALIASES}path "identity/${own}/id/*" { capabilities = ["deny"] }`,
      );

      const byId = await server.call("POST", "identity/entity-alias", {
        token,
        body: { id: alias, custom_metadata: { x: "1" } },
      });
      const byName = await server.call("POST", "identity/entity-alias", {
        token,
        body: { name: "v21-own", mount_accessor: server.one, custom_metadata: { x: "1" } },
      });

      expect([own, byId.status, byName.status]).toEqual([own, 403, 403]);
    }
  });
});

describe("V30 and I16: an object named in a body needs the right to its own path", () => {
  it("an entity by id or by name", async () => {
    const boss = await server.entity("v30-boss");
    const token = await server.tokenWith(
      "v30-entities",
      `path "identity/entity" { capabilities = ["update"] }
       path "identity/entity/name/team-*" { capabilities = ["update"] }`,
    );
    const tried = async (path: string, body: object) => (await server.call("POST", path, { token, body })).status;

    expect([
      await tried("identity/entity", { id: boss, policies: "pwned" }),
      await tried("identity/entity", { name: "v30-boss", policies: "pwned" }),
      await tried("identity/entity", { name: "V30-BOSS", policies: "pwned" }),
      await tried("identity/entity/name/team-x", { id: boss, policies: "pwned" }),
    ]).toEqual([403, 403, 403, 403]);
    expect((await server.call("GET", `identity/entity/id/${boss}`)).data).toMatchObject({
      name: "v30-boss",
      policies: [],
    });
    expect([
      await tried("identity/entity", { name: "v30-new" }),
      await tried("identity/entity/name/team-y", {}),
      await tried("identity/entity", { name: "team-y", policies: "a" }),
    ]).toEqual([200, 200, 204]);
  });

  it("an entity that is denied by id, although all names are allowed", async () => {
    const boss = await server.entity("v30-chief");
    const token = await server.tokenWith(
      "v30-deny",
      `path "identity/entity/name/*" { capabilities = ["update"] }
       path "identity/entity" { capabilities = ["update"] }
       path "identity/entity/id/${boss}" { capabilities = ["deny"] }`,
    );
    const body = { name: "v30-chief", policies: "pwned" };

    expect((await server.call("POST", "identity/entity", { token, body })).status).toBe(403);
    expect((await server.call("POST", "identity/entity/name/team-z", { token, body: { id: boss } })).status).toBe(403);
  });

  it("a new name that is denied", async () => {
    const token = await server.tokenWith(
      "v30-names",
      `path "identity/*" { capabilities = ["update"] }
       path "identity/entity/name/v30-reserved" { capabilities = ["deny"] }
       path "identity/group/name/v30-reserved" { capabilities = ["deny"] }`,
    );
    const [mine, group] = [await server.entity("v30-mine"), await server.group("v30-group")];
    const tried = async (path: string, name: string) =>
      (await server.call("POST", path, { token, body: { name } })).status;

    expect([
      await tried("identity/entity", "V30-reserved"),
      await tried(`identity/entity/id/${mine}`, "v30-reserved"),
      await tried("identity/group", "v30-reserved"),
      await tried(`identity/group/id/${group}`, "v30-reserved"),
      await tried(`identity/group/id/${group}`, "v30-free"),
    ]).toEqual([403, 403, 403, 403, 204]);
  });

  it("a group by id or by name", async () => {
    const me = await server.session("v30-me");
    const group = await server.group("v30-admins", { policies: ["powerful"] });
    const denied = await server.tokenWith(
      "v30-groups",
      `path "identity/*" { capabilities = ["create", "update"] }
       path "identity/group/id/${group}" { capabilities = ["deny"] }`,
    );
    const narrow = await server.tokenWith("v30-bare", 'path "identity/group" { capabilities = ["update"] }');

    for (const token of [denied, narrow]) {
      for (const which of [{ id: group }, { name: "v30-admins" }]) {
        const body = { ...which, member_entity_ids: [me.entity] };
        expect((await server.call("POST", "identity/group", { token, body })).status).toBe(403);
      }
    }
    expect((await server.call("GET", `identity/group/id/${group}`)).data["member_entity_ids"]).toBeNull();
  });

  it("members of a group, entities and groups, when they come in", async () => {
    const [a, b] = [await server.entity("v30-in"), await server.entity("v30-out")];
    const [below, other] = [await server.group("v30-below"), await server.group("v30-other")];
    const group = await server.group("v30-team", { member_entity_ids: [a], member_group_ids: [below] });
    const policy = `path "identity/group/id/${group}" { capabilities = ["update"] }\n`;
    const token = await server.tokenWith("v30-members", policy);
    const tried = async (body: object) =>
      (await server.call("POST", `identity/group/id/${group}`, { token, body })).status;

    expect([
      await tried({ member_entity_ids: [a, b] }),
      await tried({ member_group_ids: [below, other] }),
      await tried({ member_entity_ids: [a], member_group_ids: [below] }),
    ]).toEqual([403, 403, 204]);

    await server.tokenWith(
      "v30-members",
      `${policy}path "identity/entity/id/${b}" { capabilities = ["update"] }
       path "identity/group/name/v30-other" { capabilities = ["update"] }`,
    );
    expect([await tried({ member_entity_ids: [a, b] }), await tried({ member_group_ids: [below, other] })]).toEqual([
      204, 204,
    ]);
  });

  it("the group of a group alias, and the alias", async () => {
    const admins = await server.group("v30-external", { type: "external", policies: ["powerful"] });
    const mine = await server.group("v30-mine", { type: "external" });
    const token = await server.tokenWith(
      "v30-group-aliases",
      `path "identity/group-alias*" { capabilities = ["update"] }
       path "identity/group/id/${mine}" { capabilities = ["update"] }`,
    );
    const body = (canonical_id: string, name = "v30-known") => ({ name, mount_accessor: server.one, canonical_id });
    const tried = (path: string, sent: object) => server.call("POST", path, { token, body: sent });

    const stolen = await tried("identity/group-alias", body(admins));
    const made = await tried("identity/group-alias", body(mine));
    const alias = String(made.data["id"]);
    const moved = await tried(`identity/group-alias/id/${alias}`, body(admins));
    const renamed = await tried("identity/group-alias", { id: alias, ...body(mine, "v30-renamed") });
    await server.tokenWith(
      "v30-group-aliases",
      `path "identity/group-alias" { capabilities = ["update"] }
       path "identity/group/id/${mine}" { capabilities = ["update"] }`,
    );
    const bare = await tried("identity/group-alias", { id: alias, ...body(mine, "v30-again") });

    expect([stolen, made, moved, renamed, bare].map(({ status }) => status)).toEqual([403, 200, 403, 200, 403]);
  });

  it("entities that are merged or deleted together", async () => {
    const [a, b] = [await server.entity("v30-one"), await server.entity("v30-two")];
    const policy = `path "identity/entity/merge" { capabilities = ["update"] }
       path "identity/entity/batch-delete" { capabilities = ["update"] }
       path "identity/entity/id/${a}" { capabilities = ["update", "delete"] }\n`;
    const token = await server.tokenWith("v30-several", policy);
    const merge = () =>
      server.call("POST", "identity/entity/merge", { token, body: { from_entity_ids: [b], to_entity_id: a } });
    const erase = () => server.call("POST", "identity/entity/batch-delete", { token, body: { entity_ids: [a, b] } });

    expect([(await merge()).status, (await erase()).status]).toEqual([403, 403]);
    expect((await server.call("GET", `identity/entity/id/${a}`)).status).toBe(200);

    await server.tokenWith("v30-several", `${policy}path "identity/entity/id/${b}" { capabilities = ["update"] }`);
    expect([(await merge()).status, (await erase()).status]).toEqual([204, 204]);
  });

  it("what is looked up, where reading it is denied", async () => {
    const [open, hidden] = [await server.entity("v30-open"), await server.entity("v30-hidden")];
    const group = await server.group("v30-hidden");
    const token = await server.tokenWith(
      "v30-lookup",
      `path "identity/lookup/*" { capabilities = ["update"] }
       path "identity/entity/id/${hidden}" { capabilities = ["deny"] }
       path "identity/group/name/v30-hidden" { capabilities = ["deny"] }`,
    );
    const tried = async (kind: string, body: object) =>
      (await server.call("POST", `identity/lookup/${kind}`, { token, body })).status;

    expect([
      await tried("entity", { id: open }),
      await tried("entity", { id: hidden }),
      await tried("entity", { name: "v30-hidden" }),
      await tried("group", { id: group }),
    ]).toEqual([200, 403, 403, 403]);
  });

  it("needs what the limits on parameters of that path say", async () => {
    const entity = await server.entity("v30-limited");
    const token = await server.tokenWith(
      "v30-limits",
      `path "identity/entity" { capabilities = ["update"] }
       path "identity/entity/id/${entity}" {
         capabilities = ["update"]
         denied_parameters = { "policies" = [] }
       }`,
    );
    const tried = async (body: object) =>
      (await server.call("POST", "identity/entity", { token, body: { id: entity, ...body } })).status;

    expect([await tried({ policies: "pwned" }), await tried({ metadata: { a: "b" } })]).toEqual([403, 204]);
  });
});

describe("the older spelling", () => {
  it("of an alias is persona", async () => {
    const id = await server.entity("old-style");
    const made = await server.call("POST", "identity/persona", {
      body: { name: "old", mount_accessor: server.one, entity_id: id },
    });

    const read = await server.call("GET", `identity/persona/id/${made.data["id"]}`);

    expect([read.data["canonical_id"], read.data["name"]]).toEqual([id, "old"]);
  });
});

describe("paths of what does not exist here", () => {
  it.each(["identity/duplicates", "identity/mfa/method/duo", "identity/mfa/method/okta", "identity/mfa/method/pingid"])(
    "%s is unsupported",
    async (path) => {
      const answer = await server.call("GET", path);

      expect([answer.status, answer.body["errors"]]).toEqual([404, ["1 error occurred:\n\t* unsupported path\n\n"]]);
    },
  );
});
