import { runCommand } from "../src/cli/client/command.ts";
import { systemRandom } from "../src/std/random.ts";
import { holdingTimer } from "../src/std/timer.ts";
import { loadOver } from "./load/command.ts";

const ended = new AbortController();
// Once: who presses Ctrl+C again ends the program where it is.
process.once("SIGINT", () => ended.abort());

/** `npm run load`: a load for a server, local or deployed. */
const load = loadOver({
  now: () => performance.now(),
  timer: holdingTimer,
  random: systemRandom,
  ended: ended.signal,
});
process.exitCode = await runCommand(load, process.argv.slice(2));
