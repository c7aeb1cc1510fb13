import { COMMANDS } from "../src/cli/commands.ts";
import { main } from "../src/cli/main.ts";
import { serverCommands } from "../src/cli/server-commands.ts";

await main(process.argv, { ...COMMANDS, ...serverCommands(() => import("../scripts/build/ui-source.ts")) });
