import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Core } from "../../../../src/core/core.ts";
import type { LaneState, Lanes } from "../../../../src/core/leases/lanes.ts";
import { createLooks, type Looks, type Run } from "../../../../src/core/leases/look.ts";
import { VaultError } from "../../../../src/framework/index.ts";
import { as, type EpochSeconds } from "../../../../src/std/brand.ts";
import type { Due, DueOptions, DuePage, Entry } from "../../../../src/storage/store.ts";
import { createTestClock, type TestClock } from "../../../support/storage.ts";

/** What the sweeper reads of what the index shows, and what it says is left. */

const NOW = 1_800_000_000;
const DAY = 86_400;

let clock: TestClock;
/** What the index shows. */
let shown: readonly Due[];
/** The items there are, by sort key, with their ends. */
let there: Map<string, number>;
let broken: ReadonlySet<string>;
let down: boolean;
let reads: string[];
let offered: string[];
/** Offered as what ended last, ahead of a backlog. */
let first: string[];
let state: LaneState;
let busy: ReadonlySet<string>;
let looks: Looks;

const due = (sk: string, exp = NOW): Due => ({ address: { pk: "lease#1", sk, domain: "lease" }, exp }) as Due;

beforeEach(() => {
  clock = createTestClock();
  there = new Map();
  broken = new Set();
  down = false;
  reads = [];
  offered = [];
  first = [];
  state = "open";
  busy = new Set();
  const minute = new Date(NOW * 1000).toISOString().slice(0, 16).replace(/[-T:]/g, "");
  const store = {
    due: async (bucket: string, _shard: number, { limit, after, latestFirst }: DueOptions): Promise<DuePage> => {
      if (bucket !== minute) return { items: [] };
      const all = latestFirst ? [...shown].reverse() : shown;
      const from = after === undefined ? 0 : all.indexOf(after) + 1;
      const items = all.slice(from, from + limit);
      return { items, next: from + limit < all.length ? items.at(-1) : undefined };
    },
    get: async (addresses: readonly { readonly sk: string }[]) => {
      reads.push(...addresses.map(({ sk }) => sk));
      if (down) throw new VaultError("storage_unavailable", { wire: "try again", retryAfter: 1 });
      if (addresses.some(({ sk }) => broken.has(sk))) throw new Error("it does not open");
      return addresses.map(({ sk }) => (there.has(sk) ? ({ clear: { exp: there.get(sk) } } as Entry) : undefined));
    },
  };
  const lanes = {
    has: (key: string) => busy.has(key.split(" ")[1] ?? ""),
    state: () => state,
    offer: ({ key }: { readonly key: string }, latest: boolean) => {
      (latest ? first : offered).push(key.split(" ")[1] ?? "");
      return state;
    },
  };
  looks = createLooks(() => ({ clock, store, log: () => undefined }) as unknown as Core, lanes as unknown as Lanes);
});

const run = (): Run => ({
  passed: new Set(),
  go: () => true,
  taskOf: async (_entry, _due, key) => ({ key, lane: "db", run: async () => "well" }),
});
const look = (with_: Run = run()) =>
  looks.shard(0, { from: NOW - 60, latestFrom: NOW - 60, until: as<EpochSeconds>(NOW + 1) }, with_);

describe("a look", () => {
  it("gives what is due to the lanes, and leaves out what was renewed meanwhile", async () => {
    shown = [due("a"), due("b")];
    there = new Map([
      ["a", NOW],
      ["b", NOW + 3600],
    ]);

    expect([(await look()).taken, offered]).toEqual([1, ["a"]]);
  });

  it("does not read again what is gone, until the index had time to hear of it", async () => {
    shown = [due("a")];
    await look();
    await look();
    expect(reads).toEqual(["a"]);

    clock.advance(120_000);
    await look();

    expect(reads).toEqual(["a", "a"]);
  });

  it("reads again what has another end than the one that is gone", async () => {
    shown = [due("a")];
    await look();
    shown = [due("a", NOW + 1)];
    await look();

    expect(reads).toEqual(["a", "a"]);
  });

  it("reads nothing that a lane is at, or whose lane is full, and says that its minute is not done", async () => {
    shown = [due("a"), due("b")];
    there = new Map([["b", NOW]]);
    busy = new Set(["a"]);
    state = "full";
    const once = await look();
    const second = await look();

    expect(reads).toEqual(["b"]);
    expect([once.full, second.full, second.taken, second.unfinished]).toEqual([1, 1, 0, NOW]);
    expect(second.oldest).toBe(NOW);
  });

  it("leaves what does not open, reads the others, and comes back to it in the next run only", async () => {
    shown = [due("a"), due("bad"), due("c")];
    there = new Map([
      ["a", NOW],
      ["c", NOW],
    ]);
    broken = new Set(["bad"]);
    const one = run();
    const seen = await look(one);
    const before = reads.length;
    await look(one);

    expect([seen.taken, seen.unfinished, seen.oldest]).toEqual([2, NOW, NOW]);
    expect(reads.slice(before)).not.toContain("bad");
  });

  it("gives up nothing when the table is away", async () => {
    shown = [due("a")];
    down = true;

    await expect(look()).rejects.toThrow(VaultError);
  });

  it("looks, next to a backlog, for the thousand that ended last, soonest first", async () => {
    shown = Array.from({ length: 1200 }, (_, index) => due(`k${index}`));
    there = new Map(shown.map(({ address, exp }) => [address.sk, exp]));
    await look();

    expect([offered.length, first.length]).toEqual([1200, 1000]);
    expect([first[0], first.at(-1)]).toEqual(["k200", "k1199"]);
  });

  it("holds no minute back for what has been due for longer than a day", async () => {
    const until = NOW + 1;
    shown = [due("young", until - DAY), due("old", until - DAY - 1)];
    state = "full";
    there = new Map(shown.map(({ address, exp }) => [address.sk, exp]));
    const seen = await look();

    expect([seen.unfinished, seen.oldest]).toEqual([until - DAY, until - DAY - 1]);
  });
});
