import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { defineBackend, op, path } from "../../../../src/framework/index.ts";
import { seconds } from "../../../../src/std/time.ts";
import { createKiller } from "../../../support/crash.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { authOf } from "./support.ts";

/** A method that reports, at each login and renewal, the groups and metadata it is told to report. */
let says: { groups?: readonly string[]; metadata?: Readonly<Record<string, string>> } = {};

const grant = (name: string) => ({
  displayName: name,
  token: { policies: [], ttl: seconds(600) },
  metadata: {},
  alias: { name, ...(says.metadata && { metadata: says.metadata }) },
  ...(says.groups && { groupAliases: says.groups }),
  internal: { name },
  renewable: true,
});

const reporting = defineBackend({
  kind: "auth",
  type: "reporting",
  help: "Reports groups.",
  paths: [
    path("login/{name}", {
      summary: "a login",
      params: { name: "name of the alias" },
      ops: {
        update: op({
          access: "unauthenticated",
          summary: "log in",
          answers: "login",
          handle: async ({ params }) => ({ auth: grant(params.name) }),
        }),
      },
    }),
  ],
  renewLogin: async ({ internal }) => grant(String(internal["name"])),
});

let server: TestServer;
let accessor: string;
const killer = createKiller();
beforeAll(async () => {
  server = await makeServer({
    crash: killer.crash,
    rows: [{ kind: "auth", type: "reporting", home: "login", load: async () => reporting }],
  });
  await server.call("POST", "sys/auth/reporting", { body: { type: "reporting" } });
  accessor = String((await server.call("GET", "sys/auth/reporting")).data["accessor"]);
});
afterAll(() => server.dynamo.close());
beforeEach(() => {
  says = {};
});

/** An external group that the method knows by `alias`, with a policy of its own. */
const externalGroup = async (alias: string): Promise<string> => {
  const { data } = await server.call("POST", "identity/group", {
    body: { name: `group-${alias}`, type: "external", policies: [`policy-${alias}`] },
  });
  await server.call("POST", "identity/group-alias", {
    body: { name: alias, mount_accessor: accessor, canonical_id: data["id"] ?? "" },
  });
  return String(data["id"]);
};

const session = async (name: string) => {
  const auth = authOf(await server.call("POST", `auth/reporting/login/${name}`, { token: null, body: {} }));
  return { token: String(auth["client_token"]), entity: String(auth["entity_id"]) };
};
const renew = (token: string) => server.call("POST", "auth/token/renew-self", { token, body: {} });
const entity = async (id: string) => (await server.call("GET", `identity/entity/id/${id}`)).data;

describe("a renewal that an auth method judges", () => {
  it("takes the entity out of the groups that are no longer reported, and into new ones", async () => {
    const [left, joined] = [await externalGroup("left"), await externalGroup("joined")];
    says = { groups: ["left"] };
    const { token, entity: id } = await session("ann");
    says = { groups: ["Joined"] };

    const renewed = authOf(await renew(token));

    expect(renewed["identity_policies"]).toEqual(["policy-joined"]);
    expect((await entity(id))["group_ids"]).toEqual([joined]);
    expect((await server.call("GET", `identity/group/id/${left}`)).data["member_entity_ids"]).toEqual([]);
    expect((await server.call("GET", `identity/group/id/${joined}`)).data["member_entity_ids"]).toEqual([id]);
  });

  it("also where somebody else renews the token", async () => {
    const group = await externalGroup("else");
    const { token, entity: id } = await session("bea");
    says = { groups: ["else"] };

    const answer = await server.call("POST", "auth/token/renew", { body: { token } });

    expect(authOf(answer)["identity_policies"]).toEqual(["policy-else"]);
    expect((await entity(id))["group_ids"]).toEqual([group]);
  });

  it("leaves groups alone that it says nothing about, and those of other mounts", async () => {
    const group = await externalGroup("kept");
    const inner = await server.call("POST", "identity/group", { body: { name: "inner" } });
    says = { groups: ["kept"] };
    const { token, entity: id } = await session("cem");
    const own = String(inner.data["id"]);
    await server.call("POST", `identity/group/id/${own}`, { body: { member_entity_ids: [id] } });

    says = {};
    await renew(token);
    const silent = (await entity(id))["group_ids"] as string[];
    says = { groups: [] };
    await renew(token);

    expect([...silent].sort()).toEqual([group, own].sort());
    expect((await entity(id))["group_ids"]).toEqual([own]);
  });

  it("renews the metadata of its alias", async () => {
    says = { metadata: { floor: "1" } };
    const { token, entity: id } = await session("dan");
    says = { metadata: { floor: "2" } };

    await renew(token);

    const aliases = (await entity(id))["aliases"] as { metadata: unknown }[];
    expect(aliases.map(({ metadata }) => metadata)).toEqual([{ floor: "2" }]);
  });

  it("changes the token's own entity where its alias went to another one", async () => {
    const group = await externalGroup("moved");
    const { token, entity: id } = await session("eva");
    const other = String((await server.call("POST", "identity/entity", { body: { name: "other" } })).data["id"]);
    const [alias] = (await entity(id))["aliases"] as { id: string }[];
    await server.call("POST", `identity/entity-alias/id/${alias?.id}`, { body: { canonical_id: other } });
    says = { groups: ["moved"], metadata: { from: "directory" } };

    await renew(token);

    expect((await entity(id))["group_ids"]).toEqual([group]);
    expect((await entity(other))["group_ids"]).toEqual([]);
  });

  it.each([
    ["nothing", {}],
    ["metadata", { metadata: { team: "a" } }],
    ["groups", { groups: [] }],
  ])(
    "and that reports %s while the entity is disabled: is refused to the token, and lets nobody in if granted to another",
    async (what, reported) => {
      says = reported;
      const { token, entity: id } = await session(`disabled-${what}`);
      await server.call("POST", `identity/entity/id/${id}`, { body: { disabled: true } });

      expect((await renew(token)).status).toBe(403);
      const renewed = await server.call("POST", "auth/token/renew", { body: { token, increment: "500s" } });

      expect([renewed.status, authOf(renewed)["lease_duration"]]).toEqual([200, 500]);
      expect((await server.call("GET", "auth/token/lookup-self", { token })).status).toBe(403);
    },
  );

  it("makes no entity where the token's was removed", async () => {
    says = { groups: ["left"] };
    const { token, entity: id } = await session("fay");
    await server.call("DELETE", `identity/entity/id/${id}`);

    await server.call("POST", "auth/token/renew", { body: { token } });

    expect((await server.call("GET", `identity/entity/id/${id}`)).status).toBe(404);
  });

  it.each(["before", "after"] as const)("killed %s the entity changes can be asked for again", async (when) => {
    await externalGroup(`crash-${when}`);
    const { token } = await session(`gus-${when}`);
    says = { groups: [`crash-${when}`] };

    killer.kill("renew.identity", when);
    const killed = await renew(token);

    expect([killed.status, killer.struck]).toEqual([500, true]);

    expect(authOf(await renew(token))["identity_policies"]).toEqual([`policy-crash-${when}`]);
  });
});
