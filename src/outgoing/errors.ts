import { codeOf } from "../std/error-code.ts";

/**
 * How an outgoing call fails. Each has one fixed message, so that choosing a host does not help to tell a closed port
 * from a silent one; `reason` says what happened, for the audit log and the log only. Neither holds a host or a text
 * of the other side.
 */

/** Texts by the codes of Node's network and TLS errors. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no such host",
  ENODATA: "no such host",
  ETIMEDOUT: "timed out",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "host unreachable",
  ECONNRESET: "the server closed the connection",
  EPIPE: "the server closed the connection",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another host",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
};

const UNTRUSTED = /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+)$/;
const TLS = /^(?:ERR_TLS_\w+|ERR_SSL_\w+|EPROTO)$/;

/** Fixed words for an error of the network or of TLS. */
export const networkReason = (cause: unknown): string => {
  const code = codeOf(cause);
  if (REASONS[code] !== undefined) return REASONS[code];
  if (UNTRUSTED.test(code)) return "the server's certificate is not trusted";
  return TLS.test(code) ? "TLS could not be agreed on" : "no connection";
};

/** The host may not be dialled. Nothing was sent to it. */
export class AddressRefused extends Error {
  override readonly name = "AddressRefused";
  readonly reason: string;
  constructor(reason: string) {
    super("the host is not an address that may be dialled from here");
    this.reason = reason;
  }
}

/** The refusal in words for the operator who configured the host. */
export const refusedHost = ({ message }: AddressRefused): string =>
  `${message}; a deployment names its private ranges in zeroth:reachable`;

/** No connection, or it broke before the head of an answer came. */
export class NoConnection extends Error {
  override readonly name = "NoConnection";
  readonly reason: string;
  constructor(reason: string, options?: ErrorOptions) {
    super("no connection", options);
    this.reason = reason;
  }
}

/** There was a connection, and no whole answer in the time and size allowed. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  readonly reason: "too long" | "broken" | "late";
  constructor(reason: NoAnswer["reason"], options?: ErrorOptions) {
    super("no answer", options);
    this.reason = reason;
  }
}

export type CallFailure = AddressRefused | NoConnection | NoAnswer;

export const isCallFailure = (cause: unknown): cause is CallFailure =>
  cause instanceof AddressRefused || cause instanceof NoConnection || cause instanceof NoAnswer;

/** Why a call failed, in fixed words; of an error that was not made here they say as little as they can. */
export const failureReason = (cause: unknown): string => (isCallFailure(cause) ? cause.reason : "no connection");
