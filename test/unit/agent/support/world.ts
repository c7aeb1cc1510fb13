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
  /** Waits for something that happens in real time, such as a process that ends; the world's time stands still. */
  readonly real: (condition: () => boolean) => Promise<void>;
  /** From now on the world's time goes on while processes run: for those that would never end by themselves. */
  readonly leaveProcesses: () => void;
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

/** Lets promises go on. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const isBusy = (kinds: RegExp): boolean => process.getActiveResourcesInfo().some((kind) => kinds.test(kind));

/** Milliseconds of real time: what a busy machine needs for a process to begin or end, and then some. */
const PATIENCE_MS = 60_000;

/** `chance`: what every draw gives. `waits`: the world's time stands still while a process of the test runs. */
export const createWorld = (env: Readonly<Record<string, string>> = {}, chance = 0.5, waits = false): World => {
  let waitsForProcesses = waits;
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
  /** Lets files, processes and promises go on in real time, while the world's time stands still. */
  const settle = async (): Promise<void> => {
    const end = performance.now() + PATIENCE_MS;
    for (let quiet = 0; quiet < 6; ) {
      await breathe();
      quiet = isBusy(/Req/) || (waitsForProcesses && isBusy(/^ProcessWrap/) && performance.now() < end) ? 0 : quiet + 1;
    }
  };
  /** Rings what is due next, if that is before the limit. */
  const ring = (limit: number): boolean => {
    const [alarm] = [...alarms].sort((a, b) => a.at - b.at);
    if (!alarm || alarm.at > limit) return false;
    steady = Math.max(steady, alarm.at);
    alarms.delete(alarm);
    alarm.ring();
    return true;
  };
  const pass = async (ms: number): Promise<void> => {
    const end = steady + ms;
    do await settle();
    while (ring(end));
    steady = end;
  };
  const late = (): Error =>
    new Error(
      `not true in time:\n${lines.map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`).join("\n")}`,
    );
  const until = async (condition: () => boolean, limit = 3_600_000): Promise<void> => {
    const end = steady + limit;
    for (let since = performance.now(); ; ) {
      await settle();
      if (condition()) return;
      if (ring(end)) since = performance.now();
      else await new Promise((resolve) => setTimeout(resolve, 2));
      if (performance.now() > since + PATIENCE_MS) throw late();
    }
  };
  const real = async (condition: () => boolean): Promise<void> => {
    const end = performance.now() + PATIENCE_MS;
    while (!condition()) {
      if (performance.now() > end) throw late();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
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
    real,
    leaveProcesses: () => {
      waitsForProcesses = false;
    },
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
