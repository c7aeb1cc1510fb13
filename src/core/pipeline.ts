import { conclude } from "./stages/conclude.ts";
import { fetch } from "./stages/fetch.ts";
import { guard } from "./stages/guard.ts";
import { handle } from "./stages/handle.ts";
import { identify } from "./stages/identify.ts";
import { parse } from "./stages/parse.ts";
import { recorded } from "./stages/recorded.ts";
import type { CoreWithHooks } from "./stages/types.ts";
import type { Answer, Decoded } from "./stages.ts";

/**
 * A request, in one direction. Each stage takes the type the stage before returns, so a handler cannot be reached by
 * a request that was not allowed: that call does not type-check. Nothing else lives in this file.
 */
export const createPipeline =
  (core: CoreWithHooks) =>
  async (decoded: Decoded): Promise<Answer> => {
    const fetched = await fetch(core, decoded); // longest mount, one batch read                  404 503
    const known = await identify(core, fetched); // token: clock, ancestors, use count, CIDR       403
    const allowed = await guard(core, known); // policy decision and audit record in one call     403 500
    return recorded(core, allowed, async () => {
      const parsed = await parse(core, allowed); // coerce; unknown fields become warnings         400
      const handled = await handle(core, parsed); // the backend's own code                        4xx 502
      return conclude(core, handled); // lease, token, wrapping; audit of the response             500
    });
  };
