import { isIPv6 } from "node:net";
import type { Challenge } from "../framework/challenges.ts";
import { AddressRefused, type Fetch, type OutgoingAnswer } from "../outgoing/index.ts";
import { IncorrectResponse, type Ports } from "./terms.ts";

/**
 * A file that only who controls the host can put there. Redirects lead to the ports of HTTP and HTTPS alone, and each
 * host on the way is judged. A certificate on the way proves nothing here and is not looked at: what counts is the key
 * authorization, which is the same whoever reads it. Source: RFC 8555, section 8.3.
 */

const MOST_REDIRECTS = 10;
const LONGEST_URL = 2000;
/** Of a redirect's page, which is thrown away. */
const MOST_BYTES = 65_536;
const LONGEST_ANSWER = 512;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

const portOf = ({ protocol, port }: URL): number => Number(port || (protocol === "https:" ? 443 : 80));

const redirected = (from: URL, { headers }: OutgoingAnswer, ports: Ports): URL => {
  const { location = "" } = headers;
  if (location === "" || location.length > LONGEST_URL || !URL.canParse(location, from.href)) {
    throw new IncorrectResponse("a redirect leads to no address");
  }
  const to = new URL(location, from.href);
  const wanted = { "http:": ports.http, "https:": ports.https }[to.protocol];
  if (wanted === undefined) throw new IncorrectResponse("a redirect leads to neither http nor https");
  if (portOf(to) !== wanted) throw new AddressRefused("a redirect leads to another port than 80 and 443");
  if (to.username !== "" || to.password !== "") throw new IncorrectResponse("a redirect brings a password");
  return to;
};

const begin = ({ identifier, token }: Challenge, ports: Ports): URL => {
  const host = isIPv6(identifier) ? `[${identifier}]` : identifier;
  return new URL(`http://${host}:${ports.http}/.well-known/acme-challenge/${encodeURIComponent(token)}`);
};

/** Throws `IncorrectResponse`, or what `fetch` throws. */
export const checkHttp = async (
  challenge: Challenge,
  fetch: Fetch,
  ports: Ports,
  deadlineMs: number,
): Promise<void> => {
  let url = begin(challenge, ports);
  for (let redirects = 0; ; redirects++) {
    const answer = await fetch({
      method: "GET",
      url,
      headers: { accept: "*/*", "user-agent": "Zeroth-ACME", connection: "close" },
      deadlineMs,
      mostBytes: MOST_BYTES,
      anyCertificate: true,
    });
    if (!REDIRECTS.includes(answer.status)) return judge(challenge, answer);
    if (redirects === MOST_REDIRECTS) throw new IncorrectResponse("too many redirects");
    url = redirected(url, answer, ports);
  }
};

const judge = ({ keyAuthorization }: Challenge, { status, body }: OutgoingAnswer): void => {
  if (status !== 200) throw new IncorrectResponse(`the server answered ${status}`);
  if (body.length > LONGEST_ANSWER) throw new IncorrectResponse("the answer is too long");
  if (body.trimEnd() !== keyAuthorization) throw new IncorrectResponse("the answer is another key authorization");
};
