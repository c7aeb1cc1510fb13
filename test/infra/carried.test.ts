import { describe, expect, it } from "@jest/globals";
import { coreRows, HOMES } from "../../src/catalog.ts";
import { FUNCTION_TABLE, FUNCTIONS } from "../../src/contract/functions.ts";
import { carries, runs } from "../../src/contract/homes.ts";

/** Which functions have the code of which backends. */

const carriedBy = (name: (typeof FUNCTIONS)[number]): readonly string[] =>
  HOMES.filter((row) => carries(name, row)).map(({ kind, type }) => `${kind}/${type}`);

const unloaded = (): never => {
  throw new Error("not loaded here");
};

/** Paths at which a backend can be asked: where core mounts its own, every route below that, and elsewhere. */
const pathsOf = ({ kind, type }: (typeof HOMES)[number]): readonly string[] => {
  const core = coreRows(unloaded, unloaded).some((row) => row.kind === kind && row.type === type);
  const places: Readonly<Record<string, string>> = { system: "sys/", cubbyhole: "cubbyhole/", identity: "identity/" };
  const mount = kind === "auth" ? `auth/${type}/` : core ? (places[type] ?? "") : `${type}/`;
  const below = FUNCTIONS.flatMap((name) => FUNCTION_TABLE[name].paths)
    .map((route) => route.replace("/v1/", "").replace("{path+}", "anything"))
    .filter((path) => path.startsWith(mount));
  return ["", `${mount}anything`, ...below];
};

describe("the code that a function carries", () => {
  it.each(FUNCTIONS)("of %s is that of every backend it runs, wherever it is asked", (name) => {
    const run = HOMES.filter((row) => pathsOf(row).some((path) => runs(name, row, path)));

    expect(run.filter((row) => !carries(name, row))).toEqual([]);
  });

  it("is that of few others", () => {
    expect(carriedBy("kv")).toEqual(["secret/kv"]);
    expect(carriedBy("wrapping")).toEqual(["secret/system", "secret/cubbyhole"]);
    expect(carriedBy("keys")).toEqual(["secret/ssh", "secret/transit", "secret/pki", "secret/totp"]);
    expect(carriedBy("dynamic")).toEqual(["secret/system", "secret/database", "secret/aws"]);
    expect(carriedBy("revoke")).toEqual(["secret/database", "secret/aws"]);
    expect(carriedBy("challenges")).toEqual([]);
  });

  it("is all of it where paths of every backend are explained", () => {
    expect(carriedBy("policy")).toHaveLength(HOMES.length);
  });
});
