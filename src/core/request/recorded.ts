import { VaultError } from "../../framework/index.ts";
import type { Core } from "../core.ts";
import type { Answer } from "./answer.ts";
import { asRemoved } from "./removed.ts";
import { isPayload } from "./route.ts";
import type { Fetched } from "./stage.ts";
import { createTrail, type Trail } from "./trail.ts";

/**
 * Everything that happens to a request once it is routed: it leaves one pair of audit lines whatever is thrown, and a
 * token on its last use ends with it.
 */
export const recorded = async (
  core: Core,
  fetched: Fetched,
  run: (trail: Trail) => Promise<Answer>,
): Promise<Answer> => {
  const trail = createTrail(core, { decoded: fetched.decoded, mount: fetched.mount, payload: isPayload(fetched) });
  const answered = async (): Promise<Answer> => {
    try {
      return await run(trail);
    } catch (thrown) {
      const cause = await asRemoved(core, fetched, thrown);
      await trail.failed(cause);
      throw cause instanceof VaultError && fetched.open ? cause.bare() : cause;
    }
  };
  try {
    return await answered();
  } finally {
    const { known, lastUse } = trail.found;
    if (known && lastUse) await core.tokens.revoke(known.token.tag);
  }
};
