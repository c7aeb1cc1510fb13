import { afterEach, describe, expect, it } from "@jest/globals";
import { type Signals, takeSignals } from "../../../../src/agent/process/signals.ts";

/** Listeners are called as Node would; no signal is sent, since the test's own process would get it. */
const arrive = (name: "SIGTERM" | "SIGINT" | "SIGQUIT" | "SIGHUP" | "SIGUSR1") => process.emit(name, name);

describe("signals", () => {
  let signals: Signals;
  afterEach(() => signals.release());

  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGQUIT", 131],
  ] as const)("%s ends the agent in order, the second one at once", async (name, code) => {
    const exits: number[] = [];
    signals = takeSignals((each) => exits.push(each));
    arrive("SIGTERM");
    await expect(signals.stop).resolves.toBe("SIGTERM");
    expect(exits).toEqual([]);
    arrive(name);
    expect(exits).toEqual([code]);
  });

  it("SIGHUP reloads each time, and before anybody listens it does nothing", () => {
    signals = takeSignals(() => undefined);
    arrive("SIGHUP");
    let count = 0;
    signals.onReload(() => {
      count += 1;
    });
    arrive("SIGHUP");
    arrive("SIGHUP");

    expect(count).toBe(2);
  });

  it("SIGUSR1 does not start Node's debugger, which any user could connect to", () => {
    signals = takeSignals(() => undefined);
    expect(process.listenerCount("SIGUSR1")).toBe(1);
    arrive("SIGUSR1");
  });

  it("are given back", () => {
    signals = takeSignals(() => undefined);
    signals.release();
    for (const name of ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1"])
      expect(process.listenerCount(name)).toBe(0);
  });
});
