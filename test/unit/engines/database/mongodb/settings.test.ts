import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readSettings, showDetails } from "../../../../../src/engines/database/mongodb/settings.ts";
import { creationOf, databaseIn } from "../../../../../src/engines/database/mongodb/statements.ts";
import type { JsonObject } from "../../../../../src/std/json.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { systemClock } from "../../../../../src/std/time.ts";
import { makeCertificate } from "../support/certificate.ts";

const world = { clock: systemClock, random: systemRandom };
const HERE = "mongodb://{{username}}:{{password}}@127.0.0.1/admin";
const settings = (details: JsonObject) => readSettings({ connection_url: HERE, ...details }, world);
const { cert, key } = makeCertificate("db.example.com", new Date(Date.UTC(2099, 0, 1)));

describe("connection_details", () => {
  it.each<[JsonObject, string]>([
    [{ connection_url: "" }, "connection_url cannot be empty"],
    [{ username: "{{password}}" }, "username and/or password cannot contain the template variables"],
    [{ write_concern: "majority" }, "error unmarshalling write_concern: not a JSON object"],
    [{ write_concern: '{"w": -1}' }, "error unmarshalling write_concern: invalid w"],
    [{ write_concern: '{"wmode": 1}' }, "error unmarshalling write_concern: invalid wmode"],
    [{ tls_ca: "canary" }, "tls_ca is not in PEM, or is incomplete"],
    [{ tls_certificate_key: cert }, "tls_certificate_key is not in PEM, or is incomplete"],
    [{ connection_url: `${HERE}?tls=yes` }, "cannot parse connection url: tls must be true or false"],
    [{ connection_url: `${HERE}?authMechanism=MONGODB-AWS` }, "cannot parse connection url: authMechanism must be"],
    [{ connection_url: `${HERE}?authMechanism=MONGODB-OIDC` }, "cannot parse connection url: authMechanism must be"],
    [{ username_template: "{{ nope }}" }, "unable to initialize username template: "],
  ])("%j are refused", (details, text) => {
    expect(() => settings(details)).toThrow(text);
  });

  it("say where users are kept", () => {
    expect([
      settings({}).authSource,
      settings({ connection_url: "mongodb://u:p@127.0.0.1/" }).authSource,
      settings({ connection_url: "mongodb://u:p@127.0.0.1/app" }).authSource,
      settings({ connection_url: "mongodb://u:p@127.0.0.1/app?authSource=admin" }),
    ]).toMatchObject(["admin", "admin", "app", { authSource: "admin", database: "app" }]);
  });

  it.each<[string, JsonObject]>([
    ["", { w: "majority" }],
    ['{"w":2,"j":true,"wtimeout":500}', { w: 2, j: true, wtimeout: 500 }],
    ['{"WMode":"majority","FSync":true}', { w: "majority", j: true }],
    [Buffer.from('{"wmode":"all"}').toString("base64"), { w: "all" }],
    ['{"w":0}', { w: "majority" }],
  ])("write_concern %j is read as Vault reads it, and always waits for an answer", (write_concern, wanted) => {
    expect(settings({ write_concern }).writeConcern).toEqual(wanted);
  });

  it.each<[string, JsonObject, unknown]>([
    ["mongodb://h/", {}, false],
    ["mongodb://h/?tls=true", {}, { check: "chain and name" }],
    ["mongodb://h/?ssl=true", {}, { check: "chain and name" }],
    ["mongodb+srv://h.example.com/", {}, { check: "chain and name" }],
    ["mongodb+srv://h.example.com/?tls=false", {}, false],
    ["mongodb://h/", { tls_ca: cert }, { check: "chain and name", ca: cert }],
    ["mongodb://h/?tls=true&tlsAllowInvalidHostnames=true", {}, { check: "chain" }],
    ["mongodb://h/?tls=true&tlsAllowInvalidCertificates=true", {}, { check: "nothing" }],
    ["mongodb://h/?tls=true&tlsInsecure=true", {}, { check: "nothing" }],
  ])("TLS with %s", (connection_url, more, tls) => {
    const read = settings({ connection_url, ...more }).tls;
    if (tls === false) expect(read).toBe(false);
    else expect(read).toMatchObject(Object(tls));
  });

  it("a client certificate logs in", () => {
    expect(settings({ connection_url: "mongodb://h/", tls_certificate_key: cert + key })).toMatchObject({
      mechanism: "MONGODB-X509",
      authSource: "$external",
      tls: { certificate: cert + key },
    });
  });

  it("warn where nothing is encrypted or checked", () => {
    expect([
      settings({}).warnings,
      settings({ connection_url: "mongodb://h/" }).warnings,
      settings({ connection_url: "mongodb://h/?tls=true&tlsInsecure=true" }).warnings,
      settings({ connection_url: "mongodb://h/?tls=true" }).warnings,
    ]).toEqual([
      [],
      [expect.stringContaining("in the clear")],
      [expect.stringContaining("nothing checks which server answers")],
      [],
    ]);
  });

  it("are shown without password and key", () => {
    const details = { connection_url: HERE, username: "u", password: "p", tls_certificate_key: "k" };

    expect(showDetails(details)).toEqual({ connection_url: HERE, username: "u" });
  });

  it("name users as Vault does", () => {
    const name = settings({}).template.render({ DisplayName: "a.b@very-long-display", RoleName: "my.role" }, world);

    expect(name).toMatch(/^v-a-b@very-long-d-my-role-[0-9A-Za-z]{20}-\d{10}$/);
  });
});

