import { type CrashPoint, VaultError } from "../../src/framework/index.ts";

/**
 * Kills the program at a named step, once, and remembers which steps there were. A step may come several times; `nth`
 * says which of them is meant.
 */

export class Killed extends Error {
  override readonly name = "Killed";
}

/**
 * What happens to a program at a step: it dies `before` or `after` it; the step is done but its answer is `lost`; or the
 * program is `frozen` before it, and goes on when others have been at work (`meanwhile`).
 */
export const MODES = ["before", "after", "lost", "frozen"] as const;
export type Mode = (typeof MODES)[number];

export interface Killer {
  readonly crash: CrashPoint;
  /** Every step that ran, in order. */
  readonly steps: string[];
  /** The next time this step comes: `before` it does anything, or `after` it did. What runs next runs again. */
  kill(step: string, when: "before" | "after"): void;
  /** The same in any mode. Whoever died reaches no further step, nor the table if it asks `isDead`, until `revive`. */
  strike(step: string, mode: Mode, nth: number): void;
  /** Whether it happened. */
  readonly struck: boolean;
  readonly isDead: boolean;
  revive(): void;
  /** What others do while the program is frozen. */
  meanwhile: () => Promise<void>;
}

interface Doom {
  readonly step: string;
  readonly mode: Mode;
  readonly stays: boolean;
  left: number;
}

export const createKiller = (): Killer => {
  let doomed: Doom | undefined;
  let dead = false;
  let struck = false;
  const steps: string[] = [];

  const take = (name: string): Doom | undefined => {
    if (doomed?.step !== name) return undefined;
    doomed.left -= 1;
    if (doomed.left > 0) return undefined;
    const mine = doomed;
    doomed = undefined;
    struck = true;
    return mine;
  };
  const die = (name: string, { stays }: Doom): never => {
    dead = stays;
    throw new Killed(name);
  };

  const killer: Killer = {
    steps,
    kill: (step, when) => {
      doomed = { step, mode: when, stays: false, left: 1 };
    },
    strike: (step, mode, nth) => {
      struck = false;
      doomed = { step, mode, stays: true, left: nth };
    },
    get struck() {
      return struck;
    },
    get isDead() {
      return dead;
    },
    revive: () => {
      dead = false;
      doomed = undefined;
    },
    meanwhile: async () => undefined,
    crash: async (name, run) => {
      if (dead) throw new Killed(name);
      steps.push(name);
      const mine = take(name);
      if (mine?.mode === "before") return die(name, mine);
      if (mine?.mode === "frozen") await killer.meanwhile();
      const result = await run();
      if (mine?.mode === "after") return die(name, mine);
      if (mine?.mode === "lost")
        throw new VaultError("storage_unavailable", { reason: `the answer of ${name} was lost` });
      return result;
    },
  };
  return killer;
};
