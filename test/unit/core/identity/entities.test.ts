import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { CrashPoint } from "../../../../src/framework/index.ts";
import { createKiller } from "../../../support/crash.ts";
import { type IdentityServer, makeIdentityServer } from "./support.ts";

let server: IdentityServer;
let dieAt = "";
const crash: CrashPoint = async (name, fn) => {
  if (name === dieAt) throw new Error(`killed at ${name}`);
  return fn();
};

beforeAll(async () => {
  server = await makeIdentityServer({ crash });
});
beforeEach(() => {
  dieAt = "";
});
afterAll(() => server.dynamo.close());

const read = (id: string) => server.call("GET", `identity/entity/id/${id}`);

describe("an entity's name", () => {
  it("belongs to one entity, however many ask for it at once", async () => {
    const answers = await Promise.all(
      ["Zoë", "ZOË", "zoë"].map((name) => server.call("POST", "identity/entity", { body: { name } })),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 204, 204]);
  });

  it("may be any text, and is found by it", async () => {
    const name = "名前/with slash ✓";
    const id = await server.entity(name);

    const found = await server.call("GET", `identity/entity/name/${name}`);

    expect([found.data["id"], found.data["name"]]).toEqual([id, name]);
  });

  it("is free again after a change and after removal", async () => {
    const first = await server.entity("free-me");
    await server.call("POST", `identity/entity/id/${first}`, { body: { name: "moved-on" } });
    const second = await server.entity("free-me");
    await server.call("DELETE", `identity/entity/id/${second}`);
    const third = await server.entity("FREE-ME");

    expect(new Set([first, second, third]).size).toBe(3);
  });
});

describe("policies of entities and groups", () => {
  const SPELLINGS = ["root", "ROOT", " root", "root ", "root\t", "Root\n"];

  it.each(SPELLINGS)("cannot contain %j", async (spelling) => {
    for (const kind of ["entity", "group"]) {
      const answer = await server.call("POST", `identity/${kind}`, { body: { policies: ["default", spelling] } });
      expect([answer.status, answer.body["errors"]]).toEqual([400, ["policies cannot contain root"]]);
    }
  });

  it.each(["root\u0000", "root\u200b", "ro\u00adot"])("cannot contain the unprintable %j", async (spelling) => {
    for (const kind of ["entity", "group"]) {
      expect((await server.call("POST", `identity/${kind}`, { body: { policies: [spelling] } })).status).toBe(400);
    }
  });
});

describe("removing an entity", () => {
  it("removes what found it, so that a login of its alias is somebody new", async () => {
    const { token, entity } = await server.session("leaver");
    await server.call("DELETE", `identity/entity/id/${entity}`);

    const again = await server.session("leaver");

    expect(again.entity).not.toBe(entity);
    expect((await server.call("GET", "auth/token/lookup-self", { token })).status).toBe(403);
  });

  it("leaves no half-removed entity usable when it is cut short", async () => {
    await server.externalGroups(110, server.two);
    const groups = Array.from({ length: 110 }, (_, index) => `many-${index}`);
    const { token, entity } = await server.session("in-many-groups", { groups }, "two");
    dieAt = "identity.remove.rows";
    expect((await server.call("DELETE", `identity/entity/id/${entity}`)).status).toBe(500);
    dieAt = "";

    expect((await server.call("GET", "auth/token/lookup-self", { token })).status).toBe(403);
    expect((await read(entity)).status).toBe(404);

    const again = await server.session("in-many-groups", {}, "two");

    expect(again.entity).not.toBe(entity);
    const member = await server.call("GET", "identity/group/name/many-0");
    expect(member.data["member_entity_ids"]).toEqual([]);
  });
});

