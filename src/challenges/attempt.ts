import type { Challenge, ChallengeFailure } from "../framework/challenges.ts";
import {
  AddressRefused,
  createDial,
  createFetch,
  createGuard,
  isCallFailure,
  NoAnswer,
  NoConnection,
  type Reach,
  type Resolve,
  sharedDeadline,
  timeLeft,
} from "../outgoing/index.ts";
import { type Timer, wallTimer } from "../std/timer.ts";
import { checkDns } from "./dns-01.ts";
import { checkHttp } from "./http-01.ts";
import { nameServiceAt } from "./resolver.ts";
import { IncorrectResponse, type Ports, WELL_KNOWN } from "./terms.ts";
import { checkTlsAlpn } from "./tls-alpn-01.ts";

/** One attempt at a challenge: which host, over which port, within ten seconds, and what its failure is called. */

const ATTEMPT_MS = 10_000;

export interface AttemptOptions {
  readonly ports?: Ports | undefined;
  readonly timer?: Timer | undefined;
  /** How hosts are looked up where no name service is named; absent: as this machine does. */
  readonly hosts?: Resolve | undefined;
}

const failureOf = (challenge: Challenge, cause: unknown): ChallengeFailure => {
  const { kind } = challenge;
  const say = (type: ChallengeFailure["type"], detail: string) => ({ type, detail: `${kind}: ${detail}` });
  if (cause instanceof IncorrectResponse) return say("incorrectResponse", cause.message);
  if (cause instanceof AddressRefused) return say("connection", cause.message);
  if (cause instanceof NoConnection && (kind === "dns-01" || cause.reason === "no such host")) {
    return say("dns", cause.reason);
  }
  if (cause instanceof NoConnection && cause.reason.startsWith("TLS")) return say("tls", cause.reason);
  if (cause instanceof NoAnswer && cause.reason === "too long") {
    return say("incorrectResponse", "the answer is too long");
  }
  return say("connection", isCallFailure(cause) ? cause.message : "no connection");
};

/** Fails as a connection does that never comes about. */
const inTime = async (timer: Timer, limitMs: number, work: Promise<void>): Promise<void> => {
  let cancel = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = timer(limitMs, () => reject(new NoConnection("timed out")));
  });
  try {
    await Promise.race([work, late]);
  } finally {
    cancel();
  }
};

/**
 * How challenges are checked from here. Answers why the attempt failed; `undefined`: it is proved.
 *
 * Security: whoever opens an order names the host. `reach` says which may be dialled besides public ones; it holds for
 * hosts on the way of a redirect and for name services that are named, too.
 */
export const createAttempt = (reach: Reach, { ports = WELL_KNOWN, timer = wallTimer, hosts }: AttemptOptions = {}) => {
  const plain = createGuard(reach, hosts);

  const check = async (challenge: Challenge): Promise<void> => {
    const { kind, resolver } = challenge;
    const left = timeLeft(ATTEMPT_MS);
    if (kind === "dns-01") return checkDns(challenge, nameServiceAt(plain, resolver), left);
    const guard = resolver === "" ? plain : createGuard(reach, nameServiceAt(plain, resolver).addresses);
    if (kind === "tls-alpn-01") return checkTlsAlpn(challenge, createDial(guard), ports, left());
    return checkHttp(challenge, sharedDeadline(createFetch(guard), left()), ports, left());
  };

  return async (challenge: Challenge): Promise<ChallengeFailure | undefined> => {
    try {
      await inTime(timer, ATTEMPT_MS, check(challenge));
      return undefined;
    } catch (cause) {
      return failureOf(challenge, cause);
    }
  };
};
