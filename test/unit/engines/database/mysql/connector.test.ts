import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Connection } from "mysql2/promise";
import type { Connector, Database } from "../../../../../src/engines/database/connector.ts";
import { DatabaseFailure } from "../../../../../src/engines/database/failure.ts";
import { mysqlConnector } from "../../../../../src/engines/database/mysql/connector.ts";
import { createDial, createGuard, NEARBY } from "../../../../../src/outgoing/index.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { systemClock } from "../../../../../src/std/time.ts";
import { startMariadb, type TestMariadb } from "../../../../support/mariadb.ts";
import { describeMariadb } from "../../../../support/mariadb-suite.ts";
import { ADMIN } from "../../../../support/postgres.ts";
import { makeCertificate } from "../support/certificate.ts";

/** What the connector does to a real server: no fault of a statement, a process or an operator leaves a user behind. */

const CREATE = "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'";
const HOUR = 3_600_000;

const guard = createGuard(NEARBY);
const connector: Connector = mysqlConnector("mysql-database-plugin", {
  clock: systemClock,
  random: systemRandom,
  guard,
  dial: createDial(guard),
});

const failureOf = async (work: Promise<unknown>): Promise<DatabaseFailure> => {
  const failure: unknown = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(failure instanceof DatabaseFailure)) throw new Error(`it did not fail as a database does: ${failure}`);
  return failure;
};

