import { inspect } from "node:util";

const HIDDEN = "[redacted]";

/**
 * Holds a secret so that it cannot slip into a log, an error or a snapshot.
 *
 * Security: the value is reachable by `reveal()` alone; printing, JSON and inspection give `[redacted]`.
 */
export class Sensitive<T> {
  readonly #value: T;
  constructor(value: T) {
    this.#value = value;
  }
  reveal(): T {
    return this.#value;
  }
  toString(): string {
    return HIDDEN;
  }
  toJSON(): string {
    return HIDDEN;
  }
  [inspect.custom](): string {
    return HIDDEN;
  }
}
