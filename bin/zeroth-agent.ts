import { COMMANDS } from "../src/cli/commands.ts";
import { main } from "../src/cli/main.ts";

/** The command line without the server: what `npm run build:agent` puts into one file. */

// Not awaited at the top: a file of CommonJS cannot. `main` tells what fails and never rejects.
main(process.argv, COMMANDS).catch(() => process.exit(1));
