import type { Clock } from "../../../src/std/time.ts";
import type { Timer } from "../../../src/std/timer.ts";

/**
 * Time that passes only when nothing is left to do at this moment. The program under test runs as it is, on promises;
 * whatever takes time (a call, a pause, a timer) is an event here, and the clock goes from one event to the next.
 */

interface Event {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap, the earliest event first. */
class Agenda {
  readonly #heap: Event[] = [];

  get first(): Event | undefined {
    return this.#heap[0];
  }

  add(event: Event): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (!parent || before(parent, event)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = event;
  }

  take(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first && last && heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(event: Event): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      const [left, right] = [heap[down], heap[down + 1]];
      if (left && right && before(right, left)) down += 1;
      const child = heap[down];
      if (!child || before(event, child)) break;
      heap[at] = child;
      at = down;
    }
    heap[at] = event;
  }
}

export class Simulation implements Clock {
  #now: number;
  #order = 0;
  #outside = 0;
  readonly #agenda = new Agenda();

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): number {
    return Math.floor(this.#now);
  }

  /** With its fraction: the processor's share is less than a millisecond. */
  exact(): number {
    return this.#now;
  }

  /** Runs something at a time; answers how to call that off. */
  at(ms: number, run: () => void): () => void {
    const event: Event = { at: Math.max(ms, this.#now), order: this.#order++, run };
    this.#agenda.add(event);
    return () => {
      event.run = undefined;
    };
  }

  readonly sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      this.at(this.#now + ms, resolve);
    });

  readonly timer: Timer = (ms, ring) => this.at(this.#now + ms, ring);

  /** Work that is done outside this time, such as a call to the real double of KMS: the clock waits for it. */
  async outside<T>(work: () => Promise<T>): Promise<T> {
    this.#outside += 1;
    try {
      return await work();
    } finally {
      this.#outside -= 1;
    }
  }

  /** Lets time pass until the work is done. Throws what it throws. */
  async until<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const end = (): void => {
      done = true;
    };
    work.then(end, end);
    await this.#settle();
    while (!done) {
      this.#step();
      await this.#settle();
    }
    return work;
  }

  /** Every promise that can go on has gone on when the next round of the event loop begins. */
  async #settle(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.#outside > 0);
  }

  #step(): void {
    let next = this.#agenda.take();
    while (next && !next.run) next = this.#agenda.take();
    if (!next) throw new Error("the simulation stands still: something waits that is not part of it");
    this.#now = next.at;
    next.run?.();
    while (this.#agenda.first?.at === this.#now) this.#agenda.take()?.run?.();
  }
}
