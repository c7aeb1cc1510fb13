import { parseArgs } from "node:util";
import { workThrough } from "../src/std/pool.ts";
import { equivalentOf } from "./mutants/equivalents.ts";
import { mutantsOf, sourcesIn } from "./mutants/operators.ts";
import { recordOf } from "./mutants/record.ts";
import { sample } from "./mutants/sample.ts";
import { tried } from "./mutants/workbench.ts";

/**
 * Changes one operator of the product at a time and asks whether a test notices.
 *
 *   npm run test:mutants -- --count 100 --seed 7                     a sample of the rooms below
 *   npm run test:mutants -- --at src/core/tokens/end.ts:100          every change on one line
 *
 * Prints each mutant with the first test that failed, and the share that was noticed. The same seed and the same
 * sources give the same sample. Exits 1 below the share given by `--least` (percent). The first run records which test
 * reaches what, which takes as long as the suite; `--renew` records again. A mutant that the forty nearest test files do
 * not notice counts as not noticed; `--most` allows more of them.
 */

const ROOMS = ["src/core", "src/policy", "src/storage", "src/crypto", "src/http", "src/auth/aws", "src/backends"];
/** Jest runs at a time. */
const WIDTH = 2;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    at: { type: "string", multiple: true, default: [] },
    least: { type: "string", default: "0" },
    room: { type: "string", multiple: true, default: ROOMS },
    most: { type: "string", default: "40" },
    renew: { type: "boolean", default: false },
  },
});

const all = await mutantsOf(values.room);
const chosen =
  values.at.length > 0
    ? all.filter(({ file, line }) => values.at.includes(`${file}:${line}`))
    : sample(all, Number(values.count), Number(values.seed));

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

print(`${chosen.length} of ${all.length} mutants`);
const tests = sourcesIn(["test"]).filter((file) => file.endsWith(".test.ts"));
const record = await recordOf(tests, sourcesIn(["src"]), { renew: values.renew });
for (const { test } of record.filter(({ passed }) => !passed)) print(`left out, it fails without a mutant: ${test}`);

const began = Date.now();
let noticed = 0;
let counted = 0;
await workThrough(chosen, WIDTH, async (mutant) => {
  const { file, line, from, to } = mutant;
  const shown = `${file}:${line}  ${from} -> ${to}`;
  const equivalent = equivalentOf(mutant);
  if (equivalent) {
    print(`the same  ${shown}  ${equivalent.reason}`);
    return;
  }
  const by = await tried(mutant, record, Number(values.most));
  counted += 1;
  if (by !== undefined) noticed += 1;
  print(by === undefined ? `SURVIVED  ${shown}` : `noticed   ${shown}  by ${by}`);
});

const share = counted === 0 ? 100 : (100 * noticed) / counted;
const minutes = ((Date.now() - began) / 60_000).toFixed(1);
print(`${noticed} of ${counted} noticed: ${share.toFixed(0)} %, in ${minutes} minutes`);
if (share < Number(values.least)) process.exitCode = 1;
