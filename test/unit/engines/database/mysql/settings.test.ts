import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { maskDsn, parseDsn } from "../../../../../src/engines/database/mysql/dsn.ts";
import {
  LEGACY_USERNAME_TEMPLATE,
  readSettings,
  showDetails,
  USERNAME_TEMPLATE,
} from "../../../../../src/engines/database/mysql/settings.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { runs } from "../../../../support/runs.ts";
import { makeCertificate } from "../support/certificate.ts";

const world = { clock: { now: () => Date.UTC(2026, 0, 1) }, random: systemRandom };
const read = (details: Parameters<typeof readSettings>[0]) => readSettings(details, USERNAME_TEMPLATE, world);
const CERTIFICATE = makeCertificate("db", new Date(Date.UTC(2099, 0, 1)));
const target = (url: string, login: { username?: string; password?: string } = {}) =>
  read({ connection_url: url, ...login }).target;

const LOGIN = { username: "vault", password: "p@ss:w/o#r?d%20&=+(x)@tcp(evil:1)/" };

describe("a connection string of Go's driver", () => {
  it.each([
    ["{{username}}:{{password}}@tcp(db.example.com:3307)/app", "db.example.com", 3307, "app"],
    ["{{username}}:{{password}}@tcp(db.example.com)/?tls=true", "db.example.com", 3306, ""],
    ["{{username}}:{{password}}@tcp([2001:db8::1]:3307)/app?parseTime=true", "2001:db8::1", 3307, "app"],
    ["{{username}}:{{password}}@/app", "127.0.0.1", 3306, "app"],
    ["{{username}}:{{password}}@tcp(:3307)/a%2Fb", "localhost", 3307, "a/b"],
  ])("%s", (url, name, port, database) => {
    const { host, username, password, database: found } = target(url, LOGIN);

    expect([host, username, password, found]).toEqual([{ name, port }, LOGIN.username, LOGIN.password, database]);
  });

  it("holds a login of its own, with any password: the last @ ends it, and the last slash what is before the database", () => {
    const { host, username, password } = target("u:p@ss:w/o#r@tcp(db.example.com:1)/x");

    expect([host.name, username, password]).toEqual(["db.example.com", "u", "p@ss:w/o#r"]);
  });

  it("no name or password that is put in changes where it leads", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (username, password) => {
        const put = (part: string) =>
          part.replace(/\{\{(username|password)\}\}/g, (_, name: string) =>
            name === "username" ? username : password,
          );
        const found = parseDsn("{{username}}:{{password}}@tcp(db.example.com:3306)/app?tls=true", put);

        expect(found).toMatchObject({
          host: { name: "db.example.com", port: 3306 },
          username,
          password,
          database: "app",
        });
        expect(found.parameters.tls).toBe("true");
      }),
      { numRuns: runs(200, 20_000) },
    );
  });

  it.each([
    ["u:p@unix(/tmp/mysql.sock)/", "Unix sockets are not supported"],
    ["u:p@udp(db:1)/", "only tcp is supported"],
    ["u:p@tcp(db:1)", "it must look like user:password@tcp(host:port)/database"],
    ["u:p@tcp(db:99999)/", "invalid port"],
    ["u:p@tcp(db:x)/", "invalid host"],
    ["u:p@tcp([db]:1)/", "invalid host"],
    ["u:p@tcp(db:1/", "invalid address"],
    ["u:p@tcp(db:1)/%zz", "invalid percent-encoding"],
    ["u:p@tcp(db:1)/?tls=custom", "tls must be true, false, skip-verify or preferred"],
    ["u:p@tcp(db:1)/?timeout=soon", "timeout must be a duration"],
    ["u:p@tcp(db:1)/?charset=gbk", "charset must be one of UTF-8"],
    ["u:p@tcp(db:1)/?multiStatements=true", "multiStatements is not supported"],
    ["u:p@tcp(db:1)/?allowAllFiles=true", "allowAllFiles is not supported"],
    ["u:p@tcp(db:1)/?allowOldPasswords=1", "allowOldPasswords is not supported"],
    ["u:p@tcp(db:1)/?allowFallbackToPlaintext=true", "allowFallbackToPlaintext is not supported"],
    ["u:p@tcp(db:1)/?allowNativePasswords=false", "allowNativePasswords=false is not supported"],
    ["u:p@tcp(db:1)/?sql_mode=ANSI", "the parameter sql_mode is not supported"],
    ["u:p@tcp(db:1)/?serverPubKey=k", "the parameter serverPubKey is not supported"],
    ["u:p@tcp(db:1)/?__proto__=1", "the parameter __proto__ is not supported"],
  ])("%s is refused", (url, why) => {
    expect(() => target(url)).toThrow(`error verifying - connection: unable to parse connectionURL: ${why}`);
  });

  it("takes the parameters that change nothing here", () => {
    const query = "charset=utf8mb4,utf8&collation=utf8mb4_general_ci&parseTime=true&loc=UTC&multiStatements=false";

    expect(target(`u:p@tcp(db:1)/?${query}&timeout=3s&readTimeout=1m&allowNativePasswords=true`).parameters).toEqual({
      tls: undefined,
      timeout: 3,
      cleartext: false,
    });
  });
});

