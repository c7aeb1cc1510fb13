import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Next, NotYet, nextFetch, nextLook, shareOf } from "../../../../src/agent/template/timing.ts";
import type { Secret } from "../../../../src/client/contract.ts";
import { answer, version } from "../support/scripted.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const RULES = { interval: 300_000, threshold: 0.9 };
const MIDDLE = 0.5;
const next = (secret: Secret, chance = MIDDLE, rules = RULES): Next => nextFetch(secret, rules, NOW, chance);
const token = { client_token: "t", accessor: "a", policies: [], metadata: null, lease_duration: 60, renewable: false };

describe("when a secret is fetched again", () => {
  it.each<[string, Secret, Next]>([
    ["a version of KV: at nine tenths of the interval", version({ ttl: "1h" }), { kind: "after", ms: 270_000 }],
    [
      "KV version 1, whatever its 32 days say",
      answer({ a: "b" }, { lease_duration: 2_764_800 }),
      { kind: "after", ms: 270_000 },
    ],
    [
      "KV version 1 with a ttl of its own",
      answer({ ttl: "10m" }, { lease_duration: 600 }),
      { kind: "after", ms: 540_000 },
    ],
    [
      "KV version 1 with a ttl in seconds",
      answer({ ttl: 100 }, { lease_duration: 2_764_800 }),
      { kind: "after", ms: 90_000 },
    ],
    ["a ttl that is none", answer({ ttl: "soon" }, { lease_duration: 600 }), { kind: "after", ms: 270_000 }],
    [
      "a lease that cannot be renewed",
      answer({}, { lease_id: "l", lease_duration: 1000 }),
      { kind: "after", ms: 900_000 },
    ],
    [
      "a lease that can",
      answer({}, { lease_id: "l", lease_duration: 1000, renewable: true }),
      { kind: "renew", ms: 900_000 },
    ],
    ["a lease without a length", answer({}, { lease_id: "l", renewable: true }), { kind: "after", ms: 270_000 }],
    [
      "a token that can be renewed",
      answer(null, { auth: { ...token, renewable: true } }),
      { kind: "renew", ms: 54_000 },
    ],
    ["a token that cannot", answer(null, { auth: token }), { kind: "after", ms: 54_000 }],
    [
      "rotated credentials: a second after their end",
      answer({ rotation_period: 60, ttl: 2 }),
      { kind: "after", ms: 3000 },
    ],
    [
      "a rotated secret under a lease: by the lease",
      answer({ rotation_period: 60, ttl: 2 }, { lease_id: "l", lease_duration: 10 }),
      { kind: "after", ms: 9000 },
    ],
    ["a secret id", answer({ secret_id: "s", secret_id_ttl: 99 }), { kind: "after", ms: 90_000 }],
    ["a secret id without an end", answer({ secret_id: "s", secret_id_ttl: 0 }), { kind: "after", ms: 270_000 }],
    ["a certificate", answer({ certificate: "c", expiration: NOW / 1000 + 1000 }), { kind: "at", date: NOW + 900_000 }],
    [
      "a certificate past its end",
      answer({ certificate: "c", expiration: NOW / 1000 - 1 }),
      { kind: "after", ms: 270_000 },
    ],
  ])("%s", (_, secret, expected) => {
    expect(next(secret)).toEqual(expected);
  });

  it("is tried again at once while the secret is being rotated", () => {
    expect(() => next(answer({ rotation_period: 60, ttl: 0 }))).toThrow(NotYet);
  });

  it("lies within a twentieth of the threshold, for every life and chance", () => {
    const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 9 }), chances, (life, chance) => {
        const due = next(answer({}, { lease_id: "l", lease_duration: life }), chance);
        if (due.kind !== "after") throw new Error("a lease has a length");
        expect(due.ms).toBeGreaterThanOrEqual(life * 850 - 1e-3);
        expect(due.ms).toBeLessThanOrEqual(life * 950 + 1e-3);
      }),
    );
  });

  it("is never at once and never behind the end, for every threshold", () => {
    const shares = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(shares, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (threshold, chance) => {
        const share = shareOf(threshold, chance);
        expect(share).toBeGreaterThan(0);
        expect(share).toBeLessThan(1);
        expect(Math.abs(share - threshold)).toBeLessThanOrEqual(0.05 + 1e-9);
      }),
    );
  });

  it("differs between machines, so that a fleet does not ask at one moment", () => {
    const due = [0, 0.25, 0.75].map((chance) => next(version({}), chance));
    expect(due).toEqual([
      { kind: "after", ms: 255_000 },
      { kind: "after", ms: 262_500 },
      { kind: "after", ms: 277_500 },
    ]);
    expect(nextLook(RULES, 0)).toEqual({ kind: "after", ms: 255_000 });
  });
});
