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
  it.each(["identity/oidc/key", "identity/mfa/method/totp"])("%s is unsupported", async (path) => {
    const answer = await server.call("GET", path);

    expect([answer.status, answer.body["errors"]]).toEqual([404, ["1 error occurred:\n\t* unsupported path\n\n"]]);
  });
});
