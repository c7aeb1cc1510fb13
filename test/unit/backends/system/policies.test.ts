import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type IdentityServer, makeIdentityServer } from "../../core/identity/support.ts";

let server: IdentityServer;
beforeAll(async () => {
  server = await makeIdentityServer();
});
afterAll(() => server.dynamo.close());

const TEXT = 'path "kv/*" { capabilities = ["read"] }';

describe("a policy", () => {
  it("may be sent in base64 and reads back plain", async () => {
    await server.call("PUT", "sys/policies/acl/packed", { body: { policy: Buffer.from(TEXT).toString("base64") } });

    expect((await server.call("GET", "sys/policies/acl/packed")).data).toMatchObject({ name: "packed", policy: TEXT });
  });

  it("is listed with root last and without what only the server uses", async () => {
    await server.call("PUT", "sys/policies/acl/zzz", { body: { policy: TEXT } });

    const keys = (await server.call("LIST", "sys/policies/acl")).data["keys"] as string[];

    expect(keys.at(-1)).toBe("root");
    expect(keys).not.toContain("response-wrapping");
    expect((await server.call("GET", "sys/policy")).body["policies"]).toEqual(keys);
  });

  it.each(["ROOT", " root", "%52oot", "response-wrapping", "control-group"])("cannot be called %s", async (name) => {
    const answer = await server.call("PUT", `sys/policies/acl/${decodeURIComponent(name)}`, { body: { policy: TEXT } });

    expect(answer.status).toBe(400);
    expect(answer.text).toContain("cannot update");
  });

  it("that does not parse is refused and changes nothing", async () => {
    await server.call("PUT", "sys/policies/acl/kept", { body: { policy: TEXT } });
    const answer = await server.call("PUT", "sys/policies/acl/kept", { body: { policy: 'path "a" { nonsense = 1 }' } });

    expect(answer.status).toBe(400);
    expect(answer.text).toContain("failed to parse policy");
    expect((await server.call("GET", "sys/policies/acl/kept")).data["policy"]).toBe(TEXT);
  });

  it("says no more than Vault in the answer to what it denies", async () => {
    const token = await server.tokenWith("narrow", 'path "kv/secret" { capabilities = ["deny"] }');

    const answer = await server.call("GET", "kv/secret", { token });

    expect([answer.status, answer.text.trim()]).toEqual([
      403,
      '{"errors":["1 error occurred:\\n\\t* permission denied\\n\\n"]}',
    ]);
  });
});

describe("capabilities", () => {
  it("of a token whose entity is disabled are the same as without a token", async () => {
    const { token, entity } = await server.session("asked-about");
    await server.call("POST", `identity/entity/id/${entity}`, { body: { disabled: true } });

    const answer = await server.call("POST", "sys/capabilities", { body: { token, paths: ["kv/a"] } });

    expect([answer.status, answer.body["errors"]]).toEqual([400, ["1 error occurred:\n\t* invalid token\n\n"]]);
  });

  it("count templates with the asked token's entity, not the caller's", async () => {
    await server.call("PUT", "sys/policies/acl/mine", {
      body: { policy: 'path "kv/{{identity.entity.id}}" { capabilities = ["read"] }' },
    });
    const { token, entity } = await server.session("templated", { policies: ["mine"] });

    const answer = await server.call("POST", "sys/capabilities", { body: { token, paths: [`kv/${entity}`, "kv/x"] } });

    expect(answer.data).toEqual({ [`kv/${entity}`]: ["read"], "kv/x": ["deny"] });
  });
});
