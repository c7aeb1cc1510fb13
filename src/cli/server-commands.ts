import type { UiBuilder } from "../ui-files/source.ts";
import type { Commands } from "./commands.ts";

/** The commands of whoever runs a server: what the agent's own file leaves out. */
export const serverCommands = (ui: () => Promise<UiBuilder>): Commands => ({
  server: {
    summary: "run the server on this machine, for trying, developing and testing",
    command: async () => (await import("./server.ts")).serverCommand(ui),
  },
  audit: {
    summary: "the audit log",
    command: async () => (await import("./audit.ts")).auditCommand(),
  },
  operator: {
    summary: "orders that only the operator's AWS identity may give, directly to the system function",
    command: async () => (await import("./operator.ts")).operatorCommand(),
  },
});
