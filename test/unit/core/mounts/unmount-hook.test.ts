import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { makeMount } from "../../../../src/core/config/initialize.ts";
import type { Job } from "../../../../src/core/jobs/types.ts";
import { unmountHookJob } from "../../../../src/core/mounts/unmount-hook.ts";
import { invalidRequest } from "../../../../src/framework/index.ts";
import { type Stage, setStage } from "../schedule/support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.server.dynamo.close());

const JOB: Job = {
  id: "1",
  kind: "unmount-hook",
  input: {},
  state: "running",
  error: "",
  handled: 0,
  startedMs: 0,
  claimedUntil: 0,
};

const disable = () => stage.server.call("DELETE", "sys/mounts/a");
const isMounted = async () => (await stage.server.call("GET", "sys/mounts/a")).status === 200;

describe("a backend whose mount is removed", () => {
  it("takes down what is outside while its entries are still there", async () => {
    let kept: unknown;
    stage.work = async (cx) => cx.storage.write([{ op: "put", address: cx.storage.at("x"), body: "y", when: "any" }]);
    stage.takeDown = async (cx) => {
      kept = (await cx.storage.get(cx.storage.at("x")))?.body;
    };
    await stage.tick();

    expect((await disable()).status).toBe(204);
    expect(kept).toBe("y");
    expect(stage.takenDown).toEqual(["a/"]);
  });

  it.each([
    ["mount.hook", "before"],
    ["mount.hook", "after"],
    ["mount.remove", "before"],
  ] as const)("is asked again when the process died at %s, %s", async (step, when) => {
    stage.killer.kill(step, when);
    await disable();
    stage.wait(121);
    await stage.tick();

    expect(await isMounted()).toBe(false);
    expect(stage.takenDown.length).toBeGreaterThanOrEqual(1);
  });

  it("is asked until it succeeds", async () => {
    stage.takeDown = () => Promise.reject(new Error("the outside is down"));
    await disable();
    await stage.tick();
    expect(await isMounted()).toBe(true);

    stage.takeDown = async () => undefined;
    await stage.tick();
    expect(await isMounted()).toBe(false);
  });

  it("can refuse for good: the removal fails with its words and can be ordered again", async () => {
    stage.takeDown = () => Promise.reject(invalidRequest("somebody else uses it"));
    const refused = await disable();
    stage.takeDown = async () => undefined;

    expect(refused.status).toBe(400);
    expect(refused.text).toContain("somebody else uses it");
    expect((await disable()).status).toBe(204);
  });
});

describe("the job that asks a backend in another function", () => {
  it("is for processes that host the backend, and for all where the mount is gone", async () => {
    const { core } = stage.server;
    const elsewhere = makeMount(core.random, { kind: "secret", type: "elsewhere", path: "elsewhere/" });
    const { mounts } = await core.config.putMount(elsewhere, "absent");
    const hosted = [...mounts.values()].find(({ info }) => info.path === "a/");
    const { here } = unmountHookJob(() => core);
    const isFor = (mount: unknown) => here?.({ ...JOB, input: { mount: String(mount) } });

    expect(await isFor(hosted?.info.id)).toBe(true);
    expect(await isFor(elsewhere.info.id)).toBe(false);
    expect(await isFor("gone")).toBe(true);
  });
});
