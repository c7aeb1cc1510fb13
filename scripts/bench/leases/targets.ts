import { type Backend, defineBackend, VaultError } from "../../../src/framework/index.ts";
import type { Simulation } from "./simulation.ts";

/** What leases are revoked at: each target takes so many calls at a time, and each call takes its time. */

export interface Target {
  /** Calls at a time; more wait their turn, as for connections of a database. */
  readonly slots: number;
  ms: number;
  /** Calls wait, and then fail. */
  down: boolean;
}

/** How long a caller waits for a target that is down. */
const CONNECT_MS = 5000;

export interface Outside {
  readonly targets: readonly Target[];
  readonly backend: Backend;
  /** How often each lease was ended, by its number. */
  readonly ended: Uint8Array;
  /** When it was ended first, in milliseconds; 0: it was not. */
  readonly endedMs: Float64Array;
}

/** Lets so many in at a time. */
const gate = (slots: number) => {
  let free = slots;
  const waiting: (() => void)[] = [];
  return async (work: () => Promise<void>): Promise<void> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
};

export const createOutside = (simulation: Simulation, targets: readonly Target[], leases: number): Outside => {
  const ended = new Uint8Array(leases);
  const endedMs = new Float64Array(leases);
  const gates = targets.map(({ slots }) => gate(slots));

  const end = async (number: number, at: number): Promise<void> => {
    const target = targets[at];
    if (!target) throw new Error(`no target ${at}`);
    if (target.down) {
      await simulation.sleep(CONNECT_MS);
      throw new VaultError("upstream_failed", { wire: "the target is down" });
    }
    await gates[at]?.(() => simulation.sleep(target.ms));
    ended[number] = (ended[number] ?? 0) + 1;
    endedMs[number] ||= simulation.exact();
  };

  const backend = defineBackend({
    kind: "secret",
    type: "bench",
    help: "Leases something that nobody uses.",
    paths: [],
    leases: {
      credential: {
        revoke: ({ internal }) => end(Number(internal["number"]), Number(internal["target"])),
        target: (internal) => String(internal["target"]),
      },
    },
  });
  return { targets, backend, ended, endedMs };
};
