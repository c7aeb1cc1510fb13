import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { VaultError } from "../../../../src/framework/index.ts";
import { createMount, type TestMount, upTo } from "./support.ts";

/** Fifty callers on one key, in random interleavings of their calls to the table. */

const interleaved = (turns: () => number): TestMount => {
  const mount = createMount();
  mount.view.pause = async () => {
    for (let left = turns(); left > 0; left--) await Promise.resolve();
  };
  return mount;
};

const CALLERS = upTo(50);
const turnsOf = (seeds: readonly number[]) => {
  let at = 0;
  return () => seeds[at++ % seeds.length] ?? 0;
};
const seeds = fc.array(fc.nat(30), { minLength: 7, maxLength: 97 });

describe("fifty writers of one key", () => {
  it("with cas make each version exactly once, and every success is in the history", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (turns) => {
        const mount = interleaved(turnsOf(turns));
        await mount.request("update", "metadata/a", { max_versions: 100 });
        const won = new Map<number, number>();

        await Promise.all(
          CALLERS.map(async (caller) => {
            const seen = (await mount.metadata("a")).current_version;
            try {
              const { data } = await mount.request("update", "data/a", { data: { caller }, options: { cas: seen } });
              expect(data.version).toBe(seen + 1);
              expect(won.has(data.version)).toBe(false);
              won.set(data.version, caller);
            } catch (cause) {
              expect(cause).toBeInstanceOf(VaultError);
              expect(cause).toMatchObject({ code: "cas_mismatch" });
            }
          }),
        );

        expect((await mount.metadata("a")).current_version).toBe(won.size);
        expect(won.size).toBeGreaterThan(0);
        for (const [version, caller] of won) {
          expect((await mount.request("read", "data/a", { version })).data.data).toEqual({ caller });
        }
      }),
      { numRuns: 15 },
    );
  });

  it("without cas all succeed, one after the other", async () => {
    const mount = interleaved(turnsOf([3, 1, 4, 1, 5, 9, 2, 6]));
    await mount.request("update", "metadata/a", { max_versions: 100 });

    const versions = await Promise.all(
      CALLERS.map(async (caller) => (await mount.request("update", "data/a", { data: { caller } })).data.version),
    );

    expect(versions.toSorted((a, b) => a - b)).toEqual(CALLERS);
    for (const [index, version] of versions.entries()) {
      expect((await mount.request("read", "data/a", { version })).data.data).toEqual({ caller: CALLERS[index] });
    }
  });

  it("that patch lose no field", async () => {
    const mount = interleaved(turnsOf([2, 7, 1, 8, 2, 8]));
    await mount.request("update", "data/a", { data: {} });

    await Promise.all(CALLERS.map((caller) => mount.request("patch", "data/a", { data: { [`f${caller}`]: caller } })));

    expect((await mount.request("read", "data/a")).data.data).toEqual(
      Object.fromEntries(CALLERS.map((caller) => [`f${caller}`, caller])),
    );
  });
});

describe("a writer with cas", () => {
  it("is not refused because metadata changed meanwhile", async () => {
    const mount = createMount();
    await mount.fill("a", [1]);
    let raced = false;
    mount.view.pause = async () => {
      if (raced || mount.view.calls.at(-1)?.kind !== "write") return;
      raced = true;
      await createMount("2", { view: mount.view }).request("update", "metadata/a", { max_versions: 5 });
    };

    expect((await mount.request("update", "data/a", { data: {}, options: { cas: 1 } })).data.version).toBe(2);
    expect((await mount.metadata("a")).max_versions).toBe(5);
  });
});

describe("deletion of metadata during writes", () => {
  it("leaves a key with its listing entry, or neither", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (turns) => {
        const mount = interleaved(turnsOf(turns));
        await mount.fill("a", [1, 2, 3]);

        await Promise.all([
          mount.request("delete", "metadata/a"),
          mount.request("update", "data/a", { data: { n: 4 } }),
          mount.request("update", "destroy/a", { versions: [1, 2] }),
          mount.request("delete", "metadata/a"),
        ]);

        const key = await mount.metadata("a");
        expect((await mount.request("list", "metadata/")).data).toEqual(key && { keys: ["a"] });
        const versions = Object.keys(key?.versions ?? {}).length;
        expect((await mount.view.items("a")).items.length).toBeLessThanOrEqual(Math.max(versions, 0));
      }),
      { numRuns: 50 },
    );
  });
});
