import { quietVersionWarnings } from "../src/cli/warnings.ts";
import { verifyTheLog } from "./demo/audit.ts";
import { queryAsMachine, revokeMachine, watchLeasesEnd } from "./demo/leases.ts";
import { logInAsInstance, logInAsMachine } from "./demo/machine.ts";
import { prepare } from "./demo/operator.ts";
import { useSecondDatabase } from "./demo/second-database.ts";
import { raise } from "./demo/setting.ts";
import { signForHost } from "./demo/ssh.ts";
import { chapter, say } from "./demo/story.ts";
import { wrapForSomebody } from "./demo/wrapping.ts";

/**
 * The main job, told as it happens: embedded AWS, a real PostgreSQL and the server; then everything over HTTP, through
 * signed requests and database connections. Ends with an error at the first thing that is not as told.
 */

quietVersionWarnings();
const started = Date.now();
chapter("Zeroth: from a machine's identity to a secret");
const setting = await raise();
try {
  say(
    `server ${setting.local.url}, embedded AWS ${setting.awsUrl}, PostgreSQL ${setting.postgres.host}:${setting.postgres.port}`,
  );
  await prepare(setting);
  const machine = await logInAsMachine(setting);
  await logInAsInstance(setting);
  await wrapForSomebody(setting);
  const mine = await queryAsMachine(setting, machine);
  await watchLeasesEnd(setting);
  await signForHost(setting);
  await useSecondDatabase(setting);
  await revokeMachine(setting, machine, mine);
  await verifyTheLog(setting);
} finally {
  await setting.close();
}
chapter(`All as told, in ${((Date.now() - started) / 1000).toFixed(1)} seconds.`);
