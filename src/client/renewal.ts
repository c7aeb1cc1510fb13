import { fraction, type RandomSource } from "../std/random.ts";
import { pauseWhile, type Timer } from "../std/timer.ts";
import { ResponseError } from "./errors.ts";

/**
 * Keeps a token or a lease alive, and says when to get another one. It renews at once, then sleeps two thirds of what
 * is left, and ends while a tenth to a fifth of the life is left, so that there is time for a successor. It must never
 * end later than the life it watches, also when the server hangs or the wall clock is set back.
 *
 * Source: Vault `api.LifetimeWatcher`; unlike there, failed renewals count down the true rest of the life.
 */

export interface Lifetime {
  /** Seconds from now on. */
  readonly leaseDuration: number;
  readonly renewable: boolean;
}

export type WatcherEnd =
  /** The life is nearly over: get another one. */
  | { readonly reason: "due" }
  /** Only where the first error ends it; without one where the server says that nothing can be renewed any more. */
  | { readonly reason: "failed"; readonly error?: unknown }
  | { readonly reason: "stopped" };

export interface WatcherSettings {
  readonly first: Lifetime;
  /** Throws what the client throws. The signal ends it when the life is nearly over. */
  readonly renew: (signal: AbortSignal) => Promise<Lifetime>;
  readonly mode: "stop at first error" | "ignore errors";
  /** Seconds asked for by `renew`: what is granted may be more, the grace is reckoned from the lesser. */
  readonly increment?: number;
  /** Milliseconds that only go forward. */
  readonly steady: () => number;
  readonly timer: Timer;
  readonly random: RandomSource;
  readonly onRenewed?: (renewed: Lifetime) => void;
  /** Each failed renewal. */
  readonly onError?: (error: unknown) => void;
}

export interface Watcher {
  /** Never rejects. */
  readonly ended: Promise<WatcherEnd>;
  stop(): void;
}

const FIRST_BACKOFF = 10_000;
const LONGEST_BACKOFF = 300_000;

/** Milliseconds that must be left: 10 to 20 % of a life. `share` is random, at least 0 and below 1. */
export const graceOf = (life: number, share: number): number => (life <= 0 ? 0 : life * (0.1 + share / 10));

/** Milliseconds to sleep before the next renewal. */
export const sleepOf = (remaining: number, grace: number): number => (remaining * 2) / 3 + grace / 3;

/** Milliseconds to wait after failure number `failures`; 1 is the first. Half as long to half as long again. */
export const backoffOf = (failures: number, share: number): number =>
  Math.min(FIRST_BACKOFF * 2 ** Math.min(failures - 1, 30), LONGEST_BACKOFF) * (0.5 + share);

const isDenied = (error: unknown): boolean =>
  (error instanceof ResponseError && error.status === 403) || String(error).includes("permission denied");

const LATE = Symbol("late");

class Watch {
  readonly #settings: WatcherSettings;
  readonly #signal: AbortSignal;
  #renewable: boolean;
  /** By the steady clock. */
  #ends: number;
  #grace: number;
  /** The rest of the life when it was last looked at. */
  #prior: number;
  #failures = 0;

  constructor(settings: WatcherSettings, signal: AbortSignal) {
    const { first, steady } = settings;
    this.#settings = settings;
    this.#signal = signal;
    this.#renewable = first.renewable;
    this.#prior = first.leaseDuration * 1000;
    this.#ends = steady() + this.#prior;
    this.#grace = this.#newGrace(this.#prior);
  }

  async run(): Promise<WatcherEnd> {
    if (!this.#renewable && this.#settings.mode === "stop at first error") return { reason: "failed" };
    while (!this.#signal.aborted) {
      const end = this.#renewable ? await this.#renew() : undefined;
      if (end !== undefined) return end;
      const sleep = this.#sleep();
      if (sleep === undefined) return { reason: "due" };
      await this.#wait(sleep, this.#signal);
      // A machine that slept may wake up late.
      if (this.#isDue()) break;
    }
    return { reason: this.#signal.aborted ? "stopped" : "due" };
  }

  #wait(ms: number, signal: AbortSignal): Promise<boolean> {
    const { steady, timer } = this.#settings;
    const end = steady() + ms;
    return pauseWhile(timer, () => end - steady(), signal);
  }

  #remaining(): number {
    return this.#ends - this.#settings.steady();
  }

  /** To the millisecond: a rest below that would be waited for again and again. */
  #isDue(): boolean {
    return this.#remaining() < this.#grace + 1;
  }

  #newGrace(life: number): number {
    const asked = (this.#settings.increment ?? 0) * 1000;
    return graceOf(asked > 0 ? Math.min(life, asked) : life, fraction(this.#settings.random));
  }

  async #renew(): Promise<WatcherEnd | undefined> {
    // The new life is counted from before it was asked for, so that a slow answer does not stretch it.
    const asked = this.#settings.steady();
    let renewed: Lifetime | typeof LATE;
    try {
      renewed = await this.#answer();
    } catch (error) {
      return this.#failed(error);
    }
    if (this.#signal.aborted) return { reason: "stopped" };
    return renewed === LATE ? { reason: "due" } : this.#renewed(renewed, asked);
  }

  #renewed(renewed: Lifetime, asked: number): WatcherEnd | undefined {
    this.#failures = 0;
    this.#ends = asked + renewed.leaseDuration * 1000;
    this.#settings.onRenewed?.(renewed);
    if (renewed.renewable) return undefined;
    this.#renewable = false;
    return this.#settings.mode === "stop at first error" ? { reason: "failed" } : undefined;
  }

  #failed(error: unknown): WatcherEnd | undefined {
    if (this.#signal.aborted) return { reason: "stopped" };
    this.#settings.onError?.(error);
    if (this.#settings.mode === "stop at first error") return { reason: "failed", error };
    if (isDenied(error)) {
      this.#renewable = false;
      this.#failures = 0;
    } else this.#failures += 1;
    return undefined;
  }

  /** What the server grants; `LATE` where it has said nothing when the life is nearly over. */
  async #answer(): Promise<Lifetime | typeof LATE> {
    const over = new AbortController();
    const end = (): void => over.abort(new Error("no longer waited for"));
    this.#signal.addEventListener("abort", end, { once: true });
    try {
      return await Promise.race([this.#settings.renew(over.signal), this.#late(over.signal)]);
    } finally {
      this.#signal.removeEventListener("abort", end);
      end();
    }
  }

  /** Never, where a life had no length to begin with. */
  async #late(signal: AbortSignal): Promise<typeof LATE> {
    const left = this.#remaining() - this.#grace;
    if (this.#prior <= 0) return new Promise<never>(() => undefined);
    await this.#wait(left, signal);
    return LATE;
  }

  /** Milliseconds until the next look; `undefined`: the life is nearly over. */
  #sleep(): number | undefined {
    const remaining = this.#remaining();
    if (this.#failures > 0) {
      if (this.#isDue()) return undefined;
      return Math.min(backoffOf(this.#failures, fraction(this.#settings.random)), remaining - this.#grace);
    }
    // While the life grows, so does the grace; when it no longer does, its end is near and the grace stays.
    if (remaining > this.#prior) this.#grace = this.#newGrace(remaining);
    this.#prior = remaining;
    const sleep = sleepOf(remaining, this.#grace);
    return remaining - sleep <= this.#grace ? undefined : sleep;
  }
}

export const renewalWatcher = (settings: WatcherSettings): Watcher => {
  const stop = new AbortController();
  return { ended: new Watch(settings, stop.signal).run(), stop: () => stop.abort() };
};
