import { fileURLToPath } from "node:url";
import { buildClient } from "./build/client-files.ts";

/** Builds `dist/client`, which `import { createClient } from "zeroth/client"` finds. No network is needed. */
await buildClient(fileURLToPath(new URL("../dist/client", import.meta.url)));
