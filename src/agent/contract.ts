import type { AuthInfo, Token, WrapInfo } from "../client/contract.ts";
import type { RandomSource } from "../std/random.ts";
import type { Clock } from "../std/time.ts";
import type { Timer } from "../std/timer.ts";

/** What the parts of the agent share. Each part is a room; `run.ts` puts them together. */

export type Level = "trace" | "debug" | "info" | "warn" | "error";
export type Fields = Readonly<Record<string, string | number | boolean>>;

/** Never told a secret: no token, secret id, password, rendered text or template value, at any level. */
export interface Log extends Readonly<Record<Level, (message: string, fields?: Fields) => void>> {
  /** A line of a part: `auth.handler`, `sink.file`, `template.server`. */
  named(name: string): Log;
}

/** What comes from outside, so that a test can bring its own. */
export interface Surroundings {
  readonly clock: Clock;
  /** Milliseconds that only go forward: for waits and lives, which a clock set back must not stretch. */
  readonly steady: () => number;
  readonly timer: Timer;
  readonly random: RandomSource;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a login gave: a token, or where the method wraps, what opens it once. */
export type Login =
  | { readonly kind: "token"; readonly token: Token; readonly auth: Omit<AuthInfo, "client_token"> }
  | { readonly kind: "wrapped"; readonly wrapInfo: WrapInfo };

/** The newest login, for whoever needs it. */
export interface Tokens {
  current(): Login | undefined;
  /** Called for each new login, and at once where there is one already. Answers how to stop listening. */
  subscribe(listener: (login: Login) => void): () => void;
  /**
   * Told by a part that the server refused the newest token (403 `invalid token`): the server is asked whether it still
   * knows it, and the agent logs in again at once if not.
   */
  readonly doubt?: () => void;
}

/** A part that runs along with the others. */
export interface Part {
  /** Settles once its work for `exit_after_auth` is done: each sink written, each template rendered and its command run. */
  readonly ready: Promise<void>;
  /** Settles when the part has ended by itself; a number is the exit code the agent must end with. Rejects with `AgentError`. */
  readonly ended: Promise<number | undefined>;
  /** Ends it, orderly and within 30 seconds. Never rejects. */
  stop(): Promise<void>;
}

/** Why the agent cannot start or go on; the message is printed as it is. It never holds a secret. */
export class AgentError extends Error {
  override readonly name = "AgentError";
}
