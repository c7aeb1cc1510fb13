import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../../src/std/json.ts";
import { makeCertificate } from "../../engines/database/support/certificate.ts";
import { errorsOf, type LdapServer, makeLdapServer, SEARCHED } from "./support.ts";

let server: LdapServer;
beforeAll(async () => {
  server = await makeLdapServer();
});
afterAll(() => server.stop());

const read = async (): Promise<JsonObject> => (await server.call("GET", "auth/ldap/config")).data;
const pair = makeCertificate("127.0.0.1", new Date(Date.UTC(2099, 0, 1)));
const strange = makeCertificate("127.0.0.1", new Date(Date.UTC(2099, 0, 1)));

it("without a configuration nobody logs in", async () => {
  expect(errorsOf(await server.login("g-alice"))).toEqual([400, ["ldap backend not configured"]]);
});

describe("V58: a configuration", () => {
  const whole: JsonObject = {
    ...SEARCHED,
    url: "ldaps://dir.example.com",
    client_tls_cert: pair.cert,
    client_tls_key: pair.key,
    token_bound_cidrs: "192.0.2.0/24",
    deny_null_bind: true,
    userfilter: "(&({{.UserAttr}}={{.Username}})(employeeType=staff))",
  };
  beforeEach(async () => {
    expect((await server.configure(whole)).status).toBe(204);
  });

  it.each([
    [{ tls_min_version: "ssl3" }, "invalid 'tls_min_version'"],
    [{ tls_min_version: "" }, "invalid 'tls_min_version'"],
    [{ tls_max_version: "tls14" }, "invalid 'tls_max_version'"],
    [{ tls_min_version: "tls13" }, "'tls_max_version' must be greater than or equal to 'tls_min_version'"],
    [{ certificate: "nonsense" }, "failed to parse server tls cert: failed to decode PEM block in the certificate"],
    [
      { certificate: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" },
      "failed to parse server tls cert: failed to decode PEM block in the certificate",
    ],
    [{ client_tls_key: "" }, "both client_tls_cert and client_tls_key must be set"],
    [{ client_tls_cert: "" }, "both client_tls_cert and client_tls_key must be set"],
    [{ client_tls_key: strange.key }, "failed to parse client X509 key pair"],
    [{ client_tls_key: "nonsense" }, "failed to parse client X509 key pair"],
    [{ dereference_aliases: "sometimes" }, 'invalid dereference_aliases "sometimes"'],
    [{ userattr: "uid)(objectClass" }, "userattr must be the name of an attribute"],
    [{ groupattr: "*" }, "groupattr must be the name of an attribute"],
    [{ max_page_size: -1 }, "max_page_size cannot be negative"],
    [{ token_policies: "ROOT" }, "auth methods cannot create root tokens"],
    [{ token_type: "batch", token_period: 60 }, expect.stringContaining("cannot be 'batch'")],
  ])("is refused, and stays as it was: %p", async (change, text) => {
    const before = await read();

    expect(errorsOf(await server.configure(change))).toEqual([400, [text]]);
    expect(await read()).toEqual(before);
  });

  it.each(["userfilter", "groupfilter"])("is refused with a %s that is not a template", async (name) => {
    const [status, errors] = errorsOf(await server.configure({ [name]: "({{.UserAttr}={{.Username}})" }));

    expect([status, JSON.stringify(errors)]).toEqual([400, expect.stringContaining(`invalid ${name}: `)]);
  });

  it("V50: never shows a secret, and keeps those that a write does not name", async () => {
    await server.configure({ groupdn: "ou=other" });
    const shown = await read();

    expect(Object.keys(shown).filter((name) => /pass|key|client/.test(name))).toEqual([]);
    expect(JSON.stringify(shown)).not.toContain("binder-pw");
    expect(shown).toMatchObject({
      groupdn: "ou=other",
      token_bound_cidrs: ["192.0.2.0/24"],
      userfilter: whole["userfilter"],
    });
  });

  it("bound to addresses refuses others before the directory is asked", async () => {
    expect(errorsOf(await server.login("g-alice"))).toEqual([403, ["permission denied"]]);
  });
});

describe("names of users and groups", () => {
  const write = (path: string, body: JsonObject = {}) => server.call("POST", `auth/ldap/${path}`, { body });

  it.each(["users/a  b", "groups/\uff41", "users/\u034fx", "groups/x\u00a0y", `users/${"x".repeat(513)}`])(
    "V22: in a form that policies would not know are refused: %p",
    async (path) => {
      expect((await write(path)).status).toBe(400);
    },
  );

  it("may hold slashes and what else means something elsewhere", async () => {
    for (const name of ["a/b", "100%", "x\\y", "q?"])
      await server.call("POST", `auth/ldap/groups/${name.replace("?", "")}`, { body: { policies: "p" } });

    const { data } = await server.call("LIST", "auth/ldap/groups");
    expect(data["keys"]).toEqual(["100%", "a/b", "q", "x\\y"]);
    expect((await server.call("GET", "auth/ldap/groups/A/B")).data).toEqual({ policies: ["p"] });
  });

  it("V22: are what rules are about, in any case, also where case counts", async () => {
    await server.configure({ case_sensitive_names: true });
    await server.call("POST", "sys/policies/acl/no-admin", {
      body: {
        policy:
          'path "auth/ldap/users/*" { capabilities = ["update"] }\npath "auth/ldap/users/admin" { capabilities = ["deny"] }',
      },
    });
    const made = await server.call("POST", "auth/token/create", { body: { policies: ["no-admin"] } });
    const token = String((made.body["auth"] as JsonObject)["client_token"]);
    const tries = ["admin", "Admin", " ADMIN ", "other"].map((name) =>
      server.call("POST", `auth/ldap/users/${name}`, { token, body: { policies: "x" } }),
    );

    expect((await Promise.all(tries)).map(({ status }) => status)).toEqual([403, 403, 403, 204]);
    await server.configure({ case_sensitive_names: false });
  });
});
