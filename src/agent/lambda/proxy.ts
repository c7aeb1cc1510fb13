import type { Client } from "../../client/contract.ts";
import { AgentError, type Surroundings } from "../contract.ts";
import { failure } from "../listener/answers.ts";
import { lacksRequestHeader } from "../listener/identity.ts";
import type { Taken } from "../listener/intake.ts";
import { type Answerer, endServer, makeServer } from "../listener/server.ts";
import { listenAt } from "../listener/sockets.ts";
import {
  type Asked,
  createProxy,
  fieldOf,
  type Given,
  type Identity,
  isApi,
  type Send,
  whole,
} from "../proxy/index.ts";
import { type AnswerCache, cacheKey, cacheUse, createAnswerCache, type KeptAnswer } from "./answer-cache.ts";
import { messageOf } from "./message.ts";
import type { Session } from "./session.ts";
import type { ExtensionSettings } from "./settings.ts";

/**
 * The function's own door to the server: HTTP on 127.0.0.1, to which the extension adds its token. Whatever runs in the
 * function's environment may use it; the function's role is what it is trusted with, no more. Reading requests and
 * passing them on is the listener's and the proxy's business (`../listener`, `../proxy`).
 */

export interface LocalProxy {
  readonly port: number;
  /** Ends it; requests under way are cut off. */
  close(): Promise<void>;
}

export interface ProxyParts {
  readonly settings: Pick<ExtensionSettings, "address" | "port" | "cache" | "requireRequestHeader" | "namespace">;
  readonly client: Client;
  readonly session: Session;
  readonly surroundings: Pick<Surroundings, "clock" | "timer" | "random" | "log">;
}

/** What a request is answered with where no answer came. */
class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A gateway in front of the server may not carry LIST and SCAN; `GET ?list=true` and `?scan=true` mean the same. */
const withoutList = (taken: Taken): Taken => {
  const { method, target } = taken;
  if (method !== "LIST" && method !== "SCAN") return taken;
  const flag = `${method.toLowerCase()}=true`;
  return { ...taken, method: "GET", target: `${target}${target.includes("?") ? "&" : "?"}${flag}` };
};

const identityFor = async ({ session }: ProxyParts, { path }: Taken): Promise<Identity> => {
  if (!isApi(path)) return { kind: "none" };
  try {
    return { kind: "agent", token: await session.token() };
  } catch (error) {
    throw new Refusal(500, `failed to get a valid token: ${messageOf(error)}`);
  }
};

const forward = async ({ surroundings }: ProxyParts, send: Send, asked: Asked): Promise<KeptAnswer> => {
  try {
    return await whole(await send(asked), surroundings.timer);
  } catch (error) {
    throw new Refusal(502, `failed to proxy request: ${messageOf(error)}`);
  }
};

/** Asks once more with a new token where the server no longer knows the one it was asked with. */
const answerOf = async (parts: ProxyParts, send: Send, asked: Asked): Promise<KeptAnswer> => {
  const answer = await forward(parts, send, asked);
  if (answer.status !== 403 || asked.identity.kind !== "agent") return answer;
  if (!(await parts.session.doubt(asked.identity.token))) return answer;
  return forward(parts, send, { ...asked, identity: await identityFor(parts, asked) });
};

const serve = async (
  parts: ProxyParts,
  send: Send,
  cache: AnswerCache | undefined,
  sent: Taken,
  gone: AbortSignal,
): Promise<Given> => {
  const { settings, session } = parts;
  const missing = settings.requireRequestHeader ? lacksRequestHeader(sent) : undefined;
  if (missing !== undefined) return missing;
  if (fieldOf(sent.fields, "x-vault-token-options") === "revoke") session.forget();
  const taken = withoutList(sent);
  const asked = { ...taken, identity: await identityFor(parts, taken), gone };
  const use = cacheUse(settings.cache, asked);
  const key = cacheKey(asked);
  const kept = use.read ? cache?.get(key) : undefined;
  if (kept !== undefined) return kept;
  const answer = await answerOf(parts, send, asked);
  if (use.write && answer.status < 300) cache?.set(key, answer);
  return answer;
};

/** Throws `AgentError` where the port is taken. */
export const startProxy = async (parts: ProxyParts): Promise<LocalProxy> => {
  const { settings, client, surroundings } = parts;
  const { clock, timer, random, log } = surroundings;
  const { address, namespace, port } = settings;
  const cache = settings.cache === undefined ? undefined : createAnswerCache(settings.cache, clock);
  const userAgent = "zeroth-lambda-extension";
  const send = createProxy({ client, userAgent, address, namespace, retries: 0, clock, timer, random });
  const answer: Answerer = async (taken, gone) => {
    try {
      return await serve(parts, send, cache, taken, gone);
    } catch (error) {
      log.warn("a request was not served", { error: messageOf(error) });
      return error instanceof Refusal ? failure(error.status, error.message) : failure(500, "internal error");
    }
  };
  const server = makeServer(answer, undefined);
  await listenAt(server, { type: "tcp", address: `127.0.0.1:${port}`, socket: {} });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new AgentError("the proxy has no port");
  return { port: bound.port, close: () => endServer(server, 0) };
};
