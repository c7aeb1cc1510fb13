import type { Core } from "../core.ts";
import type { Answer } from "./answer.ts";
import { conclude } from "./conclude.ts";
import type { Decoded } from "./decoded.ts";
import { fetch } from "./fetch.ts";
import { guard } from "./guard.ts";
import { handle } from "./handle.ts";
import { identify } from "./identify.ts";
import { parse } from "./parse.ts";
import { recorded } from "./recorded.ts";

/**
 * A request, in one direction. Each stage takes the type the stage before returns, so a handler cannot be reached by a
 * request that was not allowed: that call does not type-check. `recorded` sees to it that each leaves two audit lines,
 * however it ends. Nothing else lives in this file.
 */
export const createPipeline =
  (core: Core) =>
  async (decoded: Decoded): Promise<Answer> => {
    const fetched = await fetch(core, decoded); // longest mount, one batch read                  404 503
    return recorded(core, fetched, async (trail) => {
      const known = await identify(core, fetched, trail); // clock, ancestors, use count, CIDR     403
      const allowed = await guard(core, known); // policy decision and audit record in one call   403 500
      const parsed = await parse(core, allowed); // coerce; unknown fields become warnings         400
      const handled = await handle(core, parsed); // the backend's own code                        4xx 502
      return conclude(core, handled); // lease, token, wrapping; audit of the response             500
    });
  };