describe("merging entities", () => {
  it("moves aliases and keeps tokens alive with the survivor's policies alone", async () => {
    const from = await server.session("merge-from");
    await server.call("POST", `identity/entity/id/${from.entity}`, { body: { policies: ["was-from"] } });
    const to = await server.entity("merge-to", { policies: ["of-to"] });

    const merged = await server.call("POST", "identity/entity/merge", {
      body: { from_entity_ids: [from.entity], to_entity_id: to },
    });
    const { data } = await server.call("GET", "auth/token/lookup-self", { token: from.token });
    const survivor = (await read(to)).data;

    expect(merged.status).toBe(204);
    expect([data["identity_policies"], data["entity_id"]]).toEqual([["of-to"], from.entity]);
    expect(survivor["merged_entity_ids"]).toEqual([from.entity]);
    expect((survivor["aliases"] as { merged_from_canonical_ids: string[] }[])[0]?.merged_from_canonical_ids).toEqual([
      from.entity,
    ]);
    expect((await read(from.entity)).status).toBe(404);
    expect((await server.session("merge-from")).entity).toBe(to);
  });

  it("lets tokens follow through several merges", async () => {
    const first = await server.session("chain");
    let last = first.entity;
    for (let index = 0; index < 12; index++) {
      const next = await server.entity(`chain-${index}`);
      await server.call("POST", "identity/entity/merge", { body: { from_entity_ids: [last], to_entity_id: next } });
      last = next;
    }

    expect((await server.call("GET", "auth/token/lookup-self", { token: first.token })).status).toBe(200);

    await server.call("DELETE", `identity/entity/id/${last}`);
    expect((await server.call("GET", "auth/token/lookup-self", { token: first.token })).status).toBe(403);
  });

  it("refuses two aliases of one mount until told which to keep", async () => {
    const [a, b] = [await server.session("clash-a"), await server.session("clash-b")];
    const body = { from_entity_ids: [a.entity], to_entity_id: b.entity };
    const refused = await server.call("POST", "identity/entity/merge", { body });
    const [alias] = (await read(a.entity)).data["aliases"] as { id: string }[];

    const kept = await server.call("POST", "identity/entity/merge", {
      body: { ...body, conflicting_alias_ids_to_keep: [alias?.id] },
    });

    expect(refused.status).toBe(400);
    expect(String((refused.body["errors"] as string[])[0])).toContain("have aliases with the same mount accessor");
    expect(kept.status).toBe(204);
    expect((await server.session("clash-a")).entity).toBe(b.entity);
    expect((await server.session("clash-b")).entity).not.toBe(b.entity);
  });

  it("and a login of what is merged end with one entity, whoever is first", async () => {
    const { entity } = await server.session("torn");
    const to = await server.entity("torn-to");

    const [, ...sessions] = await Promise.all([
      server.call("POST", "identity/entity/merge", { body: { from_entity_ids: [entity], to_entity_id: to } }),
      ...Array.from({ length: 4 }, (_, index) => server.session("torn", { metadata: { try: String(index) } })),
    ]);

    const after = await server.session("torn");
    expect(after.entity).toBe(to);
    for (const session of sessions) {
      expect([entity, to]).toContain(session.entity);
      expect((await server.call("GET", "auth/token/lookup-self", { token: session.token })).status).toBe(200);
    }
  });

  it("of several is finished by asking again after it was cut short", async () => {
    const [a, b, to] = [await server.entity("m-a"), await server.entity("m-b"), await server.entity("m-to")];
    await server.call("POST", "identity/entity/merge", { body: { from_entity_ids: [a], to_entity_id: to } });

    const again = await server.call("POST", "identity/entity/merge", {
      body: { from_entity_ids: [a, b], to_entity_id: to },
    });

    expect(again.status).toBe(204);
    expect((await read(to)).data["merged_entity_ids"]).toEqual([a, b]);
  });

  const membersOf = async (group: string) =>
    (await server.call("GET", `identity/group/id/${group}`)).data["member_entity_ids"];

  it("moves memberships: of groups, of groups above them, and of external groups", async () => {
    const from = await server.session("joins-from");
    const to = await server.session("joins-to", {}, "two");
    const team = await server.group("joins-team", { policies: ["of-team"], member_entity_ids: [from.entity] });
    const both = await server.group("joins-both", { member_entity_ids: [from.entity, to.entity] });
    await server.group("joins-above", { policies: ["of-above"], member_group_ids: [team] });
    const external = await server.group("joins-external", { type: "external", policies: ["of-external"] });
    await server.call("POST", "identity/group-alias", {
      body: { name: "joins", mount_accessor: server.one, canonical_id: external },
    });
    await server.session("joins-from", { groups: "joins" });

    const merged = await server.call("POST", "identity/entity/merge", {
      body: { from_entity_ids: [from.entity], to_entity_id: to.entity },
    });
    const policies = async (token: string) =>
      (await server.call("GET", "auth/token/lookup-self", { token })).data["identity_policies"];

    expect(merged.status).toBe(204);
    expect(await membersOf(team)).toEqual([to.entity]);
    expect(await membersOf(both)).toEqual([to.entity]);
    expect(await membersOf(external)).toEqual([to.entity]);
    expect(((await read(to.entity)).data["direct_group_ids"] as string[]).sort()).toEqual(
      [team, both, external].sort(),
    );
    for (const token of [from.token, to.token]) {
      expect(await policies(token)).toEqual(["of-above", "of-external", "of-team"]);
    }

    // A login by the alias that came along says which external groups hold from now on.
    await server.session("joins-from", { groups: "" });
    await server.session("joins-from", { groups: "others" });
    expect(await membersOf(external)).toEqual([]);
    expect(await membersOf(team)).toEqual([to.entity]);
  });

  it("leaves a member that is removed from its groups, and groups that are removed, without a trace", async () => {
    const [from, to] = [await server.entity("traces-from"), await server.entity("traces-to")];
    const group = await server.group("traces", { policies: ["of-traces"], member_entity_ids: [from] });
    await server.call("POST", "identity/entity/merge", { body: { from_entity_ids: [from], to_entity_id: to } });

    await server.call("POST", `identity/group/id/${group}`, { body: { member_entity_ids: [] } });
    expect([await membersOf(group), (await read(to)).data["group_ids"]]).toEqual([[], []]);

    await server.call("POST", `identity/group/id/${group}`, { body: { member_entity_ids: [to] } });
    await server.call("DELETE", `identity/entity/id/${to}`);
    expect(await membersOf(group)).toEqual([]);
  });

  it("is refused where an entity is gone, as Vault refuses it", async () => {
    const [a, b, to] = [await server.entity("gone-a"), await server.entity("gone-b"), await server.entity("gone-to")];
    const merge = async (from: readonly string[], into: string) => {
      const answer = await server.call("POST", "identity/entity/merge", {
        body: { from_entity_ids: from, to_entity_id: into },
      });
      return [answer.status, (answer.body["errors"] as string[] | undefined)?.[0]];
    };
    await server.call("DELETE", `identity/entity/id/${b}`);

    expect(await merge([a], to)).toEqual([204, undefined]);
    expect(await merge([a], to)).toEqual([400, "entity id to merge from is invalid"]);
    expect(await merge([b], to)).toEqual([400, "entity id to merge from is invalid"]);
    expect(await merge([to], a)).toEqual([400, "entity id to merge to is invalid"]);
    expect(await merge([to], b)).toEqual([400, "entity id to merge to is invalid"]);
  });

  it.each(["before", "after"] as const)("that is killed %s a step is finished by asking again", async (when) => {
    const killer = createKiller();
    const other = await makeIdentityServer({ crash: killer.crash });
    const GROUPS = 70;
    const from = await other.entity("killed-from");
    const groups: string[] = [];
    for (let index = 0; index < GROUPS; index++) {
      groups.push(await other.group(`killed-${index}`, { member_entity_ids: [from] }));
    }
    const to = await other.entity("killed-to");
    const merge = () =>
      other.call("POST", "identity/entity/merge", { body: { from_entity_ids: [from], to_entity_id: to } });

    const statuses: number[] = [];
    for (const step of ["identity.merge.memberships", "identity.merge.memberships", "identity.merge"]) {
      killer.kill(step, when);
      statuses.push((await merge()).status);
    }
    statuses.push((await merge()).status);

    expect(statuses).toEqual([500, 500, 500, when === "before" ? 204 : 400]);
    for (const group of groups) {
      const { data } = await other.call("GET", `identity/group/id/${group}`);
      expect(data["member_entity_ids"]).toEqual([to]);
    }
    expect((await other.call("GET", `identity/entity/id/${to}`)).data["direct_group_ids"]).toHaveLength(GROUPS);
    expect((await other.call("GET", `identity/entity/id/${from}`)).status).toBe(404);
    await other.dynamo.close();
  });
});
