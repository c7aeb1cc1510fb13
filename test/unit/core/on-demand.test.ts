import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { as, type MountId } from "../../../src/std/brand.ts";
import { fragile } from "../../support/fragile.ts";

/** Code that core loads when it is first needed: where that fails once, the next use finds it. */

fragile("../../src/core/leases/index.ts", {
  createLeases: () => ({ leases: { sweep: async () => "swept" }, tidyJob: async () => "tidied" }),
});
fragile("../../src/core/challenges/challenges.ts", { createChallenges: () => () => ({ look: async () => "looked" }) });
fragile("../../src/core/schedule/schedule.ts", { createSchedule: () => ({ tick: async () => "ticked" }) });

const { makeServer } = await import("../../support/make-server.ts");
let server: Awaited<ReturnType<typeof makeServer>>;
beforeAll(async () => {
  server = await makeServer();
});
afterAll(() => server.dynamo.close());

describe("code that is loaded on demand", () => {
  it.each([
    ["leases", "swept", () => server.core.leases.sweep(0)],
    ["challenges", "looked", () => server.core.challenges(as<MountId>("pki:1")).look([])],
    ["the schedule", "ticked", () => server.core.schedule.tick(0)],
  ])("of %s is looked for again after it could not be loaded", async (_, answer, use) => {
    await expect(use()).rejects.toThrow("cannot load");
    expect([await use(), await use()]).toEqual([answer, answer]);
  });
});
