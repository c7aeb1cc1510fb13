import { afterAll, beforeAll } from "@jest/globals";
import { startMariadb, type TestMariadb } from "../support/mariadb.ts";
import { describeMariadb } from "../support/mariadb-suite.ts";
import { playAreas } from "./play.ts";

/** Vault's own templates look like the player's, so each is replaced by itself. */
const ITSELF = ["username", "password", "name", "expiration"].map((name) => [name, `{{${name}}}`] as const);

describeMariadb("MySQL and MariaDB", () => {
  let mariadb: TestMariadb;
  beforeAll(async () => {
    mariadb = await startMariadb();
  });
  afterAll(() => mariadb.stop());

  playAreas(["database-mysql"], {
    sweeps: true,
    given: async () => new Map<string, unknown>([["mysql_url", `${mariadb.host}:${mariadb.port}`], ...ITSELF]),
  });
});
