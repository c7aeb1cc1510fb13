import { execFileSync } from "node:child_process";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { shellWord } from "../../../../ui/client/shell-word.ts";
import { FORMS, familyOf, type Login, type Server, serverOf } from "../../../../ui/pages/credentials/connection.ts";
import { codePoint } from "../../../support/text.ts";

const whole = (text: string): boolean => !/[\uD800-\uDFFF]/u.test(text);
const written = fc
  .string({ unit: codePoint, minLength: 1, maxLength: 30 })
  .filter((text) => whole(text) && !text.includes("\0"));
const host = fc.constantFrom("db.example.com", "10.0.0.7", "::1", "2001:db8::7");
const port = fc.constantFrom("", "5432", "16379");
const login: fc.Arbitrary<Login> = fc.record({ username: written, password: written });
const serverIn = (family: Server["family"]): fc.Arbitrary<Server> =>
  fc.record({ family: fc.constant(family), host, port, database: written });

const formOf = (family: Server["family"], name: string) => {
  const found = FORMS[family].find((form) => form.name === name);
  if (!found) throw new Error(`no form ${name}`);
  return found.text;
};

/** No sample is as long. */
const END = "end-of-what-one-program-was-given";

/** What programs of these names are given by a real shell: their arguments and what the environment says. */
const ran = (commands: readonly string[], variables: readonly string[]): string[][] => {
  const shown = ["$#", "$@", ...variables.map((name) => `\${${name}-}`)].map((word) => `"${word}"`).join(" ");
  const program = `show() { printf '%s\\0' ${shown}; printf '%s\\0' ${END}; }; psql() { show "$@"; }; mysql() { show "$@"; }
redis-cli() { show "$@"; }; mongosh() { show "$@"; }\n`;
  const out = execFileSync("bash", ["-s"], {
    input: program + commands.join("\n"),
    env: { LC_ALL: "C.UTF-8" },
  }).toString();
  return out
    .split(`${END}\0`)
    .slice(0, -1)
    .map((record) => record.split("\0").slice(1, -1));
};

describe("a connection in a shell", () => {
  it("reaches psql as it was, whatever the password", () => {
    const samples = fc.sample(fc.tuple(serverIn("postgresql"), login), 100);
    const variables = ["PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD"];
    const outcome = ran(
      samples.map(([server, given]) => formOf("postgresql", "psql")(server, given)),
      variables,
    );

    expect(outcome).toEqual(
      samples.map(([server, given]) => [server.host, server.port, server.database, given.username, given.password]),
    );
  });

  it("reaches mysql and redis-cli as it was", () => {
    const samples = fc.sample(fc.tuple(serverIn("mysql"), login), 50);
    const mysql = ran(
      samples.map(([server, given]) => formOf("mysql", "mysql")(server, given)),
      ["MYSQL_PWD"],
    );
    const redis = ran(
      samples.map(([server, given]) => formOf("redis", "redis-cli")(server, given)),
      ["REDISCLI_AUTH"],
    );

    expect(mysql).toEqual(
      samples.map(([server, given]) => [
        `--host=${server.host}`,
        ...(server.port === "" ? [] : [`--port=${server.port}`]),
        `--user=${given.username}`,
        `--database=${server.database}`,
        given.password,
      ]),
    );
    expect(redis).toEqual(
      samples.map(([server, given]) => [
        "-h",
        server.host,
        ...(server.port === "" ? [] : ["-p", server.port]),
        "--user",
        given.username,
        given.password,
      ]),
    );
  });

  it("is one word, and an empty one is quoted", () => {
    expect(shellWord("")).toBe("''");
    expect(shellWord("a'b")).toBe("'a'\\''b'");
    expect(shellWord("plain-1")).toBe("plain-1");
  });
});

describe("a connection as a URL", () => {
  it.each(["postgresql", "mysql", "redis", "mongodb"] as const)("of %s is read back unchanged", (family) => {
    fc.assert(
      fc.property(serverIn(family), login, (server, given) => {
        const url = new URL(formOf(family, "URL")(server, given));

        expect(decodeURIComponent(url.username)).toBe(given.username);
        expect(decodeURIComponent(url.password)).toBe(given.password);
        expect(decodeURIComponent(url.pathname.slice(1))).toBe(server.database);
        expect(url.port).toBe(server.port);
        expect([url.search, url.hash]).toEqual(["", ""]);
      }),
    );
  });

  it.each(["postgresql", "mysql"] as const)("of %s for JDBC is read back unchanged", (family) => {
    fc.assert(
      fc.property(serverIn(family), login, (server, given) => {
        const text = formOf(family, "JDBC")(server, given);
        const url = new URL(text.replace("jdbc:", ""));
        const parameters = new URLSearchParams(url.search);

        expect([...parameters]).toEqual([
          ["user", given.username],
          ["password", given.password],
        ]);
        expect(text.startsWith(`jdbc:${family}://`)).toBe(true);
        expect(text).toMatch(/^[\x21-\x7e]*$/);
      }),
    );
  });

  it("is made even of half a surrogate pair", () => {
    const server: Server = { family: "redis", host: "h", port: "", database: "" };

    expect(formOf("redis", "URL")(server, { username: "u", password: "\uD800" })).toBe("redis://u:%EF%BF%BD@h/");
  });
});

describe("where a connection leads", () => {
  it.each([
    ["postgresql://{{username}}:{{password}}@db.example.com:5432/app?sslmode=disable", "db.example.com", "5432", "app"],
    ["postgres://{{username}}:{{password}}@[2001:db8::7]/a%20b", "2001:db8::7", "", "a b"],
    ["{{username}}:{{password}}@tcp(127.0.0.1:3306)/shop", "127.0.0.1", "3306", "shop"],
    ["mongodb://{{username}}:{{password}}@one:27017,two:27017/admin?tls=true", "one", "27017", "admin"],
    ["postgresql://db.example.com", "db.example.com", "", ""],
    ["nonsense", "", "", ""],
  ])("%s", (address, server, port, database) => {
    expect(serverOf(address)).toEqual({ host: server, port, database });
  });

  it("never names who the engine logs in as", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        const { host: found } = serverOf(`postgresql://admin:${encodeURIComponent(text)}hunter2@db:1/x`);
        expect(found).toBe("db");
      }),
    );
  });

  it.each([
    ["postgresql-database-plugin", "postgresql"],
    ["mysql-rds-database-plugin", "mysql"],
    ["valkey-database-plugin", "redis"],
    ["mongodb-database-plugin", "mongodb"],
    ["hana-database-plugin", undefined],
  ])("and what kind it is: %s", (plugin, family) => {
    expect(familyOf(plugin)).toBe(family);
  });
});
