import type { ApiAnswer, ApiRequest, Attempt, Attempted, FromWorker, ToWorker, WorkerState } from "../protocol.ts";
import { learnTime } from "./clock.ts";

/**
 * The way to the session's worker, opened by the first who needs it. One worker for all tabs; where the browser has no
 * shared workers, one for this tab. Its name has the build's hash: tabs of two releases share no session.
 */

/** The page's one Trusted Types policy. It makes the worker's address and refuses every other text. */
const trusted = (): string => {
  const createScriptURL = (address: string): string => {
    if (address !== WORKER_URL) throw new TypeError("not an address of ours");
    return address;
  };
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  return trustedTypes?.createPolicy("zeroth", { createScriptURL }).createScriptURL(WORKER_URL) ?? WORKER_URL;
};

/** Made once: the policy of the document allows one of this name. */
let address: string | undefined;

/** Of `trustedTypes`, what is used; a trusted address is taken where a text is. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(text: string): string },
  ): { createScriptURL(text: string): string };
}

interface Line {
  post(message: ToWorker): void;
}

const waiting = new Map<number, (came: ApiAnswer | Attempted) => void>();
const listeners = new Set<(state: WorkerState) => void>();
let asked = 0;
let line: Line | undefined;
let state: WorkerState | undefined;
/** Of the worker that said hello; held for as long as it lives. */
let workerLock: string | undefined;
let replaced = false;
/** Of this tab, each told to a worker. */
const ownLocks: string[] = [];
/** The worker outlives the last tab for a while, so that a session survives a reload. */
let outlives = false;

const NO_ANSWER: ApiAnswer = { status: 0, body: "" };

/** What a worker says that took the place of one that died: it has no token, because that one had it. */
const afterDeath = (told: WorkerState): WorkerState => {
  if (told.standing.signedIn) replaced = false;
  if (!replaced || told.standing.signedIn || told.standing.why !== "out") return told;
  return { ...told, standing: { signedIn: false, why: "ended" } };
};

const receive = (message: FromWorker): void => {
  if (message.kind === "welcome") {
    if (message.lock === workerLock) return;
    workerLock = message.lock;
    void navigator.locks.request(message.lock, replaceWorker);
    return;
  }
  if (message.kind === "state") {
    state = afterDeath(message.state);
    for (const listener of listeners) listener(state);
    return;
  }
  const came = message.kind === "answer" ? message.answer : message.attempted;
  const { date } = message.kind === "answer" ? message.answer : message.attempted.answer;
  if (date !== undefined) learnTime(date);
  waiting.get(message.id)?.(came);
  waiting.delete(message.id);
};

/** Nothing will be answered. */
const fail = (): void => {
  for (const answer of waiting.values()) answer(NO_ANSWER);
  waiting.clear();
};

/** The worker's script did not load: whoever asks next begins again. */
const failToOpen = (): void => {
  if (workerLock === undefined) line = undefined;
  fail();
};

/** The worker is gone, by a crash most likely: there is another one, and nobody is signed in. */
const replaceWorker = (): void => {
  fail();
  workerLock = undefined;
  replaced = true;
  line = open();
  introduce(line.post);
};

/** The lock is held for as long as this tab lives, and before the worker hears of it: else the worker would get it. */
const introduce = (post: Line["post"]): void => {
  const lock = `tab-${crypto.randomUUID()}`;
  ownLocks.push(lock);
  void navigator.locks.request(lock, () => {
    post({ kind: "hello", lock });
    return new Promise<never>(() => undefined);
  });
};

const open = (): Line => {
  address ??= trusted();
  const options = {
    name: WORKER_URL,
    /** Asked for only by a browser that knows it. */
    get extendedLifetime(): true {
      outlives = true;
      return true;
    },
  };
  if (typeof SharedWorker === "undefined") {
    const worker = new Worker(address, options);
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => receive(data));
    worker.addEventListener("error", failToOpen);
    return { post: (message) => worker.postMessage(message) };
  }
  const worker = new SharedWorker(address, options);
  worker.addEventListener("error", failToOpen);
  worker.port.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => receive(data));
  worker.port.start();
  return { post: (message) => worker.port.postMessage(message) };
};

const post = (message: ToWorker): void => {
  if (!line) {
    line = open();
    introduce(line.post);
  }
  line.post(message);
};

/** Whether a session survives that this tab leaves and comes back. */
export const survivesLeaving = (): boolean => outlives;

/** The tab closes. Where the worker goes with it, the session ends now, as far as the browser still lets it. */
export const leave = (): void => {
  if (line && !outlives) line.post({ kind: "leave", locks: ownLocks });
};

export const askApi = (request: ApiRequest): Promise<ApiAnswer> =>
  new Promise((resolve) => {
    asked += 1;
    waiting.set(asked, (came) => resolve("status" in came ? came : came.answer));
    post({ kind: "call", id: asked, request });
  });

export const askAttempt = (attempt: Attempt): Promise<Attempted> =>
  new Promise((resolve) => {
    asked += 1;
    waiting.set(asked, (came) => resolve("status" in came ? { answer: came, signedIn: false } : came));
    post({ kind: "attempt", id: asked, attempt });
  });

type Order = Extract<ToWorker, { kind: "active" | "stay" | "lock" | "sign-out" | "idle" }>;

export const order = (message: Order): void => post(message);

export const workerState = (): WorkerState | undefined => state;

/** What is known already is told at once. */
export const onWorkerState = (listener: (state: WorkerState) => void): (() => void) => {
  listeners.add(listener);
  if (state) listener(state);
  return () => listeners.delete(listener);
};

/** After the tab was frozen by the browser: the worker may be another one, or have forgotten it. */
export const introduceAgain = (): void => {
  if (line) introduce(line.post);
};
