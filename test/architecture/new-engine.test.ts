import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Plugin } from "esbuild";
import { permissionsFor } from "../../lib/permissions.ts";
import { HOMES } from "../../src/catalog.ts";
import { deployedFunctions, type FunctionName } from "../../src/contract/functions.ts";
import { type Deployment, deploy } from "../infra/support/deployment.ts";
import { type Ask, answerOf, eventOf, objectOf } from "../infra/support/events.ts";

/**
 * A new engine is a folder and one row of the catalog. This adds one that way (the folder is
 * `test/infra/fixture/toy-engine`, the row is written below) and uses it in the deployed shape: built functions, each
 * behind the rights of its role.
 */

const HOME = "keys";
const ROW = `  { kind: "secret", type: "toy", home: "${HOME}", load: async () => (await import("./engines/toy/backend.ts")).toyEngine },\n`;
const FIRST_ROW = "export const builtInRows = (parts: BackendParts): readonly CatalogRow[] => [\n";
const folder = fileURLToPath(new URL("../infra/fixture/toy-engine/backend.ts", import.meta.url));

const withToy: Plugin = {
  name: "with-a-toy-engine",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /engines\/toy\/backend\.ts$/ }, () => ({ path: folder }));
    onLoad({ filter: /\/src\/catalog\.ts$/ }, async ({ path }) => {
      const [before, after, ...rest] = (await readFile(path, "utf8")).split(FIRST_ROW);
      if (after === undefined || rest.length > 0) throw new Error("the catalog is not where this test looks for it");
      return { loader: "ts", contents: `${before}${FIRST_ROW}${ROW}${after}` };
    });
  },
};
const homes = [...HOMES, { kind: "secret", type: "toy", home: HOME } as const];

let deployment: Deployment;
let root: string;
beforeAll(async () => {
  deployment = await deploy({ homes, plugins: [withToy] });
  root = String(objectOf((await deployment.functions.system.invoke({ zeroth: "init" })).result)["root_token"]);
}, 120_000);
afterAll(() => deployment.close());

const ask = async (name: FunctionName, given: Ask) =>
  answerOf((await deployment.functions[name].invoke(eventOf(given, root))).result);

describe("an engine added as a folder and one row", () => {
  it("brings its function into the deployment, which has none without it", () => {
    expect(deployedFunctions(HOMES)).not.toContain(HOME);
    expect(deployedFunctions(homes)).toContain(HOME);
  });

  it("gives its function the rights to its own mounts, and no other function any", () => {
    const before = permissionsFor(HOMES);
    const after = permissionsFor(homes);
    const changed = (["login", "kv", "dynamic", "policy", "wrapping", "system", "revoke"] as const).filter((name) => {
      const { forwardsTo: _, ...rights } = after[name];
      const { forwardsTo: __, ...were } = before[name];
      return JSON.stringify(rights) !== JSON.stringify(were);
    });

    expect(after[HOME].writes).toEqual(expect.arrayContaining(["data#toy:*", "list#toy:*"]));
    expect(after[HOME].domains).toContain("toy:*");
    expect(changed).toEqual([]);
  });

  it("is mounted, written, read and unmounted through the built functions, within the rights of their roles", async () => {
    const mounted = await ask("system", { event: "post-json", path: "sys/mounts/toy", body: { type: "toy" } });
    const written = await ask("kv", { event: "post-json", path: "toy/words/one", body: { word: "lever" } });
    const read = await ask("kv", { path: "toy/words/one" });
    const reached = deployment.lambda.invoked.at(-1)?.name;
    const removed = await ask("system", { method: "DELETE", path: "sys/mounts/toy" });

    expect([mounted.status, written.status, read.status, removed.status]).toEqual([204, 204, 200, 204]);
    expect(read.data).toEqual({ word: "revel" });
    expect(reached).toMatch(new RegExp(`:${HOME}$`));
    expect(deployment.denied).toEqual([]);
  });

  it("cannot reach what another engine stores", () => {
    expect(deployment.mayRead(HOME, "data#toy:1")).toBe(true);
    for (const foreign of ["data#database:1", "rec#kv:1#p", "data#auth-aws:1", "cubby#t", "data#system:1"])
      expect(deployment.mayRead(HOME, foreign)).toBe(false);
  });
});
