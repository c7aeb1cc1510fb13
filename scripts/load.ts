import { runCommand } from "../src/cli/client/command.ts";
import { systemRandom } from "../src/std/random.ts";
import { holdingTimer } from "../src/std/timer.ts";
import { loadOver } from "./load/command.ts";

/** `npm run load`: a load for a server, local or deployed. */
const load = loadOver({ now: () => performance.now(), timer: holdingTimer, random: systemRandom });
process.exitCode = await runCommand(load, process.argv.slice(2));
