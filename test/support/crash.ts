import type { CrashPoint } from "../../src/framework/index.ts";

/** Kills the program at a named step, once, and remembers which steps there were. */

export class Killed extends Error {
  override readonly name = "Killed";
}

export interface Killer {
  readonly crash: CrashPoint;
  /** Every step that ran, in order. */
  readonly steps: string[];
  /** The next time this step comes: `before` it does anything, or `after` it did. */
  kill(step: string, when: "before" | "after"): void;
}

export const createKiller = (): Killer => {
  let doomed: { readonly step: string; readonly when: "before" | "after" } | undefined;
  const steps: string[] = [];
  return {
    steps,
    kill: (step, when) => {
      doomed = { step, when };
    },
    crash: async (name, run) => {
      steps.push(name);
      const mine = doomed?.step === name ? doomed.when : undefined;
      if (mine) doomed = undefined;
      if (mine === "before") throw new Killed(name);
      const result = await run();
      if (mine === "after") throw new Killed(name);
      return result;
    },
  };
};
