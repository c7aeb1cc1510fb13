import { type Client, ConnectionError, type RawAnswer, type RawRequest } from "../../client/index.ts";

/** One try at the server, and the one redirect it may ask for. */

export interface ToServer {
  readonly client: Client;
  /** Of the client: `https://host:8200/prefix`. */
  readonly address: string;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

const refused = (settings: ToServer, reason: string): ConnectionError =>
  new ConnectionError(settings.address, reason, false);

/**
 * Where a redirect of the server leads, as a target of this server.
 *
 * Security: one to another host is an error, and is not passed to the sender either: whoever follows it sends a token
 * along.
 */
const redirected = (settings: ToServer, target: string, location: string): string => {
  const base = settings.address.startsWith("unix:") ? "http://localhost" : settings.address;
  const { origin, pathname } = new URL(base);
  const prefix = pathname.replace(/\/$/, "");
  const there = URL.canParse(location, `${origin}${prefix}${target}`)
    ? new URL(location, `${origin}${prefix}${target}`)
    : undefined;
  if (there?.origin !== origin || !there.pathname.startsWith(`${prefix}/v1/`)) {
    throw refused(settings, "it redirects to another place, and a token is never sent there");
  }
  return `${there.pathname.slice(prefix.length)}${there.search}`;
};

/** One try, a redirect within the server included. Throws `ConnectionError`. */
export const once = async (settings: ToServer, request: RawRequest): Promise<RawAnswer> => {
  const answer = await settings.client.send(request);
  if (!REDIRECTS.has(answer.status)) return answer;
  answer.body.destroy();
  const [location] = [answer.headers["location"] ?? []].flat();
  if (location === undefined) throw refused(settings, "it redirects without saying where to");
  const second = await settings.client.send({ ...request, target: redirected(settings, request.target, location) });
  if (!REDIRECTS.has(second.status)) return second;
  second.body.destroy();
  throw refused(settings, "it redirects twice");
};
