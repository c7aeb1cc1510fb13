import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { fromSealed } from "../../../../src/core/sealed.ts";
import { as, type EpochSeconds } from "../../../../src/std/brand.ts";
import { sweeperMarkAddress } from "../../../../src/storage/index.ts";
import { patience, runs } from "../../../support/runs.ts";
import { type Stage, setStage } from "./support.ts";

/** What a sweeper asks the table while there is little to end, and that nothing is lost by asking little. */

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
  stage.world.ttl = 120;
});
afterEach(() => stage.server.dynamo.close());

const mark = async (): Promise<number> => {
  const [entry] = await stage.server.core.store.get([sweeperMarkAddress]);
  return fromSealed<{ at: number }>(entry?.body ?? {}).at;
};

const now = (): number => Math.floor(stage.server.clock.now() / 1000);

/** What one sweep asks of the table. */
const callsOf = async (sweep: () => Promise<unknown> = stage.sweep): Promise<readonly string[]> => {
  const { calls } = stage.server.table;
  const before = calls.length;
  await sweep();
  return calls
    .slice(before)
    .map(({ operation, input }) => `${operation}${"IndexName" in input ? " of the index" : ""}`);
};

/** Entries of the index that end long after the test. */
const fill = async (entries: number): Promise<void> => {
  const { store } = stage.server.core;
  const exp = now() + 86_400;
  for (let at = 0; at < entries; at += 50)
    await store.write(
      Array.from({ length: Math.min(50, entries - at) }, (_, index) => ({
        op: "put" as const,
        address: { pk: `lease#filler-${at + index}`, sk: "l", domain: "lease" as const },
        body: {},
        clear: { exp: as<EpochSeconds>(exp), bucket: "203001020000", shard: index % 16 },
        when: "any" as const,
      })),
    );
};

describe("an idle sweeper", () => {
  it("asks the index one question, and writes nothing", async () => {
    await stage.sweep();
    stage.wait(60);

    expect(await callsOf()).toEqual(["BatchGetItem", "BatchGetItem", "Scan of the index"]);
  });

  it("writes how far it has come every five minutes", async () => {
    await stage.sweep();
    const begun = now();
    const seen: number[] = [];
    for (let minute = 1; minute <= 11; minute += 1) {
      stage.wait(60);
      await stage.sweep();
      seen.push((await mark()) - begun);
    }

    expect(seen).toEqual([0, 0, 0, 0, 300, 300, 300, 300, 300, 600, 600]);
  });

  it("asks a larger index by minute and shard, does not scan it again for ten minutes, and then does", async () => {
    await stage.sweep();
    await fill(250);
    stage.wait(60);
    const first = await callsOf();
    stage.wait(60);
    const second = await callsOf();
    stage.wait(600);
    const third = await callsOf();
    const scans = [first, second, third].map((calls) => calls.filter((one) => one.startsWith("Scan")).length);

    expect(scans).toEqual([1, 0, 1]);
    expect(second.filter((one) => one === "Query of the index")).toHaveLength(64);
    // What it asks costs more the further it begins behind, so the mark follows.
    expect(await mark()).toBe(now());
  });

  it("has come nowhere in a table that was never swept until it has written so", async () => {
    await stage.sweep();

    expect(await mark()).toBe(now());
  });

  it(
    "loses no lease, however the index grows and shrinks between its looks",
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ wait: fc.integer({ min: 1, max: 400 }), leases: fc.integer({ min: 0, max: 3 }) }), {
            minLength: 1,
            maxLength: 8,
          }),
          fc.integer({ min: 0, max: 8 }),
          async (steps, fillAt) => {
            await stage.server.dynamo.close();
            stage = await setStage();
            stage.world.ttl = 90;
            await stage.sweep();
            for (const [at, { wait, leases }] of steps.entries()) {
              if (at === fillAt) await fill(260);
              for (let one = 0; one < leases; one += 1) await stage.issue();
              stage.wait(wait);
              await stage.sweep();
            }
            stage.wait(90);
            await stage.sweep();
            expect([...stage.world.alive]).toEqual([]);
          },
        ),
        { numRuns: runs(15, 150) },
      );
    },
    patience,
  );

  it("says for how long nobody has looked, where it had no time to", async () => {
    await stage.sweep();
    stage.wait(900);
    await stage.server.core.leases.sweep(stage.server.clock.now());

    expect(stage.server.events).toContainEqual({ kind: "leases-overdue", seconds: 900 });
  });
});
