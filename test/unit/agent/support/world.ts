import type { Level, Log, Login, Surroundings, Tokens } from "../../../../src/agent/contract.ts";
import { Sensitive } from "../../../../src/std/sensitive.ts";

/** Time that a test moves, and everything else around an agent. */

export interface Line {
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export interface World {
  readonly surroundings: Surroundings;
  readonly lines: Line[];
  /** All that was logged, as one text. */
  readonly log: () => string;
  /** Lets this many milliseconds pass, and all that becomes due in them run. */
  readonly pass: (ms: number) => Promise<void>;
  /** Runs until the condition holds; time goes on while it does not. Throws after `limit` milliseconds of that time. */
  readonly until: (condition: () => boolean, limit?: number) => Promise<void>;
  /** Sets the wall clock without any time passing. */
  readonly setClock: (now: number) => void;
  readonly now: () => number;
  readonly timers: () => number;
}

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

const START = Date.parse("2026-01-01T00:00:00Z");

/** Lets files, processes and promises go on in real time. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const createWorld = (env: Readonly<Record<string, string>> = {}, chance = 0.5): World => {
  let steady = 0;
  let offset = START;
  const alarms = new Set<Alarm>();
  const lines: Line[] = [];
  const write =
    (level: Level) =>
    (message: string, fields = {}): void => {
      lines.push({ level, message, fields });
    };
  const log: Log = {
    trace: write("trace"),
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    named: () => log,
  };
  const settle = async (turns = 6): Promise<void> => {
    for (let turn = 0; turn < turns; turn += 1) await breathe();
  };
  const first = (): Alarm | undefined => [...alarms].sort((a, b) => a.at - b.at)[0];
  const step = async (limit: number): Promise<boolean> => {
    await settle();
    const alarm = first();
    if (!alarm || alarm.at > limit) return false;
    steady = Math.max(steady, alarm.at);
    alarms.delete(alarm);
    alarm.ring();
    return true;
  };
  const pass = async (ms: number): Promise<void> => {
    const end = steady + ms;
    while (await step(end));
    steady = end;
    await settle();
  };
  const until = async (condition: () => boolean, limit = 3_600_000): Promise<void> => {
    const end = steady + limit;
    let idle = 0;
    while (!condition()) {
      if (await step(end)) idle = 0;
      else {
        // Something in real time is waited for: a file, a process.
        await new Promise((resolve) => setTimeout(resolve, 2));
        idle += 1;
        if (idle > 1000) throw new Error(`not true in time:\n${lines.map(({ message }) => message).join("\n")}`);
      }
    }
    await settle();
  };
  return {
    surroundings: {
      clock: { now: () => steady + offset },
      steady: () => steady,
      timer: (ms, ring) => {
        const alarm = { at: steady + ms, ring };
        alarms.add(alarm);
        return () => alarms.delete(alarm);
      },
      random: { bytes: (length) => new Uint8Array(length).fill(Math.floor(chance * 256)) },
      log,
      env,
    },
    lines,
    log: () => lines.map(({ level, message, fields }) => `${level} ${message} ${JSON.stringify(fields)}`).join("\n"),
    pass,
    until,
    setClock: (now) => {
      offset = now - steady;
    },
    now: () => steady,
    timers: () => alarms.size,
  };
};

export interface GivenTokens extends Tokens {
  give(token: string): void;
}

/** Logins as a test gives them. */
export const createTokens = (): GivenTokens => {
  let current: Login | undefined;
  const listeners = new Set<(login: Login) => void>();
  return {
    current: () => current,
    subscribe: (listener) => {
      listeners.add(listener);
      if (current) listener(current);
      return () => listeners.delete(listener);
    },
    give: (token) => {
      current = {
        kind: "token",
        token: new Sensitive(token),
        auth: { accessor: "accessor", policies: [], metadata: null, lease_duration: 3600, renewable: true },
      };
      for (const listener of listeners) listener(current);
    },
  };
};
