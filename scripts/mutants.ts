import { parseArgs } from "node:util";
import { mutantsOf } from "./mutants/operators.ts";
import { sample } from "./mutants/sample.ts";
import { createWorkbench } from "./mutants/workbench.ts";

/**
 * Changes one operator of the product at a time and asks whether a test notices.
 *
 *   npm run test:mutants -- --count 100 --seed 7                     a sample of the rooms below
 *   npm run test:mutants -- --at src/core/tokens/end.ts:100          every change on one line
 *
 * Prints each mutant with the first test that failed, and the share that was noticed. The same seed and the same
 * sources give the same sample. Exits 1 below the share given by `--least` (percent).
 */

const ROOMS = ["src/core", "src/policy", "src/storage", "src/crypto", "src/http", "src/auth/aws", "src/backends"];

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    at: { type: "string", multiple: true, default: [] },
    least: { type: "string", default: "0" },
    room: { type: "string", multiple: true, default: ROOMS },
  },
});

const all = await mutantsOf(values.room);
const chosen =
  values.at.length > 0
    ? all.filter(({ file, line }) => values.at.includes(`${file}:${line}`))
    : sample(all, Number(values.count), Number(values.seed));

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

print(`${chosen.length} of ${all.length} mutants`);
const bench = await createWorkbench();
let noticed = 0;
try {
  for (const mutant of chosen) {
    const by = await bench.play(mutant);
    if (by !== undefined) noticed += 1;
    const { file, line, from, to } = mutant;
    print(`${by === undefined ? "SURVIVED" : "noticed "} ${file}:${line}  ${from} -> ${to}${by ? `  by ${by}` : ""}`);
  }
} finally {
  await bench.close();
}

const share = chosen.length === 0 ? 100 : (100 * noticed) / chosen.length;
print(`${noticed} of ${chosen.length} noticed: ${share.toFixed(0)} %`);
if (share < Number(values.least)) process.exitCode = 1;
