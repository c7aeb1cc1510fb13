import { createHash } from "node:crypto";
import type { Challenge } from "../framework/challenges.ts";
import { NoConnection } from "../outgoing/index.ts";
import type { NameService } from "./resolver.ts";
import { IncorrectResponse } from "./terms.ts";

/** A record that only who controls the zone can put there. Source: RFC 8555, section 8.4. */

/** CNAMEs in a row. A recursive name service follows them by itself. */
const MOST_ALIASES = 8;

/** `left`: milliseconds until the end. Throws `IncorrectResponse`, `AddressRefused` or `NoConnection`. */
export const checkDns = async (
  { identifier, keyAuthorization }: Challenge,
  names: NameService,
  left: () => number,
): Promise<void> => {
  const wanted = createHash("sha256").update(keyAuthorization).digest("base64url");
  let name = `_acme-challenge.${identifier}`;
  for (let aliases = 0; aliases <= MOST_ALIASES; aliases++) {
    // Whoever waits for the answer has gone by then.
    if (left() <= 0) throw new NoConnection("timed out");
    const texts = await names.texts(name);
    if (texts.includes(wanted)) return;
    if (texts.length > 0) throw new IncorrectResponse("no TXT record is the digest of the key authorization");
    const alias = await names.alias(name);
    if (alias === undefined) throw new IncorrectResponse("the name has no TXT record");
    name = alias;
  }
  throw new IncorrectResponse("too many CNAME records in a row");
};
