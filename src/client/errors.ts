import { codeOf } from "../std/error-code.ts";
import type { Answer, Secret } from "./contract.ts";

/**
 * How a call fails. No message holds a token, a secret id or a password: what the call sent as a secret is cut out of
 * the server's own words too.
 */

/** No client can be made of the settings: an address, a file, a variable of the environment. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** The call was not sent: its path, token or headers cannot be. */
export class CallRefused extends Error {
  override readonly name = "CallRefused";
}

/** No answer came, or one that cannot be read. `reason` is a few plain words: `connection refused`. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly reason: string;
  /** Whether another try may help: a certificate that is not trusted will not be in a second. */
  readonly passing: boolean;
  constructor(origin: string, reason: string, passing = true) {
    super(`no answer from ${origin}: ${reason}`);
    this.reason = reason;
    this.passing = passing;
  }
}

export interface Refusal {
  readonly method: string;
  /** With scheme and host, without the query. */
  readonly url: string;
  readonly namespace?: string | undefined;
  readonly status: number;
  readonly errors: readonly string[];
  /** The answer was not Vault's, so `errors` is what could be read of it. */
  readonly raw?: boolean;
  /** Milliseconds the server asked to wait. */
  readonly retryAfter?: number | undefined;
  /** What came with the errors: the metadata of a deleted version, say. */
  readonly answer?: Answer | undefined;
}

/** As Vault's own client prints it, one error a line. Source: Vault `api.ResponseError`. */
const textOf = ({ method, url, namespace, status, errors, raw }: Refusal): string => {
  const where = `${namespace === undefined ? "" : `Namespace: ${namespace}\n`}URL: ${method} ${url}`;
  const said = raw ? errors.join("\n") : errors.map((error) => `* ${error}`).join("\n");
  return `Error making API request.\n\n${where}\nCode: ${status}. ${raw ? "Raw Message" : "Errors"}:\n\n${said}`;
};

/** The server refused: a status of 400 or more. */
export class ResponseError extends Error {
  override readonly name = "ResponseError";
  readonly status: number;
  readonly errors: readonly string[];
  readonly retryAfter: number | undefined;
  readonly #answer: Answer | undefined;
  constructor(refusal: Refusal) {
    super(textOf(refusal));
    this.status = refusal.status;
    this.errors = refusal.errors;
    this.retryAfter = refusal.retryAfter;
    this.#answer = refusal.answer;
  }
  /** As it came, and so not shown with the error: it may repeat what was sent. */
  get answer(): Answer | undefined {
    return this.#answer;
  }
  /** `undefined` where nothing came with the errors. */
  get secret(): Secret | undefined {
    return this.#answer?.secret;
  }
}

/**
 * What a 404 brings besides its errors: a deleted version, or warnings. `undefined`: nothing is there. Throws every
 * other error. Source: Vault `api.Logical.ReadRaw`.
 */
export const foundBeside = (error: unknown): Answer | undefined => {
  if (!(error instanceof ResponseError) || error.status !== 404) throw error;
  const { data, warnings } = error.secret ?? {};
  return data || (warnings && warnings.length > 0) ? error.answer : undefined;
};

/** By the codes of Node's network and TLS errors: the words, and whether another try may help. */
const REASONS: Readonly<Record<string, readonly [string, boolean]>> = {
  ECONNREFUSED: ["connection refused", true],
  ENOTFOUND: ["no such host", true],
  EAI_AGAIN: ["no such host", true],
  ETIMEDOUT: ["timed out", true],
  EHOSTUNREACH: ["host unreachable", true],
  ENETUNREACH: ["network unreachable", true],
  ECONNRESET: ["the server closed the connection", true],
  EPIPE: ["the server closed the connection", true],
  ENOENT: ["no such socket", true],
  EACCES: ["permission denied", true],
  ENOTSOCK: ["not a socket", true],
  HPE_HEADER_OVERFLOW: ["the answer's headers are too long", false],
  ERR_TLS_CERT_ALTNAME_INVALID: ["the server's certificate is for another host", false],
  CERT_HAS_EXPIRED: ["the server's certificate has expired", false],
  CERT_NOT_YET_VALID: ["the server's certificate is not valid yet", false],
};

const UNTRUSTED = /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+)$/;
const TLS = /^(?:ERR_TLS_\w+|ERR_SSL_\w+|EPROTO)$/;

/** An error of the network, of TLS or of HTTP, in fixed words. */
export const connectionError = (origin: string, cause: unknown): ConnectionError => {
  if (cause instanceof ConnectionError) return cause;
  const code = codeOf(cause);
  const known = REASONS[code];
  if (known !== undefined) return new ConnectionError(origin, ...known);
  if (UNTRUSTED.test(code)) return new ConnectionError(origin, "the server's certificate is not trusted", false);
  if (TLS.test(code)) return new ConnectionError(origin, "TLS could not be agreed on", false);
  if (code.startsWith("HPE_")) return new ConnectionError(origin, "the answer is not HTTP", false);
  return new ConnectionError(origin, "the connection failed");
};
