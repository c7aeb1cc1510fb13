import { describe, expect, it } from "@jest/globals";
import { groups, member } from "../../../scripts/bench/scale/identity.ts";
import { secrets } from "../../../scripts/bench/scale/lists.ts";
import { play } from "../../../scripts/bench/scale/measure.ts";
import { mountsWith } from "../../../scripts/bench/scale/mounts.ts";
import { policies } from "../../../scripts/bench/scale/policies.ts";
import type { Point, Series } from "../../../scripts/bench/scale/series.ts";
import { family } from "../../../scripts/bench/scale/tokens.ts";

/** What `npm run bench -- scale` measures at full size, at two small ones: calls and units are exact. */

type Counted = Omit<Point, "size" | "microseconds">;

const counted = async (series: Series, sizes: readonly number[]): Promise<ReadonlyMap<string, readonly Counted[]>> => {
  const { series: measured, over } = await play(series, sizes, false);
  expect(over).toEqual([]);
  return new Map(
    measured.curves.map(({ operation, points }) => [
      operation,
      points.map(({ size: _size, microseconds: _time, ...rest }) => rest),
    ]),
  );
};

const expectSame = (all: ReadonlyMap<string, readonly Counted[]>, operations: readonly string[]): void => {
  for (const operation of operations) {
    const [few, many] = all.get(operation) ?? [];
    expect(few).toBeDefined();
    expect({ operation, spent: many }).toEqual({ operation, spent: few });
  }
};

describe("what stays the same", () => {
  it("with a thousand mounts: requests, renewals, and what a change of the configuration costs the others", async () => {
    const all = await counted(mountsWith(3), [10, 1000]);

    expectSame(all, ["KV read at one", "token renew", "sys/internal/ui/mounts, a token that reaches one"]);
    const [few, many] = all.get("KV read after a change of the configuration") ?? [];
    expect(many?.calls).toBe(few?.calls);
    expect(many?.reads).toBeLessThanOrEqual((few?.reads ?? 0) + 1);
  });

  it("with requests to more than a hundred mounts in turn, whose keys all stay in memory", async () => {
    const all = await counted(mountsWith(130), [10, 130]);

    expectSame(all, ["KV read at one after the other"]);
  });

  it("with a thousand policies, of which one changed: the others are not read again", async () => {
    const all = await counted(policies, [10, 1000]);

    const [few, many] = all.get("KV read, after a change of the configuration") ?? [];
    expect(many?.calls).toBe(few?.calls);
    // The token's item has the names.
    expect(many?.reads).toBeLessThanOrEqual((few?.reads ?? 0) + 4);
  });

  it("with a thousand secrets in the mount", async () => {
    const all = await counted(secrets, [10, 1000]);

    expectSame(all, ["KV read", "KV write, next version", "KV write, new secret"]);
  });

  it("with a group in a thousand others, and with a thousand external groups", async () => {
    expectSame(await counted(member, [10, 1000]), ["KV read, through one group that is in all"]);
    expectSame(await counted(groups, [10, 1000]), [
      "KV read of a member",
      "login that reports three groups",
      "group look-up by name",
    ]);
  });
});

describe("what grows", () => {
  it("is worked off side by side: what is below a token, and the members of groups", async () => {
    const [, revoked] = (await counted(family, [1, 100])).get("token revoke, with all below it") ?? [];
    const [, listed] = (await counted(groups, [10, 200])).get("LIST of groups by id") ?? [];

    for (const one of [revoked, listed]) {
      expect(one?.calls).toBeGreaterThan(200);
      expect(one?.rounds).toBeLessThan((one?.calls ?? 0) / 4);
    }
  });
});
