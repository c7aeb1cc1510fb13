import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeWorld, type World } from "./world.ts";

/** What is changed by what it was: secrets, codes, one-time passwords, token roles. */

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.server.dynamo.close());

describe("a secret that is changed by what it was", () => {
  const keep = async (): Promise<string> => {
    const path = `kv/data/${world.next()}`;
    await world.server.call("POST", path, { body: { data: { a: 1 } } });
    return path;
  };

  it("cas, with another write in between: one of both is refused", () =>
    world.everyWay(async () => {
      const path = await keep();
      const body = { data: { b: 2 }, options: { cas: 1 } };
      return {
        request: () => world.server.call("POST", path, { body }),
        between: () => world.elsewhere("POST", path, { body }),
        holds: async (answer, between) => {
          expect([answer.status, between?.status].sort()).toEqual([200, 400]);
        },
      };
    }));

  it("patch, with another patch in between: has both", () =>
    world.everyWay(async () => {
      const path = await keep();
      const headers = { "content-type": "application/merge-patch+json" };
      return {
        request: () => world.server.call("PATCH", path, { headers, body: { data: { b: 2 } } }),
        between: () => world.elsewhere("PATCH", path, { headers, body: { data: { c: 3 } } }),
        holds: async () => {
          expect((await world.server.call("GET", path)).data["data"]).toEqual({ a: 1, b: 2, c: 3 });
        },
      };
    }));

  it("patch, with its deletion in between: is not brought back", () =>
    world.everyWay(async () => {
      const path = await keep();
      const headers = { "content-type": "application/merge-patch+json" };
      return {
        request: () => world.server.call("PATCH", path, { headers, body: { data: { b: 2 } } }),
        between: () => world.elsewhere("DELETE", path),
        holds: async (answer) => {
          expect(answer.status).toBe(404);
          expect((await world.server.call("GET", path)).status).toBe(404);
        },
      };
    }));

  it("a code, shown twice: is right once", () =>
    world.everyWay(async () => {
      const path = `totp/keys/${world.next()}`;
      await world.server.call("POST", path, { body: { key: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" } });
      const at = path.replace("keys", "code");
      const { code } = (await world.server.call("GET", at)).data;
      return {
        request: () => world.server.call("POST", at, { body: { code } }),
        between: () => world.elsewhere("POST", at, { body: { code } }),
        holds: async (answer, between) => {
          expect(between?.status).toBe(200);
          expect([answer.status, answer.data["valid"]]).not.toEqual([200, true]);
        },
      };
    }));
});

describe("a one-time password", () => {
  const issue = async () => {
    await world.server.call("POST", "ssh/roles/otp", {
      body: { key_type: "otp", default_user: "ada", cidr_list: "192.0.2.0/24" },
    });
    const { data, body } = await world.server.call("POST", "ssh/creds/otp", { body: { ip: "192.0.2.7" } });
    return { otp: String(data["key"]), lease_id: String(body["lease_id"]) };
  };

  it("verified, and again in between: is good once", () =>
    world.everyWay(async () => {
      const { otp } = await issue();
      return {
        request: () => world.server.call("POST", "ssh/verify", { token: null, body: { otp } }),
        between: () => world.elsewhere("POST", "ssh/verify", { token: null, body: { otp } }),
        holds: async (answer, between) => {
          expect([answer.status, between?.status]).toEqual([400, 200]);
        },
      };
    }));

  it("verified, while its lease is revoked: is good for nothing afterwards", () =>
    world.everyWay(async () => {
      const { otp, lease_id } = await issue();
      return {
        request: () => world.server.call("POST", "ssh/verify", { token: null, body: { otp } }),
        between: () => world.elsewhere("POST", "sys/leases/revoke", { body: { lease_id } }),
        holds: async (_answer, between) => {
          expect(between?.status).toBe(204);
          expect((await world.server.call("POST", "ssh/verify", { token: null, body: { otp } })).status).toBe(400);
        },
      };
    }));
});

describe("a token role that is changed by what it was", () => {
  it("with another change in between: has both", () =>
    world.everyWay(async () => {
      const path = `auth/token/roles/${world.next()}`;
      await world.server.call("POST", path, { body: { orphan: true } });
      return {
        request: () => world.server.call("POST", path, { body: { disallowed_policies: "a" } }),
        between: () => world.elsewhere("POST", path, { body: { renewable: false } }),
        holds: async () => {
          expect((await world.server.call("GET", path)).data).toMatchObject({
            orphan: true,
            disallowed_policies: ["a"],
            renewable: false,
          });
        },
      };
    }));
});
