import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Connection } from "mysql2/promise";
import { bareText, fill, quotedAccount, statementsOf } from "../../../../../src/engines/database/mysql/sql-text.ts";
import { startMariadb, type TestMariadb } from "../../../../support/mariadb.ts";
import { describeMariadb } from "../../../../support/mariadb-suite.ts";
import { ADMIN } from "../../../../support/postgres.ts";
import { runs } from "../../../../support/runs.ts";

describe("statements of MySQL", () => {
  it("end at semicolons, and empty ones are left out", () => {
    expect(statementsOf([" CREATE USER a; ; GRANT b TO a;"])).toEqual(["CREATE USER a", "GRANT b TO a"]);
  });

  it.each([
    ["a text", "SELECT 'x;y'"],
    ["a text with a doubled quote", "SELECT 'it''s; fine'"],
    ["a text with an escaped quote", "SELECT 'it\\'s; fine'"],
    ["a text in double quotes", 'SELECT "a\\";b"'],
    ["a name", "SELECT `a;``b;`"],
    ["a comment", "SELECT 1 /* ; /* ; */"],
    ["a comment to the end of the line", "SELECT 1 -- ; \n"],
    ["a comment after a hash", "SELECT 1 # ; \n"],
    ["a comment of two dashes at the end", "SELECT 1 --"],
    ["an executable comment", "/*!50000 SELECT 1; */"],
    ["a dollar-quoted text", "CREATE FUNCTION f() AS $$ a; b $$"],
  ])("do not end inside %s", (_, sql) => {
    expect(statementsOf([sql])).toEqual([sql.trim()]);
  });

  it("end after what only looks like a comment", () => {
    expect(statementsOf(["SELECT 5--1; SELECT 2"])).toEqual(["SELECT 5--1", "SELECT 2"]);
    expect(statementsOf(["SELECT 1 /* a /* b */; SELECT 2 */"])).toEqual(["SELECT 1 /* a /* b */", "SELECT 2 */"]);
  });

  it("may come as a JSON list, whose items are not split, and in base64", () => {
    const list = '["BEGIN NOT ATOMIC SELECT 1; END", "SELECT 3"]';

    expect(statementsOf([list])).toEqual(["BEGIN NOT ATOMIC SELECT 1; END", "SELECT 3"]);
    expect(statementsOf([Buffer.from("SELECT 1; SELECT 2").toString("base64")])).toEqual(["SELECT 1", "SELECT 2"]);
  });
});

describe("a value in a statement of MySQL", () => {
  it.each([
    ["a text", "SELECT '{{v}}'", "it's \\", "SELECT 'it''s \\\\'"],
    ["a text in double quotes", 'SELECT "{{v}}"', "a\"b'\\", 'SELECT "a""b\'\\\\"'],
    ["a name", "SELECT `{{v}}`", "a`b\\", "SELECT `a``b\\`"],
    ["a comment", "/* {{v}} */ SELECT 1", "*/ x", "/* ___x */ SELECT 1"],
    ["bare text", "SELECT {{v}}", "a_1", "SELECT a_1"],
  ])("is escaped for %s", (_, sql, v, filled) => {
    expect(fill(sql, { v })).toBe(filled);
  });

  it.each([
    ["without quotes", "DROP USER {{v}}", "a--"],
    ["in an executable comment", "/*! SELECT '{{v}}' */", "a"],
    ["in an executable comment of MariaDB's", "SELECT '{{v}}' /*M!100000 x */", "a"],
    ["with a quote, in a text with quotes of its own", "SET @s = 'SELECT ''{{v}}'''", "a'b"],
    ["with a semicolon, in a text with quotes of its own", "SET @s = 'SELECT \"{{v}}\"'", "a;b"],
    ["in a dollar-quoted text", "DO $$ '{{v}}' $$", "a'b"],
    ["with a zero byte", "SELECT '{{v}}'", "a\0b"],
  ])("%s is refused", (_, sql, v) => {
    expect(() => fill(sql, { v })).toThrow(/value|quotes/);
  });

  it("leaves templates it does not know, and what it put in, as they are", () => {
    expect(fill("SELECT '{{a}}', '{{b}}'", { a: "{{c}}", c: "x" })).toBe("SELECT '{{c}}', '{{b}}'");
  });

  it("cannot lengthen the list of statements", () => {
    const hostile = fc.array(fc.constantFrom("'", '"', "`", ";", "$$", "\\", "--", "-- ", "#", "/*", "*/", "\n", "a"));
    fc.assert(
      fc.property(hostile, (parts) => {
        const filled = fill(`SELECT '{{v}}', "{{v}}", \`{{v}}\` /* {{v}} */`, { v: parts.join("") });

        expect(statementsOf([filled])).toEqual([filled]);
      }),
      { numRuns: runs(300, 20_000) },
    );
  });
});

