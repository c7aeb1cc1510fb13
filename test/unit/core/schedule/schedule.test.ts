import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { VaultError } from "../../../../src/framework/index.ts";
import { EVERY, type Stage, setStage } from "./support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.server.dynamo.close());

const failing = (path: string, wire = "the outside is down") => {
  stage.work = async ({ mount }) => {
    if (mount.path === path) throw new VaultError("upstream_failed", { wire });
  };
};
const runs = (path: string) => stage.done.filter((one) => one === path).length;

describe("periodic work", () => {
  it("is done for each mount at the first tick, and again when its time has passed, not before", async () => {
    await stage.tick();
    expect([...stage.done].sort()).toEqual(["a/", "b/"]);

    stage.wait(EVERY - 1);
    await stage.tick();
    expect(stage.done).toHaveLength(2);

    stage.wait(1);
    await stage.tick();
    expect(stage.done).toHaveLength(4);
  });

  it("is done once however many processes tick at once", async () => {
    await Promise.all([stage.tick(), stage.tick(), stage.tick()]);

    expect(runs("a/")).toBe(1);
    expect(runs("b/")).toBe(1);
  });

  it("is done by one process at a time, however long it takes", async () => {
    let end = (): void => undefined;
    stage.work = () => new Promise((resolve) => (end = resolve));
    const first = stage.tick();
    while (runs("a/") + runs("b/") < 2) await new Promise((resolve) => setImmediate(resolve));
    stage.wait(100);
    await stage.tick();
    expect(stage.done).toHaveLength(2);

    stage.ring();
    end();
    await first;
    expect(stage.done).toHaveLength(2);
  });

  it("gets a deadline no later than the tick's", async () => {
    const deadlines: number[] = [];
    stage.work = async (_, deadlineMs) => {
      deadlines.push(deadlineMs);
    };
    const until = stage.server.clock.now() + 20_000;
    await stage.server.core.schedule.tick(until);

    expect(deadlines).toEqual([until, until]);
  });

  it("says when the next of it is due", async () => {
    const { clock } = stage.server;

    expect((await stage.tick()).nextMs).toBe(clock.now() + EVERY * 1000);
    stage.wait(100);
    expect((await stage.tick()).nextMs).toBe(clock.now() + (EVERY - 100) * 1000);
  });

  it("is not begun after the deadline, and waits for the next tick", async () => {
    await stage.server.core.schedule.tick(stage.server.clock.now());
    expect(stage.done).toEqual([]);

    await stage.tick();
    expect(stage.done).toHaveLength(2);
  });

  it("is left alone while the server is sealed, and while its mount is being removed", async () => {
    stage.takeDown = () => Promise.reject(new Error("not yet"));
    await stage.server.call("DELETE", "sys/mounts/a");
    await stage.tick();
    expect(stage.done).toEqual(["b/"]);

    stage.wait(EVERY);
    await stage.server.call("PUT", "sys/seal");
    await stage.tick();
    expect(stage.done).toEqual(["b/"]);
  });

  it("is forgotten with its mount", async () => {
    await stage.tick();
    await stage.server.call("DELETE", "sys/mounts/a");

    expect((await stage.server.core.schedule.list()).map(({ mount }) => mount)).not.toContain("a/");
  });
});

