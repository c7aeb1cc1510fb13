/** The signals a service manager and a terminal send. */

export interface Signals {
  /** Settles with the first SIGTERM, SIGINT or SIGQUIT. The second one ends the process at once. */
  readonly stop: Promise<NodeJS.Signals>;
  /** Called for each SIGHUP. */
  onReload(listener: () => void): void;
  /** Gives the process back as it was. */
  release(): void;
}

/** What a shell makes of an end by this signal. */
const AT_ONCE = [
  ["SIGTERM", 143],
  ["SIGINT", 130],
  // Otherwise the kernel would write the process's memory, with every secret in it, to a file.
  ["SIGQUIT", 131],
] as const;

/** `exit` ends the process. */
export const takeSignals = (exit: (code: number) => void): Signals => {
  const reloads: (() => void)[] = [];
  const handlers = new Map<NodeJS.Signals, () => void>();
  const stop = new Promise<NodeJS.Signals>((resolve) => {
    let asked = false;
    for (const [name, code] of AT_ONCE) {
      handlers.set(name, () => {
        if (asked) exit(code);
        asked = true;
        resolve(name);
      });
    }
  });
  handlers.set("SIGHUP", () => {
    for (const reload of reloads) reload();
  });
  // Node's own answer would be a debugger that every user of the machine may connect to, and read secrets with.
  handlers.set("SIGUSR1", () => undefined);
  for (const [name, handler] of handlers) process.on(name, handler);
  return {
    stop,
    onReload: (listener) => {
      reloads.push(listener);
    },
    release: () => {
      for (const [name, handler] of handlers) process.removeListener(name, handler);
    },
  };
};
