import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { AcmeClient, CLUSTER, makeKey } from "../../../../support/acme-client.ts";
import { makeServer } from "../../../../support/make-server.ts";
import { type AcmeWorld, makeAcmeWorld, problemType } from "./world.ts";

const DEFAULT = {
  allow_role_ext_key_usage: false,
  allowed_issuers: ["*"],
  allowed_roles: ["*"],
  default_directory_policy: "sign-verbatim",
  dns_resolver: "",
  eab_policy: "not-required",
  enabled: true,
};
let world: AcmeWorld;
beforeAll(async () => {
  world = await makeAcmeWorld();
});
afterAll(() => world.close());
beforeEach(() => world.configure(DEFAULT));

const written = (body: object) => world.server.call("POST", "pki/config/acme", { body });

describe("config/acme", () => {
  it("is off until it is turned on, which needs the mount's address", async () => {
    const server = await makeServer();
    await server.call("POST", "sys/mounts/pki", { body: { type: "pki" } });
    expect((await server.call("GET", "pki/config/acme")).data).toEqual({ ...DEFAULT, enabled: false });
    const client = new AcmeClient(server, await makeKey());
    for (const [method, below] of [
      ["GET", "directory"],
      ["HEAD", "new-nonce"],
      ["POST", "new-account"],
    ] as const)
      expect((await client.raw(method, below, method === "POST" ? {} : undefined)).status).toBe(404);
    const refused = await server.call("POST", "pki/config/acme", { body: { enabled: true } });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("ACME feature requires local cluster 'path' field configuration to be set");
    await server.dynamo.close();
  });
  it("keeps what is not given", async () => {
    await written({ eab_policy: "Always-Required " });
    await written({ dns_resolver: "[2001:db8::53]:53" });
    expect((await world.server.call("GET", "pki/config/acme")).data).toEqual({
      ...DEFAULT,
      eab_policy: "always-required",
      dns_resolver: "[2001:db8::53]:53",
    });
  });
  it.each<[object, string]>([
    [
      { eab_policy: "foo" },
      "invalid eab policy name provided, valid values are 'not-required', 'new-account-required', 'always-required'",
    ],
    [{ dns_resolver: "foo" }, "failed to parse DNS resolver address: address foo: missing port in address"],
    [
      { dns_resolver: "foo:53" },
      "failed to parse DNS resolver address: expected IPv4/IPv6 address, likely got hostname",
    ],
    [{ dns_resolver: ":53" }, "failed to parse DNS resolver address: got empty address"],
    [{ dns_resolver: "192.0.2.1:0" }, "failed to parse DNS resolver address"],
    [{ default_directory_policy: "role:" }, "invalid default_directory_policy: no role specified by policy role:"],
    [
      { default_directory_policy: "x" },
      "invalid default_directory_policy: string x not a valid Default Directory Policy",
    ],
    [
      { default_directory_policy: "role:nope" },
      "default directory policy role nope is not a valid ACME role: the request message was malformed: role does not exist",
    ],
    [
      { allowed_roles: "nope" },
      "allowed_role nope is not a valid acme role: the request message was malformed: role does not exist",
    ],
    [{ allowed_roles: ["web", "*"] }, "cannot use '*' as role name at index 1"],
    [{ allowed_roles: [] }, "allowed_roles must take a non-zero length value"],
    [
      { allowed_issuers: "nope" },
      "failed validating allowed_issuers: unable to fetch issuer: nope: unable to find PKI issuer for reference: nope",
    ],
    [{ allowed_issuers: ["default", "*"] }, "cannot use '*' as issuer name at index 1"],
  ])("refuses %j", async (body, text) => {
    const { status, text: said } = await written(body);
    expect(status).toBe(400);
    expect(JSON.parse(said).errors.join()).toContain(text);
  });
  it("names a default role that is allowed, and one that keeps its certificates", async () => {
    await world.server.call("POST", "pki/roles/other", { body: { allow_any_name: true } });
    await world.server.call("POST", "pki/roles/unkept", { body: { allow_any_name: true, no_store: true } });
    expect((await written({ allowed_roles: "web", default_directory_policy: "role:other" })).status).toBe(400);
    expect((await written({ default_directory_policy: "role:unkept" })).status).toBe(400);
    expect((await written({ allowed_roles: "web,other", default_directory_policy: "role:other" })).status).toBe(200);
  });
});

describe("a directory", () => {
  const at = async (directory: string) => {
    const client = new AcmeClient(world.server, await makeKey(), directory);
    return { client, read: await client.raw("GET", "directory") };
  };
  it.each(["acme", "roles/web/acme", "issuer/default/acme", "issuer/default/roles/web/acme"])(
    "at %s names its resources",
    async (directory) => {
      const { read } = await at(directory);
      const base = `${CLUSTER}/${directory}`;
      expect(read.body).toEqual({
        newNonce: `${base}/new-nonce`,
        newAccount: `${base}/new-account`,
        newOrder: `${base}/new-order`,
        revokeCert: `${base}/revoke-cert`,
        keyChange: `${base}/key-change`,
        meta: { externalAccountRequired: false },
      });
    },
  );
  it("of a role or an issuer that is not there is malformed", async () => {
    for (const directory of ["roles/nope/acme", "issuer/nope/acme", "issuer/default/roles/nope/acme"])
      expect((await at(directory)).read.body.type).toBe(problemType("malformed"));
  });
  it("that is forbidden answers no request", async () => {
    await written({ default_directory_policy: "forbid" });
    expect((await at("acme")).read.body.type).toBe(problemType("serverInternal"));
    expect((await at("roles/web/acme")).read.status).toBe(200);
    await written({ ...DEFAULT, allowed_roles: "web" });
    await world.server.call("POST", "pki/roles/other", { body: { allow_any_name: true } });
    expect((await at("roles/other/acme")).read.body.type).toBe(problemType("serverInternal"));
  });
  it("uses the issuers that are allowed", async () => {
    const second = await world.server.call("POST", "pki/root/generate/internal", {
      body: { common_name: "Second", issuer_name: "second", key_type: "ec" },
    });
    expect(second.status).toBe(200);
    await written({ allowed_issuers: "default" });
    expect((await at("issuer/default/acme")).read.status).toBe(200);
    expect((await at("issuer/second/acme")).read.body.type).toBe(problemType("serverInternal"));
  });
  it("of a role that keeps no certificates answers no request", async () => {
    await world.server.call("POST", "pki/roles/unkept", { body: { allow_any_name: true, no_store: true } });
    expect((await at("roles/unkept/acme")).read.body.type).toBe(problemType("serverInternal"));
  });
  it("has no resources but these", async () => {
    const { client } = await at("acme");
    expect((await client.raw("GET", "nope")).status).toBeGreaterThanOrEqual(400);
    expect((await client.raw("GET", "new-order")).status).toBe(405);
  });
});
