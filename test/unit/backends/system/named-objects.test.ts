import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Stage, setStage } from "../../core/leases/support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.server.dynamo.close());

const authOf = (answer: { body: object }) => (answer.body as { auth: { client_token: string; accessor: string } }).auth;

const tokenWith = async (policy: string, more: object = { no_default_policy: true }): Promise<string> => {
  const { server } = stage;
  await server.call("POST", "sys/policies/acl/named", { body: { policy } });
  const made = await server.call("POST", "auth/token/create", { body: { policies: ["named"], ...more } });
  return authOf(made).client_token;
};

describe("V30: a lease named in the body", () => {
  it.each(["renew", "revoke", "lookup"])(
    "is out of reach where its own path below sys/leases/%s is denied",
    async (verb) => {
      const { server } = stage;
      const open = await stage.issue();
      await server.call("POST", "sys/mounts/hidden", { body: { type: "leased" } });
      const hidden = await stage.issue(undefined, "hidden");
      const token = await tokenWith(
        `path "sys/leases/*" { capabilities = ["update"] }
       path "sys/${verb}/*" { capabilities = ["update"] }
       path "sys/leases/${verb}/hidden/*" { capabilities = ["deny"] }`,
      );
      const tried = async (path: string, id: string) =>
        (await server.call("POST", path, { token, body: { lease_id: id } })).status;

      expect(await tried(`sys/leases/${verb}`, hidden.id)).toBe(403);
      if (verb !== "lookup") {
        expect(await tried(`sys/${verb}/${open.id}`, hidden.id)).toBe(403);
        expect(await tried(`sys/leases/${verb}/${open.id}`, hidden.id)).toBe(403);
      }
      expect((await stage.lookup(hidden.id)).status).toBe(200);
      expect([200, 204]).toContain(await tried(`sys/leases/${verb}`, open.id));
    },
  );
});

describe("V30: a mount named in the body of a remount", () => {
  it("stays where it is where changing one of the two paths is denied", async () => {
    const { server } = stage;
    const RIGHT = 'path "sys/remount" { capabilities = ["update", "sudo"] }\n';
    await server.call("POST", "sys/mounts/guarded", { body: { type: "kv" } });
    await server.call("POST", "sys/auth/guarded", { body: { type: "userpass" } });
    const denied = ["sys/mounts/guarded", "sys/mounts/taken", "sys/auth/guarded"];
    const moves = [
      { from: "guarded", to: "elsewhere" },
      { from: "guarded/", to: "taken" },
      { from: "auth/guarded", to: "auth/elsewhere" },
    ];

    for (const [index, path] of denied.entries()) {
      const token = await tokenWith(`${RIGHT}path "${path}" { capabilities = ["deny"] }`);
      expect((await server.call("POST", "sys/remount", { token, body: moves[index] })).status).toBe(403);
    }

    const token = await tokenWith(RIGHT);
    expect((await server.call("POST", "sys/remount", { token, body: moves[0] })).status).toBe(200);
  });
});

describe("V55: leases and accessors of others", () => {
  const SELF = `path "auth/token/lookup-self" { capabilities = ["read"] }
    path "auth/token/renew-self" { capabilities = ["update"] }
    path "auth/token/revoke-self" { capabilities = ["update"] }`;

  const attempts = (lease: string, accessor: string): readonly (readonly [string, object])[] => [
    ["sys/leases/renew", { lease_id: lease }],
    [`sys/leases/renew/${lease}`, {}],
    ["sys/renew", { lease_id: lease }],
    [`sys/renew/${lease}`, {}],
    ["sys/leases/revoke", { lease_id: lease }],
    [`sys/leases/revoke/${lease}`, {}],
    ["sys/revoke", { lease_id: lease }],
    [`sys/revoke/${lease}`, {}],
    ["sys/leases/revoke-prefix/db", {}],
    ["sys/revoke-prefix/db", {}],
    ["sys/leases/revoke-force/db", {}],
    ["sys/revoke-force/db", {}],
    ["sys/leases/lookup", { lease_id: lease }],
    ["auth/token/lookup-accessor", { accessor }],
    ["auth/token/renew-accessor", { accessor }],
    ["auth/token/revoke-accessor", { accessor }],
  ];

  it("are out of reach of a token that may only look after itself", async () => {
    const { server } = stage;
    const { id } = await stage.issue();
    const other = authOf(await server.call("POST", "auth/token/create", { body: { ttl: "1h" } })).accessor;
    const token = await tokenWith(SELF);
    const before = (await stage.lookup(id)).data;

    for (const [path, body] of attempts(id, other)) {
      expect([path, (await server.call("POST", path, { token, body })).status]).toEqual([path, 403]);
    }

    expect((await stage.lookup(id)).data).toEqual(before);
    expect((await server.call("POST", "auth/token/lookup-accessor", { body: { accessor: other } })).status).toBe(200);
  });

  it("with the default policy may be looked up and renewed by who knows the lease's id, as in Vault, and no more", async () => {
    const { server } = stage;
    const { id } = await stage.issue();
    const other = authOf(await server.call("POST", "auth/token/create", { body: { ttl: "1h" } })).accessor;
    const token = await tokenWith("", { no_default_policy: false });
    const allowed = new Set(["sys/leases/renew", "sys/renew", "sys/leases/lookup"]);

    for (const [path, body] of attempts(id, other)) {
      const { status } = await server.call("POST", path, { token, body });
      expect([path, status]).toEqual([path, allowed.has(path) ? 200 : 403]);
    }
    expect((await stage.lookup(id)).status).toBe(200);
  });
});