describe("statements", () => {
  it("are read as Vault reads them", () => {
    const roles = ["read", { role: "readWrite" }, { role: "readWrite", db: "app" }];

    expect(creationOf([JSON.stringify({ db: "app", roles })])).toEqual({
      db: "app",
      roles: ["read", "readWrite", { role: "readWrite", db: "app" }],
    });
    expect(creationOf([Buffer.from('{"roles":["read"]}').toString("base64")])).toEqual({
      db: "admin",
      roles: ["read"],
    });
    expect([
      databaseIn([], "revocation"),
      databaseIn(["{}"], "revocation"),
      databaseIn(['{"db":"app"}'], "rotation"),
    ]).toEqual([undefined, "admin", "app"]);
  });

  it.each([
    ["canary", "a statement must be a JSON object"],
    ['["canary"]', "a statement must be a JSON object"],
    ['{"db":"admin"}', "roles array is required in creation statement"],
    ['{"roles":[]}', "roles array is required in creation statement"],
    ['{"roles":"canary"}', "roles array is required in creation statement"],
    ['{"roles":[{"db":"canary"}]}', "a role of the creation statement is neither a name nor {role, db}"],
    ['{"roles":[{"role":{"$ne":"canary"}}]}', "a role of the creation statement is neither a name nor {role, db}"],
    ['{"db":{"$ne":1},"roles":["read"]}', "db of the statement is not the name of a database"],
    ['{"db":"a.canary","roles":["read"]}', "db of the statement is not the name of a database"],
  ])("%s is refused without being repeated", (statement, text) => {
    expect(() => creationOf([statement])).toThrow(text);
    expect(() => creationOf([statement])).not.toThrow("canary");
  });

  it("become a database's name and roles of text only, whatever they hold", () => {
    const statement = fc.record({ db: fc.jsonValue(), roles: fc.array(fc.jsonValue()) }, { requiredKeys: [] });
    fc.assert(
      fc.property(statement, (value) => {
        let made: ReturnType<typeof creationOf>;
        try {
          made = creationOf([JSON.stringify(value)]);
        } catch {
          return;
        }
        expect(made.db).toMatch(/^[^/\\. "$*<>:|?\0]+$|^\$external$/);
        for (const role of made.roles) {
          if (typeof role === "string") continue;
          expect(Object.entries(role).map(([name, one]) => [name, typeof one])).toEqual([
            ["role", "string"],
            ["db", "string"],
          ]);
        }
      }),
    );
  });
});
