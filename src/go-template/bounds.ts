import { unrunnable } from "./errors.ts";
import type { Room } from "./values.ts";

/**
 * What a template may cost. Without bounds nine `replace` in a row make more text than a process has memory for, and
 * templates that call each other run forever. Every text is measured before it is built.
 */

export interface Bounds {
  /** Longest template, in characters. */
  readonly source: number;
  /** Longest text of any value on the way, in characters. */
  readonly text: number;
  /** Longest output, in characters. */
  readonly output: number;
  /** Most values and nodes that are looked at. */
  readonly steps: number;
  /** Deepest nesting of parentheses and blocks, and of templates that call templates. */
  readonly depth: number;
}

export const makeRoom = ({ text, steps }: Bounds, execute: Room["execute"]): Room => {
  let left = steps;
  return {
    execute,
    text: (characters) => {
      if (!(characters <= text)) unrunnable(`a value is longer than ${text} characters`);
    },
    step: (count = 1) => {
      left -= count;
      if (left < 0) unrunnable(`it takes more than ${steps} steps`);
    },
  };
};
