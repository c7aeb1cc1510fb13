import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { EntityView } from "../../../../src/core/identity/types.ts";
import { decide } from "../../../../src/policy/index.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
  const policies = {
    own: 'path "secret/{{identity.entity.name}}" { capabilities = ["read"] }',
    plain: 'path "secret/plain" { capabilities = ["read"] }',
  };
  for (const [name, policy] of Object.entries(policies)) {
    await server.call("PUT", `sys/policies/acl/${name}`, { body: { policy } });
  }
});
afterAll(() => server.dynamo.close());

const entity = (name: string): EntityView => ({
  id: `id of ${name}`,
  name,
  disabled: false,
  metadata: {},
  policies: [],
  aliases: [],
  groups: [],
  mergedIds: [],
  mfaSecrets: {},
  allPolicies: [],
});

const mayRead = async (names: readonly string[], who: EntityView | undefined, path: string): Promise<boolean> => {
  const acl = await server.core.policies.acl(names, who);
  return decide(acl, { path, operation: "read", sudoPath: false }).allowed;
};

describe("what policies amount to, remembered", () => {
  it("never gives one caller what a template grants another, in whatever order they come", async () => {
    const asked = fc.record({
      names: fc.subarray(["own", "plain"]),
      who: fc.constantFrom(undefined, "ann", "ben"),
      path: fc.constantFrom("ann", "ben", "plain"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { maxLength: 20 }), async (questions) => {
        for (const { names, who, path } of questions) {
          const granted = (names.includes("own") && who === path) || (names.includes("plain") && path === "plain");
          expect(await mayRead(names, who && entity(who), `secret/${path}`)).toBe(granted);
        }
      }),
    );
  });

  it("is compiled once for all callers where no template asks who they are", async () => {
    const acl = await server.core.policies.acl(["plain"], undefined);
    expect(await server.core.policies.acl(["plain"], entity("ann"))).toBe(acl);
  });

  it("is forgotten when a policy changes", async () => {
    await server.call("PUT", "sys/policies/acl/changing", { body: { policy: "" } });
    expect(await mayRead(["changing"], undefined, "secret/a")).toBe(false);
    await server.call("PUT", "sys/policies/acl/changing", {
      body: { policy: 'path "secret/a" { capabilities = ["read"] }' },
    });
    expect(await mayRead(["changing"], undefined, "secret/a")).toBe(true);
  });
});
