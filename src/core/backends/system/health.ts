import { op, path } from "../../../framework/index.ts";
import { epochSeconds } from "../../../std/time.ts";
import { isInitialized } from "../../initialize.ts";
import type { Core } from "../../services.ts";

/** `sys/health`: whether the server answers, for load balancers and clients. No token, no envelope. */
export const healthPaths = (core: Core) => [
  path("health", {
    summary: "whether the server is initialized and in use",
    params: {},
    ops: {
      read: op({
        summary: "report health",
        access: "unauthenticated",
        handle: async () => ({
          status: 200,
          bare: {
            initialized: await isInitialized(core),
            sealed: (await core.config.snapshot()).sealed,
            standby: false,
            server_time_utc: epochSeconds(core.clock.now()),
          },
        }),
      }),
    },
  }),
];
