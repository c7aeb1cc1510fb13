import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { inTransaction, openPool, type Pool } from "../../../../../src/engines/database/postgresql/driver.ts";
import { readSettings } from "../../../../../src/engines/database/postgresql/settings.ts";
import { createDial, createGuard, NEARBY } from "../../../../../src/outgoing/index.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { systemClock } from "../../../../../src/std/time.ts";
import { ADMIN, startPostgres, type TestPostgres } from "../../../../support/postgres.ts";
import { startWire, type Wire } from "../support/wire.ts";

let postgres: TestPostgres;
let wire: Wire;
let pool: Pool;

const open = async (): Promise<Pool> => {
  const url = `postgresql://{{username}}:{{password}}@127.0.0.1:${wire.port}/postgres?sslmode=disable`;
  const details = { connection_url: url, ...ADMIN, max_open_connections: 1 };
  const settings = readSettings(details, { clock: systemClock, random: systemRandom });
  return openPool(settings, createDial(createGuard(NEARBY)), async () => "");
};

beforeAll(async () => {
  postgres = await startPostgres();
  wire = await startWire(postgres.port);
});
beforeEach(async () => {
  pool = await open();
});
afterEach(() => pool.close());
afterAll(async () => {
  wire.close();
  await postgres.stop();
});

/** More than a server needs, on any machine. */
const LIMIT_MS = 60_000;

const one = (): Promise<unknown> => pool.run(LIMIT_MS, async (sql) => (await sql`SELECT 1 AS one`)[0]?.["one"]);

const transaction = (last = "SELECT 2"): Promise<string> =>
  pool
    .run(LIMIT_MS, (sql) =>
      inTransaction(sql, LIMIT_MS, async (inside) => {
        await inside`SELECT 1`;
        await inside.unsafe(last);
      }),
    )
    .then(
      () => "committed",
      (cause: unknown) => (cause instanceof Error ? cause.name : "?"),
    );

describe("a pool", () => {
  it("fails where a connection breaks, after any statement of a transaction, and is used no more", async () => {
    const seen: unknown[] = [];
    for (let pieces = 0; pieces < 8; pieces += 1) {
      await pool.close();
      pool = await open();
      await one();
      wire.left = pieces;
      seen.push([await transaction(), pool.usable()]);
      wire.left = Number.POSITIVE_INFINITY;
    }

    expect(seen).toEqual([
      ...Array.from({ length: 5 }, () => ["DatabaseFailure", false]),
      ...Array.from({ length: 3 }, () => ["committed", true]),
    ]);
  });

  it("rolls back what a statement fails in, and goes on", async () => {
    const seen = [await transaction("SELECT 1/0"), await one(), await transaction()];

    expect([...seen, pool.usable()]).toEqual(["DatabaseFailure", 1, "committed", true]);
  });

  it.each([
    ["a transaction", () => transaction("SELECT pg_terminate_backend(pg_backend_pid())")],
    [
      "a query",
      () => pool.run(LIMIT_MS, async (sql) => sql`SELECT pg_terminate_backend(pg_backend_pid())`).catch(String),
    ],
  ])("is used no more when the server ends the session of %s", async (_, work) => {
    await work();

    expect(pool.usable()).toBe(false);
    await expect(one()).rejects.toThrow("no connection to the database");
  });
});
