import type { BrowserContext } from "playwright-core";

/**
 * Bad weather for a whole run: `ZEROTH_UI_STORM=7 npm run test:ui` lets answers of the server, messages between tab and
 * worker, frames and short timers come late, each by its own time. What fails only then is a race. The number is the
 * seed; another one tries other orders.
 */

export interface Storm {
  /** Milliseconds that the next answer is late. */
  readonly answerMs: () => number;
  /** Put before the script of a worker. */
  readonly worker: string;
  /** Before the first page. */
  readonly over: (context: BrowserContext) => Promise<void>;
}

const ANSWER_MS = 300;
const MESSAGE_MS = 80;
const FRAME_MS = 120;
/** Timers under it are those that wait for a frame to be drawn. */
const SHORT_MS = 50;

/** Numbers from 0 to 1, by mulberry32. It is put into pages as text, so it refers to nothing outside itself. */
const numbers = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/**
 * Messages of a port stay in their order. Playwright's clock sends itself an empty one after each timer: neither tab nor
 * worker says that, and an hour of such a clock would take minutes.
 */
const lateMessages = (seed: number): string => `
  const next = (${numbers})(${seed}), later = setTimeout.bind(globalThis), post = MessagePort.prototype.postMessage;
  const lines = new WeakMap();
  MessagePort.prototype.postMessage = function (...given) {
    if (given[0] === undefined) return post.apply(this, given);
    const before = lines.get(this) ?? Promise.resolve();
    const own = before.then(() => new Promise((sent) => later(sent, next() * ${MESSAGE_MS}))).then(() => post.apply(this, given));
    lines.set(this, own);
  };`;

const lateFrames = `
  const { requestAnimationFrame: frame, setTimeout: wait } = window, asked = new Set();
  let count = 0;
  requestAnimationFrame = (run) => {
    const id = (count += 1);
    asked.add(id);
    wait(() => frame((at) => asked.delete(id) && run(at)), next() * ${FRAME_MS});
    return id;
  };
  cancelAnimationFrame = (id) => void asked.delete(id);
  setTimeout = (run, ms = 0, ...given) => wait(run, ms < ${SHORT_MS} ? ms + next() * ${FRAME_MS} : ms, ...given);`;

let visitors = 0;

/** One of a visitor's own; `undefined`: the weather is fair. */
export const storm = (environment: NodeJS.ProcessEnv = process.env): Storm | undefined => {
  const { ZEROTH_UI_STORM: given } = environment;
  if (given === undefined) return undefined;
  visitors += 1;
  const seed = Number(given) * 1000 + visitors;
  const next = numbers(seed);
  const messages = lateMessages(seed);
  return {
    answerMs: () => next() * ANSWER_MS,
    worker: `{${messages}}`,
    over: async (context) => {
      await context.addInitScript(`{${messages}${lateFrames}}`);
    },
  };
};
