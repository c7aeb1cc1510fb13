import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { timeText } from "../../../../src/engines/kv/times.ts";
import { VaultError } from "../../../../src/framework/index.ts";
import { Model } from "./model.ts";
import { createMount, START, type TestMount, upTo } from "./support.ts";

/** Random histories of one key, held against the naive model after every step. */

const numbers = fc.array(fc.integer({ min: -1, max: 14 }), { minLength: 1, maxLength: 4 });

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("write" as const), n: fc.nat(99) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("cas" as const), n: fc.nat(99), off: fc.integer({ min: -1, max: 1 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("patch" as const), n: fc.nat(99) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("deleteLatest" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("delete" as const, "undelete" as const, "destroy" as const),
      versions: numbers,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forget" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("key" as const, "mount" as const),
      max: fc.nat(6),
      after: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("disable" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(2500) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const refused = async (work: Promise<unknown>): Promise<boolean> => {
  try {
    await work;
    return false;
  } catch (cause) {
    if (cause instanceof VaultError && cause.code === "cas_mismatch") return true;
    throw cause;
  }
};

const perform = async (mount: TestMount, model: Model, one: Step): Promise<void> => {
  switch (one.do) {
    case "write": {
      model.write(one.n, undefined);
      await mount.request("update", "data/a", { data: { n: one.n } });
      return;
    }
    case "cas": {
      const cas = (model.key?.current ?? 0) + one.off;
      const written = model.write(one.n, cas);
      const work = mount.request("update", "data/a", { data: { n: one.n }, options: { cas } });
      expect(await refused(work)).toBe(written === undefined);
      return;
    }
    case "patch": {
      const latest = model.key?.versions.get(model.key.current);
      const { status } = await mount.request("patch", "data/a", { data: { n: one.n } });
      const merges = latest !== undefined && !model.gone(latest);
      expect(status).toBe(merges ? 200 : 404);
      if (merges) model.write(one.n, undefined);
      return;
    }
    case "deleteLatest": {
      model.remove([model.key?.current ?? 0]);
      await mount.request("delete", "data/a");
      return;
    }
    case "delete":
    case "undelete":
    case "destroy": {
      if (one.do === "delete") model.remove(one.versions);
      else model[one.do](one.versions);
      await mount.request("update", `${one.do}/a`, { versions: one.versions });
      return;
    }
    case "forget": {
      model.key = undefined;
      await mount.request("delete", "metadata/a");
      return;
    }
    case "key": {
      Object.assign(model.made(), { maxVersions: one.max, deleteAfter: one.after });
      await mount.request("update", "metadata/a", { max_versions: one.max, delete_version_after: one.after });
      return;
    }
    case "mount": {
      Object.assign(model, { maxVersions: one.max, deleteAfter: one.after });
      await mount.request("update", "config", { max_versions: one.max, delete_version_after: one.after });
      return;
    }
    case "disable": {
      model.deleteAfter = -1;
      await mount.request("update", "config", { delete_version_after: "-1s" });
      return;
    }
    case "wait": {
      model.now += one.ms;
      mount.clock.advance(one.ms);
      return;
    }
  }
};

const compare = async (mount: TestMount, model: Model): Promise<void> => {
  const { key } = model;
  const metadata = await mount.metadata("a");
  if (key === undefined) {
    expect(metadata).toBeUndefined();
    expect(mount.view.keys().filter((name) => !name.endsWith(" config"))).toEqual([]);
    return;
  }
  const versions = [...key.versions].sort(([a], [b]) => a - b);
  expect(metadata).toMatchObject({ current_version: key.current, oldest_version: key.oldest });
  expect(metadata.versions).toEqual(
    Object.fromEntries(
      versions.map(([n, { created, deletion, destroyed }]) => [
        n,
        { created_time: timeText(created), deletion_time: timeText(deletion), destroyed },
      ]),
    ),
  );
  for (const n of upTo(key.current)) {
    const version = key.versions.get(n);
    const answer = await mount.request("read", "data/a", { version: n });
    if (version === undefined) expect(answer.reply).toBeUndefined();
    else if (model.gone(version)) expect([answer.status, answer.data.data]).toEqual([404, null]);
    else expect([answer.status, answer.data.data]).toEqual([200, { n: version.data }]);
  }
  // What is destroyed or dropped is gone from storage too, and nothing else is.
  const kept = versions.filter(([n, version]) => n !== key.current && !version.destroyed);
  expect(mount.view.keys().filter((name) => name.includes(" v#"))).toHaveLength(kept.length);
};

describe("a key", () => {
  it("is after any history what the model says", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const mount = createMount();
        const model = new Model(START);
        for (const one of steps) {
          await perform(mount, model, one);
          await compare(mount, model);
        }
      }),
      { numRuns: 150 },
    );
  });
});