describeMariadb("MariaDB", () => {
  let mariadb: TestMariadb;
  let database: Database;
  const details = () => ({ connection_url: mariadb.url, ...ADMIN });
  beforeAll(async () => {
    mariadb = await startMariadb();
    database = await connector.open(details());
  });
  afterAll(async () => {
    await database.close();
    await mariadb.stop();
  });
  beforeEach(async () => {
    for (const { User: user, Host: host } of await mariadb.query(
      "SELECT User, Host FROM mysql.user WHERE User = 'v-u'",
    ))
      await mariadb.query("DROP USER ?@?", [String(user), String(host)]);
  });

  const work = (...statements: readonly string[]) => ({
    username: "v-u",
    password: "pw-1",
    statements,
    expires: Date.now() + HOUR,
    notAfter: Date.now() + HOUR,
  });
  const revoke = (...statements: readonly string[]) => database.revoke({ username: "v-u", statements });
  const hosts = async () =>
    (await mariadb.query("SELECT Host FROM mysql.user WHERE User = 'v-u' ORDER BY Host")).map(({ Host: host }) => host);

  describe("a creation", () => {
    it.each([
      ["right after the user", [`${CREATE}; GRANT NONSENSE ON g_app.* TO '{{name}}'@'%'`]],
      [
        "after accounts of single hosts",
        [CREATE.replace("'%'", "'10.0.0.1'"), CREATE.replace("'%'", "'10.0.0.2'"), "x"],
      ],
      ["because of a table that is not there", [`${CREATE}; INSERT INTO g_app.absent VALUES (1)`]],
      ["because the account is made twice", [`${CREATE}; ${CREATE}`]],
    ])("that fails %s leaves nothing behind", async (_, statements) => {
      const { kind } = await failureOf(database.create(work(...statements)));

      expect([kind, await hosts()]).toEqual(["statement", []]);
    });

    it("that fails takes back its rows, those after a user was made too", async () => {
      await failureOf(
        database.create(
          work(`${CREATE}; INSERT INTO g_app.things VALUES (7, 'x'); INSERT INTO g_app.things VALUES (1, 'y')`),
        ),
      );

      expect(await mariadb.query("SELECT id FROM g_app.things")).toEqual([{ id: 1 }]);
    });

    it("of a name that somebody has changes nothing about it", async () => {
      await mariadb.query("CREATE USER 'v-u'@'10.0.0.9'");
      const failure = await failureOf(database.create(work(CREATE)));

      expect([failure.message, failure.kind, await hosts()]).toEqual([
        "the user exists already",
        "taken",
        ["10.0.0.9"],
      ]);
    });

    it("races another of the same name, and one of them wins", async () => {
      const other = await connector.open(details());
      const slow = work("SELECT SLEEP(0.2)", CREATE);
      const ends = await Promise.allSettled([database.create(slow), other.create(slow)]);
      await other.close();

      expect([ends.map(({ status }) => status).sort(), await mariadb.logsIn("v-u", "pw-1")]).toEqual([
        ["fulfilled", "rejected"],
        true,
      ]);
    });

    it("F37: does nothing after its time by the database's clock, between statements too", async () => {
      const late = await failureOf(database.create({ ...work(CREATE), notAfter: Date.now() - 1000 }));
      const between = await failureOf(
        database.create({
          ...work(CREATE, "SELECT SLEEP(1)", CREATE.replace("%", "10.0.0.1")),
          notAfter: Date.now() + 500,
        }),
      );

      expect([late.message, between.message, await hosts()]).toEqual([
        ...Array(2).fill("the request was held up for too long"),
        [],
      ]);
    });

    it.each(["SET SESSION sql_mode = 'ANSI_QUOTES'", "SET sql_mode = 'ORACLE'", "SET NAMES latin1"])(
      "may not change how text is read: %s",
      async (statement) => {
        const { message } = await failureOf(database.create(work(statement, CREATE)));

        expect([message, await hosts()]).toEqual(["a statement changed sql_mode or the character set", []]);
        // The next piece of work has a session as it should be.
        await database.create(work(CREATE));
        expect(await hosts()).toEqual(["%"]);
      },
    );

    it("F37: the server ends its session when its client falls silent, and does not wait for locks for long", async () => {
      const isShort = "SELECT IF(@@wait_timeout = 20 AND @@lock_wait_timeout = 20, 1, (SELECT 1 UNION SELECT 2))";
      await database.create(work(CREATE, isShort));

      expect(await hosts()).toEqual(["%"]);
    });

    it("leaves nothing of its session to the next one", async () => {
      await database.create(work(CREATE, "SET @left = 'canary'", "SELECT GET_LOCK('left', 1)"));
      await revoke("SELECT IF(@left IS NULL, 1, (SELECT 1 UNION SELECT 2))", "DROP USER '{{name}}'@'%'");

      expect(await hosts()).toEqual([]);
    });
  });

  describe("a server whose sql_mode reads text otherwise", () => {
    it.each(["ANSI", "NO_BACKSLASH_ESCAPES", "ORACLE", "NO_BACKSLASH_ESCAPES,ANSI_QUOTES"])(
      "%s takes every password as it is",
      async (mode) => {
        const [before] = await mariadb.query("SELECT @@GLOBAL.sql_mode AS mode");
        await mariadb.query("SET GLOBAL sql_mode = ?", [mode]);
        const other = await connector.open(details());
        try {
          const password = `a'b"c\\d\`e; -- \\' f`;
          await other.create({ ...work(CREATE), password });
          expect(await mariadb.logsIn("v-u", password)).toBe(true);
          await other.changePassword({ ...work(), password: `${password}2` });
          expect(await mariadb.logsIn("v-u", `${password}2`)).toBe(true);
        } finally {
          await mariadb.query("SET GLOBAL sql_mode = ?", [String(before?.["mode"])]);
          await other.close();
        }
      },
    );
  });

  describe("a revocation", () => {
    const open = async (): Promise<Connection> => {
      const session = await mariadb.connect("v-u", "pw-1");
      session.on("error", () => undefined);
      return session;
    };
    const works = (session: Connection): Promise<boolean> =>
      session.query("SELECT 1").then(
        () => true,
        () => false,
      );

    it.each([
      ["the default", []],
      ["own statements that drop the user", ["DROP USER '{{name}}'@'%'"]],
      ["own statements that lock the user", ["ALTER USER '{{name}}'@'%' ACCOUNT LOCK"]],
    ])("by %s ends the user and its open sessions", async (_, statements) => {
      await database.create(work(`${CREATE}; GRANT SELECT ON g_app.* TO '{{name}}'@'%'`));
      const session = await open();
      expect(await works(session)).toBe(true);
      await revoke(...statements);

      expect([await works(session), await mariadb.logsIn("v-u", "pw-1")]).toEqual([false, false]);
      session.destroy();
    });

    it("F36: of a user that is gone succeeds, by default and by own statements, and ends sessions left behind", async () => {
      await database.create(work(`${CREATE}; GRANT SELECT ON g_app.* TO '{{name}}'@'%'`));
      const session = await open();
      await mariadb.query("DROP USER 'v-u'@'%'");
      expect(await works(session)).toBe(true);
      await revoke();
      expect(await works(session)).toBe(false);
      session.destroy();

      await revoke("REVOKE ALL PRIVILEGES, GRANT OPTION FROM '{{name}}'@'%'; DROP USER '{{name}}'@'%'");
    });

    it("F40: passes over what was done already, and goes on behind it", async () => {
      await revoke("DROP USER '{{name}}'@'%'; INSERT INTO g_app.things VALUES (9, 'revoked')");
      const rows = await mariadb.query("SELECT what FROM g_app.things WHERE id = 9");
      await mariadb.query("DELETE FROM g_app.things WHERE id = 9");

      expect(rows).toEqual([{ what: "revoked" }]);
    });

    it("F39: that leaves the user able to log in has failed", async () => {
      await database.create(work(CREATE));
      const { message } = await failureOf(revoke("SELECT 1"));

      expect(message).toBe("the user still exists and can log in");
    });

    it("by own statements that fail for another reason has failed", async () => {
      await database.create(work(CREATE));

      expect((await failureOf(revoke("DROP USER '{{name}}'@'10.0.0.1'"))).message).toContain("Error 1396");
      expect((await failureOf(revoke("DROP USERS"))).message).toContain("Error 1064");
    });

    it("by default has failed while an account of a single host is left", async () => {
      await database.create(work(CREATE, CREATE.replace("%", "10.0.0.1")));
      const { message } = await failureOf(revoke());

      expect([message, await hosts()]).toEqual([
        "the user has accounts of single hosts: only own statements drop those",
        ["10.0.0.1"],
      ]);
    });

    it("V83: takes a user whose databases and tables have any name", async () => {
      const name = "a`; DROP USER vaultadmin; -- 'x'";
      await mariadb.query("CREATE DATABASE ??".replace("??", `\`${name.replaceAll("`", "``")}\``));
      await database.create(work(CREATE));
      await mariadb.query(`GRANT SELECT ON \`${name.replaceAll("`", "``")}\`.* TO 'v-u'@'%'`);
      await revoke();

      expect([await hosts(), await mariadb.exists(ADMIN.username)]).toEqual([[], true]);
    });
  });

  describe("a connection whose user", () => {
    const as = async (...rights: readonly string[]): Promise<Database> => {
      await mariadb.query("DROP USER IF EXISTS 'lesser'@'%'");
      await mariadb.query("CREATE USER 'lesser'@'%' IDENTIFIED BY 'pw-1'");
      for (const right of rights) await mariadb.query(`GRANT ${right} TO 'lesser'@'%'`);
      return connector.open({ connection_url: mariadb.url, username: "lesser", password: "pw-1" });
    };

    it("may not read mysql.user makes users and ends them, and does not know of others", async () => {
      const lesser = await as("CREATE USER ON *.*");
      expect((await lesser.look("v-u")).exists).toBe("unknown");
      await lesser.create(work(CREATE));
      expect(await hosts()).toEqual(["%"]);
      await lesser.revoke({ username: "v-u", statements: [] });
      expect(await hosts()).toEqual([]);
      await lesser.revoke({ username: "v-u", statements: ["DROP USER '{{name}}'@'%'"] });
      await lesser.close();
    });

    it("may not read mysql.user leaves it to the lease to end what a failed creation made", async () => {
      const lesser = await as("CREATE USER ON *.*");
      const first = await failureOf(lesser.create(work("x", CREATE)));
      const second = await failureOf(lesser.create(work(CREATE, "x")));
      await lesser.close();

      expect([first.kind, second.kind, await hosts()]).toEqual(["taken", "statement", ["%"]]);
    });

    it("sees sessions it may not end fails the revocation, after the user was dropped", async () => {
      const lesser = await as("CREATE USER, PROCESS ON *.*", "SELECT ON mysql.*");
      await database.create(work(CREATE));
      const session = await mariadb.connect("v-u", "pw-1");
      session.on("error", () => undefined);
      const { message } = await failureOf(lesser.revoke({ username: "v-u", statements: [] }));
      await session.end();
      expect([message, await hosts()]).toEqual([expect.stringContaining("could not be ended"), []]);
      await lesser.revoke({ username: "v-u", statements: [] });
      await lesser.close();
    });
  });

  it("a session that the server ended is replaced", async () => {
    const other = await connector.open(details());
    await other.ping();
    const sessions = await mariadb.query(
      "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = 'vaultadmin' AND ID <> CONNECTION_ID()",
    );
    for (const { id } of sessions) await mariadb.query(`KILL ${id}`);
    await other.ping();
    await other.close();
  });

  it("a connection that breaks while statements run leaves unknown what they did", async () => {
    const { kind } = await failureOf(database.create(work("KILL CONNECTION_ID()")));

    expect(kind).toBe("unknown");
    await database.ping();
  });

  it("V87: no failure says what the server said, or what was sent", async () => {
    const failures = [
      await failureOf((await connector.open({ ...details(), password: "canary" })).ping()),
      await failureOf(database.create(work("SELECT canary FROM canary.canary"))),
      await failureOf(
        database.create({ ...work("CREATE USER '{{name}}'@'%' IDENTIFIED '{{password}}'"), password: "canary" }),
      ),
      await failureOf((await connector.open({ ...details(), connection_url: `${mariadb.url}canary` })).ping()),
    ];

    expect(failures.map((failure) => JSON.stringify([failure.message, failure.reason, failure.stack]))).toEqual(
      Array(4).fill(expect.not.stringContaining("canary")),
    );
  });
});

describeMariadb("MariaDB with TLS of its own", () => {
  it("is reached by its address when tls_ca signs for it, and the session is encrypted", async () => {
    const { cert, key } = makeCertificate("127.0.0.1", new Date(Date.UTC(2099, 0, 1)));
    const mariadb = await startMariadb({ cert, key });
    const database = await connector.open({ connection_url: mariadb.url, ...ADMIN, tls_ca: cert });
    const create = "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}' REQUIRE SSL";
    const more =
      "SELECT IF((SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher') = '', (SELECT 1 UNION SELECT 2), 1)";
    const work = {
      username: "v-u",
      password: "pw-1",
      statements: [create, more],
      expires: 0,
      notAfter: Date.now() + HOUR,
    };
    await database.create(work);
    const asUser = await connector.open({
      connection_url: mariadb.url,
      username: "v-u",
      password: "pw-1",
      tls_ca: cert,
    });
    await asUser.ping();
    const plain = await connector.open({
      connection_url: `${mariadb.url}?tls=false`,
      username: "v-u",
      password: "pw-1",
    });

    expect((await failureOf(plain.ping())).kind).toBe("login");
    for (const one of [database, asUser, plain]) await one.close();
    await mariadb.stop();
  });
});
