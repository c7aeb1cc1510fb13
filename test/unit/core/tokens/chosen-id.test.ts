import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await makeServer({ rows: [] });
});
afterAll(() => server.dynamo.close());

const create = (body: object, token?: string) =>
  server.call("POST", "auth/token/create", { body, ...(token === undefined ? {} : { token }) });
const works = async (token: string) => (await server.call("GET", "auth/token/lookup-self", { token })).status;

describe("a token id that the caller chooses", () => {
  it("is 400 while a token has it", async () => {
    await create({ id: "taken", policies: ["default"] });

    expect((await create({ id: "taken", policies: ["default"] })).status).toBe(400);
  });

  it("can be chosen again once its token was used and revoked", async () => {
    for (let round = 0; round < 3; round++) {
      expect((await create({ id: "again", policies: ["default"], ttl: "1h" })).status).toBe(200);
      expect(await works("again")).toBe(200);
      await server.call("POST", "auth/token/revoke", { body: { token: "again" } });
      expect(await works("again")).toBe(403);
    }
  });

  it("can be chosen again after its token revoked itself, used itself up, or was revoked alone", async () => {
    const endings = [
      () => server.call("POST", "auth/token/revoke-self", { token: "ended" }),
      () => works("ended"),
      () => server.call("POST", "auth/token/revoke-orphan", { body: { token: "ended" } }),
    ];
    for (const [index, end] of endings.entries()) {
      const uses = index === 1 ? { num_uses: 1 } : {};
      expect([index, (await create({ id: "ended", policies: ["default"], ttl: "1h", ...uses })).status]).toEqual([
        index,
        200,
      ]);
      await end();
      expect([index, await works("ended")]).toEqual([index, 403]);
    }
  });

  it("brings no child of the old token back", async () => {
    const admin = 'path "auth/token/create" { capabilities = ["update", "sudo"] }';
    await server.call("POST", "sys/policies/acl/parent", { body: { policy: admin } });
    await create({ id: "parent", policies: ["parent", "default"] });
    const child = (await create({}, "parent")).body["auth"] as { client_token: string };
    await server.call("POST", "auth/token/revoke", { body: { token: "parent" } });

    expect((await create({ id: "parent", policies: ["parent", "default"] })).status).toBe(200);
    expect([await works("parent"), await works(child.client_token)]).toEqual([200, 403]);
  });
});
