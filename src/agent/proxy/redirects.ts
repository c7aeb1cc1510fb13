import { type Client, ConnectionError, type RawAnswer, type RawRequest } from "../../client/index.ts";
import { isApi, plainPath } from "./exchange.ts";

/** One try at the server, and the one redirect it may ask for. */

/** A request as the server gets it, with its path percent-decoded. */
export type Wire = RawRequest & { readonly path: string };

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
 * along. Nor does one lead out of the API, where the agent's token would go along, or into it, past its guards.
 */
const redirected = (settings: ToServer, { target, path }: Wire, location: string): string => {
  const base = settings.address.startsWith("unix:") ? "http://localhost" : settings.address;
  const { origin, pathname } = new URL(base);
  const prefix = pathname.replace(/\/$/, "");
  const from = `${origin}${prefix}${target}`;
  const there = URL.canParse(location, from) ? new URL(location, from) : undefined;
  const below = there?.pathname.startsWith(`${prefix}/`) ? there.pathname.slice(prefix.length) : undefined;
  const stays = below !== undefined && (isApi(path) ? isApi(below) : !isApi(plainPath(below)));
  if (there?.origin !== origin || !stays) {
    throw refused(settings, "it redirects to another place, and a token is never sent there");
  }
  return `${below}${there.search}`;
};

/** One try, a redirect within the server included. Throws `ConnectionError`. */
export const once = async (settings: ToServer, request: Wire): Promise<RawAnswer> => {
  const answer = await settings.client.send(request);
  if (!REDIRECTS.has(answer.status)) return answer;
  answer.body.destroy();
  const [location] = [answer.headers["location"] ?? []].flat();
  if (location === undefined) throw refused(settings, "it redirects without saying where to");
  const second = await settings.client.send({ ...request, target: redirected(settings, request, location) });
  if (!REDIRECTS.has(second.status)) return second;
  second.body.destroy();
  throw refused(settings, "it redirects twice");
};
