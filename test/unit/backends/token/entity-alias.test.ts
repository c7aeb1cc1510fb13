import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { anotherEnvironment, makeServer, type TestServer } from "../../../support/make-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
  const body = { orphan: true, allowed_entity_aliases: ["changed-*", "crowd-*", "disabled-*"] };
  await server.call("POST", "auth/token/roles/service", { body });
  await server.call("POST", "auth/token/roles/batch", { body: { ...body, token_type: "batch", renewable: false } });
});
afterAll(() => server.dynamo.close());

const create = (role: string, entity_alias: string) =>
  server.call("POST", `auth/token/create/${role}`, { body: { entity_alias, policies: ["default"] } });
const entityOf = ({ body }: Awaited<ReturnType<typeof create>>): unknown =>
  (body["auth"] as { entity_id?: string } | undefined)?.entity_id;

describe.each(["service", "batch"])("a %s token for an entity's alias is made", (role) => {
  it("though the entity was changed since this process last read it", async () => {
    const first = await create(role, `changed-${role}`);
    await create(role, `changed-${role}`);
    await server.call("POST", `identity/entity/id/${entityOf(first)}`, { body: { policies: ["default"] } });

    const after = await create(role, `changed-${role}`);

    expect([after.status, entityOf(after)]).toEqual([200, entityOf(first)]);
  });

  it("for each of many who ask at once, and all are of one entity", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => create(role, `crowd-${role}`)));

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(entityOf)).size).toBe(1);
  });

  it("only while the entity is not disabled", async () => {
    const first = await create(role, `disabled-${role}`);
    await create(role, `disabled-${role}`);
    await server.call("POST", `identity/entity/id/${entityOf(first)}`, { body: { disabled: true } });

    expect((await create(role, `disabled-${role}`)).status).toBe(403);
  });
});

describe("a token whose parent ends while it is made", () => {
  it("is refused as the parent is, and is not there", async () => {
    const parent = await server.call("POST", "auth/token/create", { body: { id: "parent", policies: ["root"] } });
    expect(parent.status).toBe(200);
    const { core } = anotherEnvironment(server);
    const tag = await core.tokens.tag("parent");
    server.table.before = async ({ operation, input }) => {
      if (operation !== "TransactWriteItems" || !JSON.stringify(input).includes("ConditionCheck")) return;
      server.table.before = () => undefined;
      await core.tokens.revoke(String(tag));
    };

    const child = await server.call("POST", "auth/token/create", { token: "parent", body: { id: "child" } });

    expect([child.status, child.body["errors"]]).toEqual([403, ["permission denied"]]);
    expect((await server.call("GET", "auth/token/lookup-self", { token: "child" })).status).toBe(403);
  });
});
