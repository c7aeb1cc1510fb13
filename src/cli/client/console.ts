import { homedir } from "node:os";
import { text } from "node:stream/consumers";
import type { Environment } from "../../client/index.ts";
import { type Clock, systemClock } from "../../std/time.ts";
import { askHidden } from "./hidden-question.ts";

/** What is around a command: handed in, so that a test can bring its own. */
export interface Console {
  readonly env: Environment;
  readonly home: string;
  readonly clock: Clock;
  /** Written as it is, without a line end of its own. */
  out(text: string): void;
  err(text: string): void;
  /** All of standard input. */
  input(): Promise<string>;
  readonly outIsTerminal: boolean;
  /** Asks without showing the answer. `undefined`: the command has no terminal. */
  ask(question: string): Promise<string | undefined>;
}

/** Why a command fails: the text is printed as it is, and never holds a secret. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly code: 1 | 2;
  constructor(message: string, code: 1 | 2 = 1) {
    super(message);
    this.code = code;
  }
}

export const processConsole = (): Console => ({
  env: process.env,
  home: homedir(),
  clock: systemClock,
  out: (words) => {
    process.stdout.write(words);
  },
  err: (words) => {
    process.stderr.write(words);
  },
  input: () => text(process.stdin),
  outIsTerminal: process.stdout.isTTY === true,
  ask: (question) => askHidden(process.stdin, process.stderr, question),
});
