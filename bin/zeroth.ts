import { COMMANDS } from "../src/cli/commands.ts";
import { main } from "../src/cli/main.ts";
import { SERVER_COMMANDS } from "../src/cli/server-commands.ts";

await main(process.argv, { ...COMMANDS, ...SERVER_COMMANDS });
