import { describe, expect, it } from "@jest/globals";
import { toolSources } from "./support/sources.ts";

/**
 * The package that runs PostgreSQL ends its process with 0 once nothing is left to do, whatever `process.exitCode` says: a
 * program that starts one would report success of checks that failed.
 */

const STARTS_POSTGRES = /\bstart(?:Postgres|StandIns)\(/;
const SETS_CODE = /process\.exitCode\s*=/;

describe("a program that starts PostgreSQL", () => {
  const starting = toolSources.filter(({ code }) => STARTS_POSTGRES.test(code));

  it("is among the tests and scripts", () => {
    expect(starting.map(({ file }) => file)).toContain("test/clients/run.ts");
  });

  it("says how it ended by process.exit", () => {
    expect(starting.filter(({ code }) => SETS_CODE.test(code)).map(({ file }) => file)).toEqual([]);
  });
});
