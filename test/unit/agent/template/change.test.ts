import { describe, expect, it } from "@jest/globals";
import { changed, type FileSystem } from "../../../../src/agent/template/change.ts";
import type { Timer } from "../../../../src/std/timer.ts";

/** A file whose folder is full of other files that change. */

const PATH = "/etc/app/watched";

const start = (watched = true) => {
  const timers = new Set<{ readonly ms: number; readonly ring: () => void }>();
  const timer: Timer = (ms, ring) => {
    const entry = { ms, ring };
    timers.add(entry);
    return () => timers.delete(entry);
  };
  let tell = (): void => undefined;
  const looks: ((mark: string) => void)[] = [];
  const system: FileSystem = {
    markAt: () => new Promise((resolve) => looks.push(resolve)),
    watchFolder: (_folder, event) => {
      tell = event;
      return watched ? { close: () => undefined } : undefined;
    },
  };
  const stop = new AbortController();
  let ended = false;
  const over = changed(PATH, "old", { timer }, stop.signal, system).then(() => {
    ended = true;
  });
  return {
    over,
    stop: () => stop.abort(),
    tell: () => tell(),
    ended: () => ended,
    /** When the file is looked at next, in milliseconds. */
    waits: () => [...timers].map(({ ms }) => ms),
    ring: () => {
      for (const entry of timers) {
        timers.delete(entry);
        entry.ring();
      }
    },
    /** The look that is under way sees this. */
    sees: async (mark: string) => {
      looks.shift()?.(mark);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
};

describe("a file that a template reads", () => {
  it("is looked at when something happened in its folder, and each minute", async () => {
    const file = start();
    file.ring();
    await file.sees("old");
    expect(file.waits()).toEqual([60_000]);
    file.tell();
    file.tell();
    expect(file.waits()).toEqual([500]);
    file.ring();
    await file.sees("new");
    await file.over;
    expect(file.waits()).toEqual([]);
  });

  it("is looked at again for what happened during a look", async () => {
    const file = start();
    file.ring();
    file.tell();
    await file.sees("old");
    expect(file.waits()).toEqual([500]);
    file.ring();
    await file.sees("old");
    file.tell();
    expect(file.waits()).toEqual([500]);
    file.ring();
    await file.sees("new");
    await file.over;
  });

  it("is looked at every five seconds where the system tells of nothing", async () => {
    const file = start(false);
    file.ring();
    await file.sees("old");
    expect(file.waits()).toEqual([5000]);
    file.stop();
    await file.over;
    expect(file.waits()).toEqual([]);
  });

  it("is not looked at any more once it is called off", async () => {
    const file = start();
    file.ring();
    file.stop();
    await file.over;
    await file.sees("old");
    expect([file.ended(), file.waits()]).toEqual([true, []]);
  });
});