describe("work that fails", () => {
  it("holds up no other, is recorded, logged and signalled", async () => {
    failing("a/");

    expect(await stage.tick()).toMatchObject({ failed: 1 });

    expect(runs("b/")).toBe(1);
    expect(await stage.stateOf("a/")).toMatchObject({ error: "the outside is down", failures: 1, succeededMs: 0 });
    expect(await stage.stateOf("b/")).toMatchObject({ error: "", failures: 0 });
    expect(stage.server.events).toContainEqual({ kind: "schedule-failed" });
    expect(stage.server.logLines.join()).toContain("scheduled work failed");
  });

  it("gives only its name if the error was not meant for people", async () => {
    stage.work = () => Promise.reject(new TypeError("s3cr3t is not a function"));
    await stage.tick();

    expect((await stage.stateOf("a/")).error).toBe("TypeError");
    expect(stage.server.logLines.join()).not.toContain("s3cr3t");
  });

  it("is tried again after a minute, then less and less often, and never later than its turn", async () => {
    failing("a/");
    const at: number[] = [];
    const start = stage.server.clock.now();
    for (let minute = 0; minute < 40; minute++) {
      const before = runs("a/");
      await stage.tick();
      if (runs("a/") > before) at.push((stage.server.clock.now() - start) / 60_000);
      stage.wait(60);
    }

    expect(at).toEqual([0, 1, 3, 7, 15, 25, 35]);
  });

  it("is clean again after the next good run", async () => {
    failing("a/");
    await stage.tick();
    stage.work = async () => undefined;
    stage.wait(60);
    await stage.tick();

    expect(await stage.stateOf("a/")).toMatchObject({
      error: "",
      failures: 0,
      succeededMs: stage.server.clock.now(),
    });
  });

  it("that does not stop at its deadline is given up, and nobody repeats it while it may still run", async () => {
    stage.work = ({ mount }) => (mount.path === "a/" ? new Promise(() => undefined) : Promise.resolve());
    const tick = stage.tick();
    while (stage.done.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    stage.ring();

    expect(await tick).toMatchObject({ failed: 1 });
    expect((await stage.stateOf("a/")).error).toBe("it did not stop at its deadline");
    expect((await stage.stateOf("b/")).error).toBe("");

    stage.wait(120);
    await stage.tick();
    expect(runs("a/")).toBe(1);

    stage.wait(31);
    stage.work = async () => undefined;
    await stage.tick();
    expect(runs("a/")).toBe(2);
  });
});

describe("a process that dies", () => {
  it.each([
    ["schedule.claim", "before", 1],
    ["schedule.claim", "after", EVERY],
    ["schedule.busy", "before", EVERY],
    ["schedule.busy", "after", EVERY],
    ["schedule.finish", "before", EVERY],
    ["schedule.finish", "after", EVERY],
  ] as const)("at %s, %s, leaves its work to another after %d seconds", async (step, when, later) => {
    stage.killer.kill(step, when);
    await stage.tick().catch(() => undefined);
    stage.wait(later);
    const [a, b] = [runs("a/"), runs("b/")];
    await stage.tick();

    expect([runs("a/") > 0, runs("b/") > 0]).toEqual([true, true]);
    expect(runs("a/") + runs("b/")).toBeGreaterThanOrEqual(a + b);
    stage.wait(EVERY);
    const again = [runs("a/"), runs("b/")];
    await stage.tick();
    expect([runs("a/"), runs("b/")]).toEqual(again.map((count) => count + 1));
  });

  it("is seen: the next run finds that the last one never ended", async () => {
    stage.killer.kill("schedule.busy", "after");
    await stage.tick().catch(() => undefined);
    const lost = (await stage.server.core.schedule.list()).find(({ claim }) => claim !== "")?.mount ?? "";
    stage.wait(EVERY);
    let seen = "";
    stage.work = async ({ mount }) => {
      if (mount.path === lost) seen = (await stage.stateOf(lost)).error;
    };
    await stage.tick();

    expect(seen).toBe("the last run did not come to an end");
  });
});

describe("core's own work", () => {
  it("rotates the data keys when their interval is over, and not before", async () => {
    const term = async () => (await stage.server.call("GET", "sys/key-status")).data["term"];
    await stage.server.call("POST", "sys/rotate/config", { body: { interval: "48h" } });
    await stage.tick();
    await stage.pass(47 * 3600);
    await stage.tick();
    expect(await term()).toBe(1);

    stage.wait(3600);
    await stage.tick();
    expect(await term()).toBe(2);
  });

  it("sweeps at every tick, sealed or not", async () => {
    const created = await stage.server.call("POST", "auth/token/create", { body: { ttl: "10m" } });
    const { client_token: token } = created.body["auth"] as { client_token: string };
    const tag = (await stage.server.core.tokens.tag(token)) ?? "";
    const item = async () => (await stage.server.core.store.get([await stage.server.core.tokens.address(tag)]))[0];
    await stage.tick();
    await stage.server.call("PUT", "sys/seal");
    stage.wait(601);
    await stage.tick();
    stage.wait(3600);
    await stage.tick();

    expect(await item()).toBeUndefined();
  });

  it("is all done by a process that hosts everything", async () => {
    await stage.tick();

    const known = (await stage.server.core.schedule.list()).filter(({ mount }) => mount === "").map(({ id }) => id);
    expect(known.sort()).toEqual(["rotate-keys", "tidy"]);
  });
});
