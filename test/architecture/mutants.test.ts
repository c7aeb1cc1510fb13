import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { EQUIVALENTS, equivalentOf } from "../../scripts/mutants/equivalents.ts";
import { marked, mutantsIn } from "../../scripts/mutants/operators.ts";

/** `npm run test:mutants`: the list of changes that no test can notice, and the marks that tell what a test reaches. */

const FILE = "src/policy/glob.ts";

it("each listed equivalent is a change of the tree as it is", async () => {
  const files = [...new Set(EQUIVALENTS.map(({ file }) => file))];
  const mutants = (await Promise.all(files.map(mutantsIn))).flat();

  const found = new Set(mutants.map(equivalentOf));

  expect(EQUIVALENTS.filter((one) => !found.has(one))).toEqual([]);
});

it("a marked source keeps its lines, and names each site that a mutant has", async () => {
  const text = await marked(FILE);

  expect(text.split("\n")).toHaveLength(readFileSync(FILE, "utf8").split("\n").length);
  const sites = (await mutantsIn(FILE)).map(({ site }) => site);
  expect(sites.length).toBeGreaterThan(3);
  expect(sites.filter((site) => !text.includes(JSON.stringify(site)))).toEqual([]);
});
