import type { Client, Token } from "../../client/contract.ts";
import { type Lifetime, renewalWatcher } from "../../client/index.ts";
import { calledOff, pause } from "../../std/timer.ts";
import type { Surroundings } from "../contract.ts";
import { isDead } from "../doubt.ts";
import { reasonOf } from "../reason.ts";
import type { Doubts } from "./doubts.ts";
import { jumpedAhead } from "./sleep.ts";
import { isDenied, standingOf } from "./standing.ts";

/**
 * Keeps a token alive until another one is needed: renews it, and notices that it died before its time. It trusts what
 * the server says about the token, and the steady clock for how long; the wall clock never shortens or stretches a life,
 * it only makes the agent ask.
 */

/** Why another token is needed. */
export type LifeEnd = "due" | "dead" | "stopped";

export interface Living {
  readonly token: Token;
  readonly life: Lifetime;
  readonly client: Client;
  /** It never ends: nothing is renewed. */
  readonly endless: boolean;
  readonly doubts: Doubts;
  readonly surroundings: Surroundings;
}

const FIRST_ASK = 1000;
const LAST_ASK = 60_000;

const stopped = (signal: AbortSignal): Promise<LifeEnd> => calledOff(signal).then(() => "stopped");

/** Renews until the life is nearly over or the server does not know the token any more. */
const renew = async (living: Living, life: Lifetime, signal: AbortSignal): Promise<LifeEnd> => {
  const { token, client, surroundings } = living;
  const { log } = surroundings;
  let dead = (_end: LifeEnd): void => undefined;
  const died = new Promise<LifeEnd>((resolve) => {
    dead = resolve;
  });
  let renewed = false;

  /** Old servers say `permission denied` alone: then one that renewed before, and may not ask about itself, is dead. */
  const denied = async (): Promise<void> => {
    const standing = await standingOf(client, token, signal);
    if (standing.kind === "dead" || (standing.kind === "unknown" && renewed)) dead("dead");
  };

  const watcher = renewalWatcher({
    first: life,
    mode: "ignore errors",
    steady: surroundings.steady,
    timer: surroundings.timer,
    random: surroundings.random,
    renew: async (until) => {
      const answer = await client.call({
        method: "PUT",
        path: "auth/token/renew-self",
        body: {},
        token,
        signal: until,
      });
      const auth = answer.secret?.auth;
      return { leaseDuration: auth?.lease_duration ?? 0, renewable: auth?.renewable ?? false };
    },
    onRenewed: () => {
      renewed = true;
      log.info("renewed auth token");
    },
    onError: (error) => {
      log.error("error renewing token", { error: reasonOf(error) });
      if (isDead(error)) dead("dead");
      else if (isDenied(error)) void denied();
    },
  });
  try {
    return await Promise.race([died, stopped(signal), watcher.ended.then((): LifeEnd => "due")]);
  } finally {
    watcher.stop();
  }
};

/** Asks until the server answers; `undefined`: called off. */
const ask = async (living: Living, signal: AbortSignal): Promise<Lifetime | "dead" | undefined> => {
  for (let wait = FIRST_ASK; !signal.aborted; wait = Math.min(wait * 2, LAST_ASK)) {
    const standing = await standingOf(living.client, living.token, signal);
    if (standing.kind === "dead") return "dead";
    if (standing.kind === "alive") return standing.life;
    await pause(living.surroundings.timer, wait, signal);
  }
  return undefined;
};

/** Settles when there is reason to ask the server about the token, with what it says. */
const doubt = async (living: Living, signal: AbortSignal): Promise<Lifetime | "dead" | undefined> => {
  const inner = new AbortController();
  const either = AbortSignal.any([signal, inner.signal]);
  const jumped = await Promise.race([
    jumpedAhead(living.surroundings, either).then((seen) => (seen ? "clock" : undefined)),
    living.doubts.next(either).then((seen) => (seen ? "refusal" : undefined)),
  ]);
  inner.abort();
  if (jumped === undefined) return undefined;
  const why = jumped === "clock" ? "the clock has jumped ahead" : "the token was refused";
  living.surroundings.log.info(`${why}, asking the server whether the token still lives`);
  return ask(living, signal);
};

/** Settles when the token should be replaced, or as soon as it is called off. */
export const outlive = async (living: Living, signal: AbortSignal): Promise<LifeEnd> => {
  const { log } = living.surroundings;
  for (let life = living.life; !signal.aborted; ) {
    const inner = new AbortController();
    const either = AbortSignal.any([signal, inner.signal]);
    const lived = living.endless ? stopped(either) : renew(living, life, either);
    const end = await Promise.race([lived, doubt(living, either)]);
    inner.abort();
    if (end === "dead") log.warn("the server does not know the token any more: it was revoked or has expired");
    if (typeof end === "string") return end;
    if (end !== undefined) life = end;
  }
  return "stopped";
};
