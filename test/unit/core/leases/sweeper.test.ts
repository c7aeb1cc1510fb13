import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { fromSealed } from "../../../../src/core/sealed.ts";
import { sweeperMarkAddress } from "../../../../src/storage/index.ts";
import { type Stage, setStage } from "./support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.server.dynamo.close());

const mark = async (): Promise<number> => {
  const [entry] = await stage.server.core.store.get([sweeperMarkAddress]);
  return fromSealed<{ at: number }>(entry?.body ?? {}).at;
};

const now = (): number => Math.floor(stage.server.clock.now() / 1000);

describe("the sweeper", () => {
  it("ends a lease once its time is over, and not before", async () => {
    await stage.issue();
    stage.wait(3599);
    await stage.sweep();
    expect(stage.world.alive.size).toBe(1);

    stage.wait(1);
    await stage.sweep();

    expect(stage.world.alive.size).toBe(0);
  });

  it("finds what ended while it was off", async () => {
    stage.world.ttl = 120;
    await stage.sweep();
    await stage.issue();
    stage.wait(1200);

    await stage.sweep();

    expect(stage.world.alive.size).toBe(0);
    expect(await mark()).toBe(now());
  });

  it("comes back to a minute it had no time for", async () => {
    stage.world.ttl = 120;
    await stage.sweep();
    for (let i = 0; i < 5; i++) await stage.issue();
    stage.wait(120);
    const cut = await stage.server.core.leases.sweep(stage.server.clock.now());
    expect(cut).toEqual({ revoked: 0, failed: 0, more: true });
    expect(stage.server.events).toContainEqual({ kind: "sweeper-backlog" });

    await stage.sweep();

    expect(stage.world.alive.size).toBe(0);
  });

  it("ends more in one minute than the index shows at once", async () => {
    for (let i = 0; i < 130; i++) await stage.issue();
    stage.wait(3600);

    const { revoked, more } = await stage.sweep();

    expect(revoked).toBe(130);
    expect(more).toBe(false);
  });

  it("waits at a minute with an item it cannot end, and never goes back behind it", async () => {
    stage.world.ttl = 120;
    await stage.sweep();
    await stage.issue();
    stage.wait(120);
    const { table } = stage.server;
    table.before = (call) => {
      if (call.operation === "PutItem" && JSON.stringify(call.input).includes('"S":"l"')) throw new Error("refused");
    };
    await stage.sweep();
    const held = await mark();
    stage.wait(300);
    await stage.sweep();
    const later = await mark();
    table.before = () => undefined;

    await stage.sweep();

    expect(later).toBeGreaterThanOrEqual(held);
    expect(later).toBeLessThan(now() - 100);
    expect(stage.world.alive.size).toBe(0);
    expect(await mark()).toBe(now());
  });

  it("reports how long the oldest has waited that it could not end", async () => {
    stage.world.ttl = 120;
    await stage.sweep();
    await stage.issue();
    stage.wait(60);
    await stage.issue();
    stage.world.refuses = "later";
    stage.wait(130);

    await stage.sweep();

    expect(stage.server.events).toContainEqual({ kind: "leases-overdue", seconds: 70 });
  });

  it("lets two of its kind run at once", async () => {
    for (let i = 0; i < 10; i++) await stage.issue();
    stage.wait(3600);

    await Promise.all([stage.sweep(), stage.sweep(), stage.sweep()]);

    expect(stage.world.alive.size).toBe(0);
    expect(Math.max(...stage.world.revocations.values())).toBe(1);
  });
});
