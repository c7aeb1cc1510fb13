import { afterAll, beforeAll } from "@jest/globals";
import { ADMIN, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { playAreas } from "./play.ts";

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

/** Vault's own templates look like the player's, so each is replaced by itself. */
const ITSELF = ["username", "password", "name", "expiration"].map((name) => [name, `{{${name}}}`] as const);

playAreas(["database"], {
  sweeps: true,
  given: async () =>
    new Map<string, unknown>([["pg_url", `${postgres.host}:${postgres.port}`], ["admin", ADMIN.username], ...ITSELF]),
});
