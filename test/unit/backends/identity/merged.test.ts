import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type IdentityServer, makeIdentityServer } from "../../core/identity/support.ts";

let server: IdentityServer;
beforeAll(async () => {
  server = await makeIdentityServer();
});
afterAll(() => server.dynamo.close());

/**
 * A merged entity's tokens live on with the survivor; its id does not: as a second way to the survivor it would be one
 * that no deny on the survivor's own id covers.
 */
describe("V21: the id of an entity that was merged", () => {
  it("opens no second way to the survivor, whatever a policy says of either id", async () => {
    const [old, target, other] = [
      await server.entity("merged-old"),
      await server.entity("merged-target", { policies: ["powerful"] }),
      await server.entity("merged-other"),
    ];
    const group = await server.group("merged-group");
    const merged = await server.call("POST", "identity/entity/merge", {
      body: { from_entity_ids: [old], to_entity_id: target },
    });
    expect(merged.status).toBe(204);
    const token = await server.tokenWith(
      "merged",
      `path "identity/*" { capabilities = ["create", "read", "update", "delete", "list"] }
       path "identity/entity/id/${target}" { capabilities = ["deny"] }`,
    );
    const tried = async (method: string, path: string, body?: object) => {
      const { status, data } = await server.call(method, path, { token, ...(body ? { body } : {}) });
      return [method, path.replace(old, "OLD").replace(group, "GROUP"), status, data];
    };
    const shown = async () => (await server.call("GET", `identity/entity/id/${target}`)).data;
    const before = await shown();

    const answers = [
      await tried("GET", `identity/entity/id/${old}`),
      await tried("POST", `identity/entity/id/${old}`, { policies: ["pwned"] }),
      await tried("POST", "identity/entity", { id: old, policies: ["pwned"] }),
      await tried("POST", "identity/entity/name/merged-new", { id: old, policies: ["pwned"] }),
      await tried("POST", "identity/entity/batch-delete", { entity_ids: [old] }),
      await tried("POST", "identity/entity/merge", { from_entity_ids: [old], to_entity_id: other }),
      await tried("POST", "identity/entity/merge", { from_entity_ids: [other], to_entity_id: old }),
      await tried("POST", `identity/group/id/${group}`, { member_entity_ids: [old] }),
      await tried("POST", "identity/entity-alias", { name: "x", mount_accessor: server.one, canonical_id: old }),
      await tried("POST", "identity/lookup/entity", { id: old }),
      await tried("GET", "identity/entity/name/merged-old"),
      await tried("DELETE", `identity/entity/id/${old}`),
    ];

    expect(answers).toEqual([
      ["GET", "identity/entity/id/OLD", 404, {}],
      ["POST", "identity/entity/id/OLD", 400, {}],
      ["POST", "identity/entity", 400, {}],
      ["POST", "identity/entity/name/merged-new", 400, {}],
      ["POST", "identity/entity/batch-delete", 204, {}],
      ["POST", "identity/entity/merge", 400, {}],
      ["POST", "identity/entity/merge", 400, {}],
      ["POST", "identity/group/id/GROUP", 400, {}],
      ["POST", "identity/entity-alias", 400, {}],
      ["POST", "identity/lookup/entity", 204, {}],
      ["GET", "identity/entity/name/merged-old", 404, {}],
      ["DELETE", "identity/entity/id/OLD", 204, {}],
    ]);
    expect(await shown()).toEqual(before);
  });
});