describe("what a read of the connection shows", () => {
  it("is without password and key", () => {
    const details = {
      connection_url: "u:secret/pw@tcp(db:1)/x",
      password: "secret",
      tls_certificate_key: "secret",
      tls_ca: "public",
      username: "u",
    };

    expect(showDetails(details)).toEqual({ connection_url: "u:xxxxx@tcp(db:1)/x", tls_ca: "public", username: "u" });
  });

  it.each([
    ["{{username}}:{{password}}@tcp(db:1)/", "{{username}}:{{password}}@tcp(db:1)/"],
    ["{{username}}@tcp(db:1)/", "{{username}}@tcp(db:1)/"],
    ["no string at all", "xxxxx"],
  ])("%p is %p", (url, shown) => {
    expect(maskDsn(url)).toBe(shown);
  });

  it("never holds a password, wherever it is", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), (password) => {
        fc.pre(password !== "{{password}}" && !"user:xxxxx@tcp(db:1)/name".includes(password));
        expect(maskDsn(`user:${password}@tcp(db:1)/name`)).not.toContain(password);
      }),
      { numRuns: runs(200, 20_000) },
    );
  });
});

describe("settings of a MySQL connection", () => {
  it.each([
    [{}, "connection_url cannot be empty"],
    [{ connection_url: "u@tcp(db)/", username: "{{password}}" }, "cannot contain the template variables"],
    [{ connection_url: "u@tcp(db)/", max_open_connections: "many" }, "error decoding 'max_open_connections'"],
    [{ connection_url: "u@tcp(db)/", max_connection_lifetime: "x" }, "invalid max_connection_lifetime"],
    [{ connection_url: "u@tcp(db)/", username_template: "{{.Nothing" }, "unable to initialize username template"],
    [{ connection_url: `u@tcp(db)/${"x".repeat(5000)}` }, "it is too long"],
    [{ connection_url: "u@tcp(db)/", tls_ca: "x" }, "failed to append CA to client options"],
    [{ connection_url: "u@tcp(db)/", tls_certificate_key: "x" }, "unable to load tls_certificate_key_data"],
    [
      { connection_url: "u@tcp(db)/", tls_certificate_key: CERTIFICATE.cert },
      "unable to load tls_certificate_key_data",
    ],
    [{ connection_url: "u@tcp(db)/?tls=false", tls_ca: CERTIFICATE.cert }, "tls=false in connection_url contradicts"],
  ])("%j are refused", (details, why) => {
    expect(() => read(details)).toThrow(why);
  });

  it("names are of 32 characters at most, and of 16 for servers that take no more", () => {
    const data = { DisplayName: "token-somebody-with-a-long-name", RoleName: "a-role-with-a-long-name" };
    const made = [USERNAME_TEMPLATE, LEGACY_USERNAME_TEMPLATE].map((template) =>
      readSettings({ connection_url: "u@tcp(db)/" }, template, world).template.render(data, world),
    );

    expect(made).toEqual([
      expect.stringMatching(/^v-token-some-a-role-wit-[A-Za-z0-9]{8}$/),
      expect.stringMatching(/^v-a-ro-[A-Za-z0-9]{9}$/),
    ]);
  });
});
