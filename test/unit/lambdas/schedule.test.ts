import { beforeAll, describe, expect, it } from "@jest/globals";
import { sweepPart } from "../../../lambdas/shared/schedule.ts";
import { SWEEPERS, sweepOrder } from "../../../src/contract/schedule.ts";
import { EXPIRY_SHARDS } from "../../../src/contract/table.ts";
import type { SweepOptions } from "../../../src/core/leases/types.ts";
import { makeServer, type TestServer } from "../../support/make-server.ts";

const SWEPT = { revoked: 1, failed: 0, more: false };
const TICKED = { ran: 1, failed: 0, nextMs: Number.POSITIVE_INFINITY };

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
});

/** A function whose two pieces of work are these. */
const functionOf = (sweep = async () => SWEPT, tick = async () => TICKED) => {
  const asked: (readonly [string, SweepOptions | undefined])[] = [];
  const { core } = server;
  const leases: typeof core.leases = {
    ...core.leases,
    sweep: (_, options) => {
      asked.push(["sweep", options]);
      return sweep();
    },
  };
  const schedule: typeof core.schedule = {
    ...core.schedule,
    tick: () => {
      asked.push(["tick", undefined]);
      return tick();
    },
  };
  return { asked, program: { server: { ...server, core: { ...core, leases, schedule } } } };
};

const order = (part: number, { program }: ReturnType<typeof functionOf>) =>
  sweepPart(sweepOrder(part, SWEEPERS), program, 1000);

describe("an order to sweep", () => {
  it("brings the other scheduled work along where it is the first part's, and there alone", async () => {
    const first = functionOf();
    const second = functionOf();

    expect(await order(0, first)).toEqual(SWEPT);
    expect(await order(1, second)).toEqual(SWEPT);
    expect([first, second].map(({ asked }) => asked.map(([what]) => what))).toEqual([["sweep", "tick"], ["sweep"]]);
  });

  it("names shards so that each is in one part", async () => {
    const parts = Array.from({ length: SWEEPERS }, (_, part) => part);
    const each = parts.map(() => functionOf());
    await Promise.all(each.map((one, part) => order(part, one)));

    const shards = each.flatMap(({ asked }) => asked.flatMap(([, options]) => options?.shards ?? []));
    expect([...shards].sort((a, b) => a - b)).toEqual(Array.from({ length: EXPIRY_SHARDS }, (_, shard) => shard));
  });

  it.each([
    ["the sweep", () => Promise.reject(new Error("broken")), undefined],
    ["the other work", undefined, () => Promise.reject(new Error("broken"))],
  ])("fails where %s fails, though both were begun", async (_, sweep, tick) => {
    const one = functionOf(sweep, tick);

    await expect(order(0, one)).rejects.toThrow("broken");
    expect(one.asked.map(([what]) => what)).toEqual(["sweep", "tick"]);
  });

  it("ends neither sooner because the other failed", async () => {
    let finish: (() => void) | undefined;
    const slow = new Promise<typeof TICKED>((resolve) => {
      finish = () => resolve(TICKED);
    });
    let ended = false;
    const failing = functionOf(
      () => Promise.reject(new Error("broken")),
      () => slow,
    );
    const outcome = order(0, failing)?.finally(() => {
      ended = true;
    });
    outcome?.catch(() => undefined);
    await new Promise(setImmediate);

    expect(ended).toBe(false);
    finish?.();
    await expect(outcome).rejects.toThrow("broken");
  });

  it.each([
    sweepOrder(SWEEPERS, SWEEPERS),
    sweepOrder(-1, SWEEPERS),
    sweepOrder(0, 0),
    sweepOrder(0, EXPIRY_SHARDS + 1),
    sweepOrder(0.5, SWEEPERS),
    { ...sweepOrder(0, SWEEPERS), more: 1 },
    { ...sweepOrder(0, SWEEPERS), source: "other" },
  ])("is not %j", (event) => {
    expect(sweepPart(event, functionOf().program, 1000)).toBeUndefined();
  });
});