it("bare text is what is outside quotes and comments", () => {
  expect(bareText("CREATE USER `ACCOUNT LOCK`@'x' COMMENT 'ACCOUNT LOCK' /* ACCOUNT LOCK */ PASSWORD").trim()).toMatch(
    /^CREATE USER\s+@\s+COMMENT\s+PASSWORD$/,
  );
});

/** Values made of what could end a quote, a comment or a statement, and of anything else. */
const VALUES = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        "'",
        '"',
        "`",
        ";",
        "\\",
        "\\'",
        '\\"',
        "-- ",
        "#",
        "/*",
        "*/",
        "\n",
        "\r",
        "%",
        "_",
        "\u{1f600}",
      ),
    )
    .map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", maxLength: 20 }),
  // Bytes that are halves of characters with a backslash or a quote in other encodings.
  fc.constantFrom("\u00bf'", "\u00bf\\'", "\u8868'", "\u80fd\\"),
);

const HOSTILE_MODES = ["", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ANSI,NO_BACKSLASH_ESCAPES"] as const;

describeMariadb("V84: a value and a real server", () => {
  let mariadb: TestMariadb;
  let session: Connection;
  beforeAll(async () => {
    mariadb = await startMariadb();
    session = await mariadb.connect(ADMIN.username, ADMIN.password);
    await session.query("SET NAMES utf8mb4");
  });
  afterAll(async () => {
    await session.end();
    await mariadb.stop();
  });

  const only = async (sql: string): Promise<unknown> => {
    const [rows] = await session.query(sql);
    const [row]: unknown[] = Array.isArray(rows) ? rows : [];
    return typeof row === "object" && row !== null ? Object.values(row)[0] : undefined;
  };

  it.each(["SELECT '{{v}}' AS v", 'SELECT "{{v}}" AS v', "SELECT /* {{v}} */ '{{v}}' AS v # {{v}}"])(
    "%s answers the value itself",
    async (template) => {
      await session.query("SET SESSION sql_mode = ''");
      await fc.assert(
        fc.asyncProperty(VALUES, async (v) => {
          fc.pre(!v.includes("\0"));
          expect(await only(fill(template, { v }))).toBe(v);
        }),
        { numRuns: runs(200, 10_000) },
      );
    },
  );

  it("a name in backticks is the value itself", async () => {
    await fc.assert(
      fc.asyncProperty(VALUES, async (v) => {
        const name = v.replace(/[^\x20-\x7e]|\s+$/g, "").trim();
        // The driver refuses columns named as what every object has.
        fc.pre(name !== "" && name.length < 60 && !(name in {}));
        const [rows, fields] = await session.query(fill("SELECT 1 AS `{{name}}`", { name }));
        expect([Array.isArray(rows) && rows.length, fields[0]?.name]).toEqual([1, name]);
      }),
      { numRuns: runs(200, 10_000) },
    );
  });

  it.each(HOSTILE_MODES)("no value leaves its text, even in the mode %p that sessions are kept from", async (mode) => {
    await session.query("DROP TABLE IF EXISTS g_app.canary");
    await session.query("CREATE TABLE g_app.canary (id INT)");
    await session.query(`SET SESSION sql_mode = '${mode}'`);
    await fc.assert(
      fc.asyncProperty(VALUES, async (v) => {
        const hostile = `${v}'; DROP TABLE g_app.canary; -- ${v}`;
        fc.pre(!hostile.includes("\0"));
        // One row of one column, or an error: never a second statement, never more columns.
        const answer = await session
          .query({ sql: fill("SELECT '{{v}}' AS a", { v: hostile }), rowsAsArray: true })
          .then(
            ([rows]) => rows,
            () => [["refused"]],
          );
        expect(Array.isArray(answer) && answer.length === 1 && Array.isArray(answer[0]) && answer[0].length).toBe(1);
      }),
      { numRuns: runs(100, 5000) },
    );
    expect(await only("SELECT COUNT(*) FROM g_app.canary")).toBe(0);
  });

  it("V83: an account's name, whatever it holds, is quoted once", async () => {
    await session.query("SET SESSION sql_mode = ''");
    for (const user of ["a'b", 'a"b', "a\\b", "a`b", "a'@'%'; DROP USER vaultadmin; --", "\u00e4", "select"]) {
      await session.query(`CREATE USER ${quotedAccount(user, "10.0.0.'1\\")}`);
      expect(await mariadb.exists(user)).toBe(true);
      await session.query(`DROP USER ${quotedAccount(user, "10.0.0.'1\\")}`);
      expect([await mariadb.exists(user), await mariadb.exists(ADMIN.username)]).toEqual([false, true]);
    }
  });
});
