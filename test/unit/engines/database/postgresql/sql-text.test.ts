import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { DIALECT, identifier } from "../../../../../src/engines/database/postgresql/sql-text.ts";
import * as sql from "../../../../../src/engines/database/sql/statements.ts";
import { codePoint } from "../../../../support/text.ts";

const statementsOf = (texts: readonly string[]) => sql.statementsOf(texts, DIALECT);
const piecesOf = (text: string) => sql.piecesOf(text, DIALECT);
const fill = (text: string, values: Readonly<Record<string, string>>) => sql.fill(text, values, DIALECT);

describe("statements", () => {
  it("end at semicolons, and empty ones are left out", () => {
    expect(statementsOf([" CREATE ROLE a; ; ALTER ROLE a;"])).toEqual(["CREATE ROLE a", "ALTER ROLE a"]);
  });

  it.each([
    ["a text", "COMMENT ON ROLE a IS 'x;y'"],
    ["a text with a doubled quote", "SELECT 'it''s; fine'"],
    ["an escape string", "SELECT E'\\';'"],
    ["a name", 'CREATE ROLE "a;b"'],
    ["a dollar-quoted text", "DO $$ BEGIN PERFORM 1; END $$"],
    ["a tagged dollar-quoted text", "DO $x$ SELECT '$$'; $x$"],
    ["a comment", "SELECT 1 /* ; /* ; */ ; */"],
    ["a comment to the end of the line", "SELECT 1 -- ; \n"],
  ])("do not end inside %s", (_, sql) => {
    expect(statementsOf([sql])).toEqual([sql.trim()]);
  });

  it("after a block are statements of their own", () => {
    expect(statementsOf(["DO $$ BEGIN END $$; SELECT 1"])).toEqual(["DO $$ BEGIN END $$", "SELECT 1"]);
  });

  it("with a bare END stay whole, for routines whose body is not quoted", () => {
    const routine = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END; SELECT 2";

    expect(statementsOf([routine])).toEqual([routine]);
  });

  it("may come as a JSON list, whose items are not split", () => {
    expect(statementsOf(['["SELECT 1; SELECT 2", "SELECT 3"]'])).toEqual(["SELECT 1; SELECT 2", "SELECT 3"]);
  });

  it("may come in base64", () => {
    expect(statementsOf([Buffer.from('["SELECT 1"]').toString("base64")])).toEqual(["SELECT 1"]);
  });
});

describe("a value in a statement", () => {
  it.each([
    ["a text", "SELECT '{{password}}'", "it's", "SELECT 'it''s'"],
    ["a name", 'ALTER ROLE "{{password}}"', 'a"; DROP ROLE b; --', 'ALTER ROLE "a""; DROP ROLE b; --"'],
    ["an escape string", "SELECT E'{{password}}'", "a\\'b", "SELECT E'a\\\\''b'"],
  ])("is escaped for %s", (_, sql, password, filled) => {
    expect(fill(sql, { password })).toBe(filled);
  });

  it.each([
    ["without quotes", "ALTER ROLE {{name}}", "a--"],
    ["in a dollar-quoted text", "DO $$ ALTER ROLE '{{name}}' $$", "a'b"],
    ["that would end its dollar-quoted text", "DO $x$ '{{name}}' $x$", "$x$"],
    ["with a zero byte", "SELECT '{{name}}'", "a\0b"],
  ])("%s is refused where it could do harm", (_, sql, name) => {
    expect(() => fill(sql, { name })).toThrow(/\{\{name\}\}/);
  });

  it("is not looked through for templates again", () => {
    expect(fill("SELECT '{{name}}'", { name: "{{password}}", password: "secret" })).toBe("SELECT '{{password}}'");
  });

  it("leaves templates it does not know as they are", () => {
    expect(fill("SELECT '{{public_key}}'", { name: "a" })).toBe("SELECT '{{public_key}}'");
  });

  it("never changes where the quotes of the statement end", () => {
    const templates = ["SELECT '{{v}}', 1", 'SELECT "{{v}}" FROM t', "SELECT E'{{v}}' -- end", "/* {{v}} */ SELECT 1"];
    fc.assert(
      fc.property(fc.constantFrom(...templates), fc.string({ unit: codePoint }), (template, v) => {
        fc.pre(!v.includes("\0"));
        const contexts = (sql: string) => piecesOf(sql).map(({ context }) => context);

        expect(contexts(fill(template, { v }))).toEqual(contexts(template));
      }),
    );
  });

  it("cannot lengthen the list of statements", () => {
    const hostile = fc.array(fc.constantFrom("'", '"', ";", "$", "$$", "\\", "--", "/*", "a", "{{v}}"));
    fc.assert(
      fc.property(hostile, (parts) => {
        const filled = fill("ALTER ROLE \"{{v}}\" PASSWORD '{{v}}'", { v: parts.join("") });

        expect(statementsOf([filled])).toHaveLength(1);
      }),
    );
  });
});

it("a text cut into pieces is the same text", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("'", '"', "$$", "$a$", "--", "/*", "*/", "\n", ";", "E", "x", "\\")),
      (parts) => {
        const sql = parts.join("");

        expect(
          piecesOf(sql)
            .map(({ text }) => text)
            .join(""),
        ).toBe(sql);
      },
    ),
  );
});

it("a name of the database's is quoted once", () => {
  expect(identifier('a"; DROP ROLE admin; --')).toBe('"a""; DROP ROLE admin; --"');
});
