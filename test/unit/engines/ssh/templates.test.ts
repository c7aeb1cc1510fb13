import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isJsonObject } from "../../../../src/std/json.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { mountSsh, PUBLIC_KEY, type Ssh } from "./support/hosts.ts";

/** What identity templates in a role allow: one name for one caller, whatever the caller's metadata says. */

let server: TestServer;
let ssh: Ssh;
let entity: string;
let token: string;

beforeAll(async () => {
  server = await makeServer();
  ssh = await mountSsh(server);
  await ssh.post("ssh/config/ca", { key_type: "ed25519" });
  await ssh.post("sys/auth/userpass", { type: "userpass" });
  await ssh.post("sys/policies/acl/ssh", { policy: 'path "ssh/*" { capabilities = ["update"] }' });
  await ssh.post("auth/userpass/users/bob", { password: "correct horse", policies: "ssh" });
  const { body } = await ssh.post("auth/userpass/login/bob", { password: "correct horse" }, null);
  const auth = isJsonObject(body["auth"]) ? body["auth"] : {};
  token = String(auth["client_token"]);
  entity = String(auth["entity_id"]);
});
afterAll(() => server.dynamo.close());

const LOGIN = "{{identity.entity.metadata.login}}";
const metadata = (login: string) => ssh.post(`identity/entity/id/${entity}`, { metadata: { login } });
const ask = (role: string, valid_principals: string | undefined, as: string | undefined) =>
  ssh.post(`ssh/sign/${role}`, { public_key: PUBLIC_KEY, valid_principals }, as);

const NOT_RENDERED = {
  errors: [`template '${LOGIN}' could not be rendered -> no value could be found for one of the template directives`],
};

describe("allowed_users_template", () => {
  beforeAll(() => ssh.caRole("users", { allowed_users: `${LOGIN},guest`, allowed_users_template: true }));

  it("allows the caller's own value, and what stands next to it", async () => {
    await metadata("bob");
    expect((await ask("users", "bob,guest", token)).status).toBe(200);
    expect((await ask("users", "root", token)).body).toEqual({
      errors: ["root is not a valid value for valid_principals"],
    });
  });

  it.each(["bob,root", "root,", ",root", "bob\nroot", " root", "*,root"])(
    "adds no name by the value %j",
    async (value) => {
      await metadata(value);
      for (const principal of ["root", "bob", value]) expect((await ask("users", principal, token)).status).toBe(400);
    },
  );

  it("does not become the list that allows any by a value", async () => {
    await metadata("*");
    expect((await ask("users", "root", token)).status).toBe(400);
  });

  it("allows nothing by its template to a caller without an identity, and what stands next to it", async () => {
    expect((await ask("users", LOGIN, undefined)).status).toBe(400);
    expect((await ask("users", "bob", undefined)).status).toBe(400);
    expect((await ask("users", "guest", undefined)).status).toBe(200);
  });

  it("is text where it is not switched on", async () => {
    await metadata("bob");
    await ssh.caRole("plain", { allowed_users: LOGIN });
    expect((await ask("plain", "bob", token)).status).toBe(400);
  });
});

describe("default_user_template", () => {
  beforeAll(() => ssh.caRole("own", { default_user: LOGIN, default_user_template: true }));

  it("names the caller's own user", async () => {
    await metadata("bob");
    expect((await ssh.sign("own", {}, token)).principals).toEqual(["bob"]);
  });

  it("is refused where it cannot be filled in, whoever asks", async () => {
    await metadata("bob,root");
    const wrapped = { errors: [`1 error occurred:\n\t* ${NOT_RENDERED.errors[0]}\n\n`] };
    expect((await ask("own", undefined, token)).body).toEqual(wrapped);
    expect((await ask("own", undefined, undefined)).body).toEqual(wrapped);
  });
});

describe("allowed_domains_template", () => {
  it("allows hosts of the caller's own domain", async () => {
    await metadata("bob.example.com");
    await ssh.caRole("hosts", {
      allow_user_certificates: false,
      allow_host_certificates: true,
      allow_subdomains: true,
      allowed_domains: LOGIN,
      allowed_domains_template: true,
    });
    const host = (valid_principals: string) =>
      ssh.post("ssh/sign/hosts", { public_key: PUBLIC_KEY, cert_type: "host", valid_principals }, token);

    expect((await host("a.bob.example.com")).status).toBe(200);
    expect((await host("a.example.com")).status).toBe(400);
  });
});

describe("default_extensions_template", () => {
  it("is filled in with any value that can be shown, and refused with another", async () => {
    await ssh.caRole("extended", {
      default_extensions: { "login@example.com": LOGIN, "permit-pty": "" },
      default_extensions_template: true,
    });
    await metadata("bob, of sales");
    expect((await ssh.sign("extended", {}, token)).extensions).toEqual({
      "login@example.com": "bob, of sales",
      "permit-pty": "",
    });
    await metadata("bob\u0007");
    expect((await ask("extended", undefined, token)).body).toEqual(NOT_RENDERED);
  });
});
