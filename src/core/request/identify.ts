import type { Core } from "../core.ts";
import { spendOrRefused } from "./authorise.ts";
import type { Decoded } from "./decoded.ts";
import { type Fetched, type Known, stamp } from "./stage.ts";
import type { Trail } from "./trail.ts";

/** The request with its body, which a stranger could not have had read. Throws `invalid_request`. */
const withBody = (decoded: Decoded): Decoded => {
  if (!decoded.unread) return decoded;
  const { unread, ...rest } = decoded;
  return { ...rest, data: unread.read() };
};

/** Who asks. Spends a use of a token that counts them, whatever the policy will say. */
export const identify = async (core: Core, fetched: Fetched, trail: Trail): Promise<Known> => {
  const { decoded, open, reads, snapshot } = fetched;
  if (open) return stamp<Known>({ ...fetched, trail, known: undefined, lastUse: false });
  const { known, last } = await spendOrRefused(core, { decoded, read: reads.get, snapshot }, trail);
  const whole = withBody(decoded);
  trail.learn({ decoded: whole });
  return stamp<Known>({ ...fetched, decoded: whole, trail, known, lastUse: last });
};
