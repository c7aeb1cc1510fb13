import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Address, Store } from "../../../src/storage/index.ts";
import { createTestStore, type TestStore } from "../../support/storage.ts";

const MAX_AGE_MS = 500;
const at = (sk: string): Address => ({ pk: "token#a", sk, domain: "token" });
const recent = (sk: string): Address => ({ ...at(sk), mayBeRecent: true });
const write = (store: Store, sk: string, body: string): Promise<void> =>
  store.write([{ op: "put", address: at(sk), body, when: "any" }]);
const bodyOf = async (store: Store, address: Address) => (await store.get([address]))[0]?.body;

/** Two environments that keep what they read, over one table. */
const twoEnvironments = async () => {
  const test = await createTestStore({ recentMs: MAX_AGE_MS });
  return { ...test, other: test.another() };
};

const callsOf = async ({ table }: Pick<TestStore, "table">, work: () => Promise<unknown>): Promise<number> => {
  const before = table.calls.length;
  await work();
  return table.calls.length - before;
};

describe("a read that may be late", () => {
  it("is answered from what was read before, while that is young enough", async () => {
    const { store, clock, ...test } = await twoEnvironments();
    await write(store, "a", "one");
    await store.get([recent("a")]);

    clock.advance(MAX_AGE_MS - 1);
    expect(await callsOf(test, () => store.get([recent("a")]))).toBe(0);
    clock.advance(1);
    expect(await callsOf(test, () => store.get([recent("a")]))).toBe(1);
  });

  it("asks the table for the rest of its batch alone", async () => {
    const { store, table } = await twoEnvironments();
    await write(store, "a", "one");
    await write(store, "b", "two");
    await store.get([recent("a")]);
    const [a, b] = await store.get([recent("a"), at("b")]);

    expect([a?.body, b?.body]).toEqual(["one", "two"]);
    expect(JSON.stringify(table.calls.at(-1)?.input)).not.toContain('"S":"a"');
  });

  it("never serves a read that must not be late", async () => {
    const { store, other } = await twoEnvironments();
    await write(store, "a", "one");
    await store.get([recent("a")]);
    await write(other, "a", "two");

    expect(await bodyOf(store, at("a"))).toBe("two");
  });

  it("sees what its own environment wrote, replaced or removed", async () => {
    const { store } = await twoEnvironments();
    await write(store, "a", "one");
    await store.get([recent("a")]);
    await write(store, "a", "two");
    expect(await bodyOf(store, recent("a"))).toBe("two");
    await store.write([{ op: "delete", address: at("a"), when: "any" }]);
    expect(await bodyOf(store, recent("a"))).toBeUndefined();

    await write(store, "a", "three");
    await store.get([recent("a")]);
    await store.take(at("a"));
    expect(await bodyOf(store, recent("a"))).toBeUndefined();

    await write(store, "a", "four");
    await store.get([recent("a")]);
    await store.discard([at("a")]);
    expect(await bodyOf(store, recent("a"))).toBeUndefined();

    await write(store, "a", "five");
    await store.get([recent("a")]);
    await store.wipe("token#a");
    expect(await bodyOf(store, recent("a"))).toBeUndefined();
  });

  it("finds what was made a moment ago, though it was missing before", async () => {
    const { store, other } = await twoEnvironments();
    expect(await bodyOf(store, recent("a"))).toBeUndefined();
    await write(other, "a", "one");

    expect(await bodyOf(store, recent("a"))).toBe("one");
  });

  it("keeps nothing of a read during which its own environment wrote", async () => {
    const { store, table } = await twoEnvironments();
    await write(store, "a", "one");
    let written: Promise<void> | undefined;
    table.after = ({ operation }) => {
      if (operation === "BatchGetItem") written ??= write(store, "a", "two");
    };
    // The write is on its way before the reader has its answer; the answer is the older one.
    const read = store.get([recent("a")]);
    await read;
    await written;

    expect(await bodyOf(store, recent("a"))).toBe("two");
  });

  it.each([
    ["of more than 16 KB", 17_000],
    ["that is spread over several items", 900_000],
  ])("asks the table each time for a body %s", async (_, size) => {
    const { store, other } = await twoEnvironments();
    await write(store, "a", "x".repeat(size));
    await store.get([recent("a")]);
    await write(other, "a", "y".repeat(size));

    expect(await bodyOf(store, recent("a"))).toBe("y".repeat(size));
  });

  it("is never later than the deployment allows, whatever two environments do", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.record({ does: fc.constant("write" as const), who: fc.nat(1) }),
            fc.record({ does: fc.constant("read" as const), who: fc.nat(1) }),
            fc.record({ does: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: MAX_AGE_MS }) }),
          ),
          { maxLength: 40 },
        ),
        async (steps) => {
          const { store, other, clock } = await twoEnvironments();
          /** Since when each value stood there. */
          const history: { readonly body: string; readonly from: number }[] = [];
          let count = 0;
          for (const step of steps) {
            if (step.does === "wait") clock.advance(step.ms);
            else if (step.does === "write") {
              count += 1;
              await write(step.who === 0 ? store : other, "a", String(count));
              history.push({ body: String(count), from: clock.now() });
            } else {
              const body = await bodyOf(step.who === 0 ? store : other, recent("a"));
              const index = history.findIndex((one) => one.body === body);
              const replacedAt = history[index + 1]?.from ?? Number.POSITIVE_INFINITY;
              if (history.length > 0) expect(index).toBeGreaterThanOrEqual(0);
              expect(clock.now() - replacedAt).toBeLessThan(MAX_AGE_MS);
            }
          }
        },
      ),
      { numRuns: 30 },
    ));
});

describe("without the setting", () => {
  it("every read goes to the table", async () => {
    const test = await createTestStore();
    await write(test.store, "a", "one");
    await test.store.get([recent("a")]);

    expect(await callsOf(test, () => test.store.get([recent("a")]))).toBe(1);
  });
});
