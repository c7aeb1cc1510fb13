import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { VaultError } from "../../../../../src/framework/index.ts";
import { runs } from "../../../../support/runs.ts";
import { createMount, HOUR, type TestMount, whole } from "./support/mount.ts";

/** Many callers of one key, in random interleavings of their calls to the table. */

const seeds = fc.array(fc.nat(30), { minLength: 7, maxLength: 97 });
const CALLERS = Array.from({ length: 12 }, (_, index) => index);

const interleaved = (turns: readonly number[]): TestMount => {
  const mount = createMount();
  let at = 0;
  mount.view.pause = async () => {
    for (let left = turns[at++ % turns.length] ?? 0; left > 0; left--) await Promise.resolve();
  };
  return mount;
};

const refusal = (cause: unknown): VaultError => {
  if (cause instanceof VaultError) return cause;
  throw cause;
};

describe("callers at the same time", () => {
  it("that make a key are given one and the same", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (turns) => {
        const mount = interleaved(turns);
        const answers = await Promise.all(CALLERS.map(() => mount.make("k", { type: "ed25519" })));

        expect(new Set(answers.map(({ data }) => data.keys["1"].public_key)).size).toBe(1);
        expect(await mount.strays()).toEqual([]);
        expect((await whole(await mount.key("k"))).size).toBe(1);
      }),
      { numRuns: runs(15, 500) },
    );
  });

  it("that rotate a key by hand each add a version, and none is lost", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (turns) => {
        const mount = interleaved(turns);
        await mount.make("k");
        const answers = await Promise.all(CALLERS.map(() => mount.request("update", "keys/k/rotate")));

        const latest = answers.map(({ data }) => data.latest_version).sort((a, b) => a - b);
        expect(latest).toEqual(CALLERS.map((caller) => caller + 2));
        const versions = await whole(await mount.key("k"));
        const secrets = [...versions.values()].map(({ secret }) => Buffer.from(secret?.reveal() ?? []).toString("hex"));
        expect(new Set(secrets).size).toBe(CALLERS.length + 1);
      }),
      { numRuns: runs(15, 500) },
    );
  });

  it("that all run the schedule rotate a due key once", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (turns) => {
        const mount = interleaved(turns);
        await mount.make("k", { auto_rotate_period: "1h" });
        mount.clock.advance(HOUR);
        await Promise.all(CALLERS.map(() => mount.keep()));

        expect((await whole(await mount.key("k"))).size).toBe(2);
      }),
      { numRuns: runs(15, 500) },
    );
  });

  it("that rotate, configure, trim, delete and make a key leave it whole, or gone with all it had", async () => {
    const ACTIONS: readonly ((mount: TestMount) => Promise<unknown>)[] = [
      (mount) => mount.make("k", { auto_rotate_period: "1h" }),
      (mount) => mount.request("update", "keys/k/rotate"),
      (mount) => mount.request("update", "keys/k/config", { deletion_allowed: true }),
      (mount) => mount.request("update", "keys/k/config", { min_decryption_version: 2, min_encryption_version: 2 }),
      (mount) => mount.request("update", "keys/k/trim", { min_available_version: 2 }),
      (mount) => mount.request("delete", "keys/k"),
      (mount) => mount.keep(),
    ];
    const actions = fc.array(fc.constantFrom(...ACTIONS), { minLength: 4, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(seeds, actions, async (turns, chosen) => {
        const mount = interleaved(turns);
        await mount.make("k");
        await Promise.all(chosen.map((action) => action(mount).catch(refusal)));
        await mount.keep();
        mount.restart();

        expect(await mount.strays()).toEqual([]);
        if ((await mount.view.list("key/")).length > 0) await whole(await mount.key("k"));
        else expect(mount.view.keys()).toEqual([]);
      }),
      { numRuns: runs(40, 2000) },
    );
  });
});
