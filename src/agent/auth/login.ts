import type { Answer, AuthInfo, Client, Secret, Token } from "../../client/contract.ts";
import { Sensitive } from "../../std/sensitive.ts";
import { formatDuration, seconds } from "../../std/time.ts";
import type { MethodConfig } from "../config/model.ts";
import type { Login } from "../contract.ts";
import { reasonOf } from "../reason.ts";
import type { LoginRequest, Method } from "./method.ts";

/** One try to get a token: what the method has, one request, and what came back. */

/** Why a login failed: a line of the log, and what it says after `error=`. */
export class LoginFailed extends Error {
  override readonly name = "LoginFailed";
  readonly reason: string | undefined;
  constructor(line: string, reason?: string) {
    super(line);
    this.reason = reason;
  }
}

export interface LoggedIn {
  readonly login: Login;
  /** It is a file's token. */
  readonly given: boolean;
  /** The token never ends. */
  readonly endless: boolean;
}

const failing = async <T>(line: string, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    throw new LoginFailed(line, reasonOf(error));
  }
};

const ask = (request: LoginRequest, client: Client, wrapTtl: number, signal: AbortSignal): Promise<Answer> => {
  const wrapping = wrapTtl > 0 ? { wrapTtl: formatDuration(seconds(wrapTtl)) } : {};
  if (request.kind === "token") {
    const path = "auth/token/lookup-self";
    return client.call({ method: "GET", path, token: request.token, signal, ...wrapping });
  }
  const { path, body } = request;
  return (request.client ?? client).call({ method: "PUT", path, body, signal, ...wrapping });
};

const number = (value: unknown): number => {
  const read = Number(String(value));
  return Number.isFinite(read) ? read : 0;
};

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];

/** What a look-up of a token says, as a login would have said it. */
export const lookedUp = (data: Readonly<Record<string, unknown>>): Omit<AuthInfo, "client_token"> => ({
  accessor: text(data["accessor"]),
  policies: texts(data["policies"]),
  metadata: null,
  lease_duration: number(data["ttl"]),
  renewable: data["renewable"] === true,
  entity_id: text(data["entity_id"]),
  token_type: text(data["type"]),
  orphan: data["orphan"] === true,
});

/** A token without an end says so by having no time of its end; one in its last second has a TTL of zero, too. */
const isEndless = (data: Readonly<Record<string, unknown>>): boolean =>
  number(data["ttl"]) === 0 && (data["expire_time"] ?? null) === null;

const given = (secret: Secret | undefined, token: Token): LoggedIn => {
  if (!secret?.data) throw new LoginFailed("token file validation failed, token may be invalid");
  return {
    login: { kind: "token", token, auth: lookedUp(secret.data) },
    given: true,
    endless: isEndless(secret.data),
  };
};

const wrapped = (secret: Secret | undefined): Login => {
  const wrapInfo = secret?.wrap_info;
  if (!wrapInfo) throw new LoginFailed("authentication returned nil wrap info");
  if (wrapInfo.token === "") throw new LoginFailed("authentication returned empty wrapped client token");
  return { kind: "wrapped", wrapInfo };
};

const issued = (secret: Secret | undefined): Login => {
  if (!secret?.auth) throw new LoginFailed("authentication returned nil auth info");
  const { client_token, ...auth } = secret.auth;
  if (client_token === "") throw new LoginFailed("authentication returned empty client token");
  return { kind: "token", token: new Sensitive(client_token), auth };
};

/** Throws `LoginFailed`. The client makes no tries of its own: the loop waits between them. */
export const logIn = async (
  method: Method,
  client: Client,
  { wrapTtl }: MethodConfig,
  signal: AbortSignal,
): Promise<LoggedIn> => {
  const request = await failing("error getting path or data from method", method.authenticate(client));
  const { secret } = await failing("error authenticating", ask(request, client, wrapTtl, signal));
  if (wrapTtl > 0) return { login: wrapped(secret), given: false, endless: false };
  if (request.kind === "token") return given(secret, request.token);
  return { login: issued(secret), given: false, endless: false };
};
