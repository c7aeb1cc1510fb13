import { Missing } from "../support/programs.ts";
import { writeCertificates } from "./certificates.ts";
import { startDevServer } from "./dev-server.ts";
import { startInstance } from "./instance.ts";
import { startStandIns } from "./stand-ins.ts";
import { runSuite, type Tally } from "./suite.ts";
import { acme, bao, baoServer, cli, go, hvac, hvacOwn } from "./toolchains.ts";

/**
 * `npm run test:clients`: clients of other languages against a dev server of this checkout, and against one that speaks
 * TLS. `--verbose` prints every check; a client's name runs that one alone. The npm clients are part of `npm test`.
 */

const CLIENTS = { hvac, go, cli, bao, "bao-server": baoServer, "hvac-own": hvacOwn, acme };

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const arguments_ = process.argv.slice(2);
const verbose = arguments_.includes("--verbose");
const chosen = arguments_.filter((argument) => !argument.startsWith("--"));

const certificates = await writeCertificates();
const [server, secured, standIns] = await Promise.all([
  startDevServer(),
  startDevServer(certificates.flags),
  startStandIns(certificates),
]);
const instance = await startInstance(server);
const environment = {
  ...server.identity,
  ...instance.environment,
  ...standIns.environment,
  ...certificates.environment,
  SERVER_ADDRESS: server.url,
  TLS_ADDRESS: secured.url,
};
// Downloads and builds go on while the suites of others run; each is waited for, and fails, in its turn.
const clients = Object.entries(CLIENTS)
  .filter(([name]) => chosen.length === 0 || chosen.includes(name))
  .map(([name, prepare]) => ({ name, prepared: prepare() }));
for (const { prepared } of clients) prepared.catch(() => undefined);
const tallies: Tally[] = [];
try {
  for (const { name, prepared } of clients) {
    try {
      const { program, args } = await prepared;
      const command = { program, args: [...args, server.url, server.rootToken], environment };
      const tally = await runSuite(name, command, print, verbose);
      tallies.push(tally);
      print(`${tally.title}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
    } catch (cause) {
      const missing = cause instanceof Missing;
      tallies.push({ title: name, passed: 0, failed: missing ? 0 : 1, skipped: missing ? 1 : 0 });
      print(`${name}: ${missing ? "skipped" : "failed"}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
} finally {
  await Promise.all([server.stop(), secured.stop(), standIns.stop(), instance.stop()]);
  await certificates.remove();
}

const total = (part: "passed" | "failed" | "skipped"): number => tallies.reduce((sum, tally) => sum + tally[part], 0);
print(`${total("passed")} passed, ${total("failed")} failed, ${total("skipped")} skipped`);
// Not by `process.exitCode`: the package that runs PostgreSQL ends a process with 0 once nothing is left to do.
process.exit(total("failed") > 0 ? 1 : 0);
