import type { Secret } from "../../client/contract.ts";
import { ResponseError } from "../../client/index.ts";
import { Sensitive } from "../../std/sensitive.ts";
import { calledOff } from "../../std/timer.ts";
import type { Surroundings } from "../contract.ts";
import { changed } from "./change.ts";
import { TemplateFailure, wordsOf } from "./failure.ts";
import type { Fetch, Found, Try } from "./fetch.ts";
import { HiddenLog, type Hide } from "./hidden-log.ts";
import { keyOf, type Need, nameOf } from "./need.ts";
import { pause, pauseUntil } from "./pause.ts";

/**
 * Keeps one thing that templates need up to date: fetches it, tries again when that fails, waits until it must be
 * fetched once more. What it holds is forgotten when it is stopped.
 */

export interface Retrying {
  /** Tries after the first. */
  readonly retries: number;
  /** Milliseconds before the first retry; doubled up to `most`. */
  readonly least: number;
  readonly most: number;
}

export interface Watch {
  readonly key: string;
  /** `undefined`: not there yet. */
  readonly found: Sensitive<Found> | undefined;
  /** Every try failed; it waits for `again`. */
  readonly isFailed: boolean;
  /** Fetches now, unless it is under a lease or the answer to a write, which must not be made twice. */
  again(): void;
  stop(): void;
}

export interface Watching {
  readonly fetch: Fetch;
  readonly surroundings: Surroundings;
  readonly retrying: Retrying;
  /** Settles once the lease of a secret is at its end, or cannot be renewed. Answers whether it was renewed at all. */
  readonly renewed: (name: string, secret: Secret, attempt: Try) => Promise<boolean>;
  /** A message without the secrets that the templates who need this had at hand; `undefined`: none needs it any more. */
  readonly hide: Hide;
  /** Told when a try begins and ends, so that templates are rendered when nothing more is on its way. */
  readonly busy: (by: 1 | -1) => void;
  readonly changed: (watch: Watch) => void;
  readonly failed: (failure: TemplateFailure) => void;
}

const isKept = (need: Need, found: Found | undefined): boolean => {
  if (!found) return false;
  if (need.kind === "write" || need.kind === "pki") return true;
  return found.kind === "secret" && (found.secret.lease_id !== "" || found.secret.auth !== null);
};

const waitBefore = (attempt: number, { least, most }: Retrying, error: unknown): number => {
  const own = Math.min(least * 2 ** attempt, most);
  const asked = error instanceof ResponseError ? (error.retryAfter ?? 0) : 0;
  return Math.max(own, Math.min(asked, most));
};

export const startWatch = (need: Need, watching: Watching): Watch => {
  const { fetch, retrying, hide } = watching;
  const log = new HiddenLog(watching.surroundings.log, hide);
  const surroundings: Omit<Surroundings, "log"> = watching.surroundings;
  const stopped = new AbortController();
  let found: Sensitive<Found> | undefined;
  let failed = false;
  /** The lease before could not be renewed once. */
  let fruitless = false;
  /** Ends the wait for the next fetch; absent while one is under way. */
  let waiting: AbortController | undefined;

  const once = async (): Promise<Found> => {
    watching.busy(1);
    try {
      return await fetch(need, { signal: stopped.signal, log });
    } finally {
      watching.busy(-1);
    }
  };

  /** Waits before the next try, or throws where there is none. */
  const beforeRetry = async (attempt: number, error: unknown): Promise<void> => {
    const reason = `${nameOf(need)}: ${wordsOf(error)}`;
    if (attempt >= retrying.retries || stopped.signal.aborted) throw new TemplateFailure(reason);
    const after = waitBefore(attempt, retrying, error);
    log.warn(reason, { attempt: attempt + 1, retry_after_ms: after });
    await pause(surroundings, after, stopped.signal);
  };

  const tries = async (): Promise<Found> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await once();
      } catch (error) {
        await beforeRetry(attempt, error);
      }
    }
  };

  /**
   * A lease is renewed to its end. One that cannot be renewed at all is followed by another at once; where that cannot be
   * renewed either, it is used up: otherwise the server would be asked for credentials without a pause.
   */
  const renew = async (secret: Secret, ms: number, signal: AbortSignal): Promise<void> => {
    const due = surroundings.steady() + ms;
    const worked = await watching.renewed(nameOf(need), secret, { signal, log });
    if (!worked && fruitless) await pause(surroundings, due - surroundings.steady(), signal);
    fruitless = !worked;
  };

  const wait = async ({ next, ...it }: Found, signal: AbortSignal): Promise<void> => {
    switch (next.kind) {
      case "after":
        await pause(surroundings, next.ms, signal);
        return;
      case "at":
        await pauseUntil(surroundings, next.date, signal);
        return;
      case "change":
        if (need.kind === "file" && it.kind === "file") await changed(need.path, it.mark, surroundings, signal);
        return;
      case "renew":
        if (it.kind === "secret") await renew(it.secret, next.ms, signal);
        return;
    }
  };

  const fail = async (error: unknown, signal: AbortSignal): Promise<void> => {
    failed = true;
    const reason = hide(wordsOf(error));
    // A failure matters only while a template needs what was asked for.
    if (reason !== undefined) watching.failed(new TemplateFailure(reason));
    await calledOff(signal);
  };

  /** One fetch and the wait behind it. */
  const turn = async (): Promise<void> => {
    const result = await tries().catch((error: unknown) => ({ kind: "failure", error }) as const);
    if (stopped.signal.aborted) return;
    waiting = new AbortController();
    const { signal } = waiting;
    if (result.kind === "failure") {
      await fail(result.error, signal);
    } else {
      failed = false;
      found = new Sensitive(result);
      watching.changed(watch);
      await wait(result, signal);
    }
    waiting = undefined;
  };

  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) await turn();
  };

  const watch: Watch = {
    key: keyOf(need),
    get found() {
      return found;
    },
    get isFailed() {
      return failed;
    },
    again: () => {
      if (failed || !isKept(need, found?.reveal())) waiting?.abort();
    },
    stop: () => {
      found = undefined;
      stopped.abort();
      waiting?.abort();
    },
  };
  void run();
  return watch;
};
