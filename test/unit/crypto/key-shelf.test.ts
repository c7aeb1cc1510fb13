import { beforeEach, describe, expect, it } from "@jest/globals";
import { createNewestKeys, type KeyShelf, type NewestKeys } from "../../../src/crypto/key-shelf.ts";
import { createTestClock, type TestClock } from "../../support/storage.ts";

const MINUTE = 60_000;
const wrapped = new Uint8Array([1]);
const keysAt = (version: number): NewestKeys => ({
  index: { use: "index", wrapped },
  data: { use: version, wrapped },
});

/** One domain has version 2 in its rows; what is kept together is what a test says, read by read. */
const createShelf = (...reads: readonly (() => Promise<ReadonlyMap<string, NewestKeys>>)[]) => {
  const asked: string[] = [];
  const left = [...reads];
  const notAsked = async (): Promise<never> => {
    throw new Error("not asked here");
  };
  const shelf: KeyShelf = {
    newest: async (domain) => {
      asked.push(`rows of ${domain}`);
      return keysAt(2);
    },
    together: async () => {
      asked.push("together");
      return (await left.shift()?.()) ?? new Map();
    },
    version: notAsked,
    add: notAsked,
    empty: notAsked,
  };
  return { shelf, asked };
};

const kept = async () => new Map([["token", keysAt(1)]]);
const fails = async (): Promise<never> => {
  throw new Error("the table is out of reach");
};

let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
});

describe("what a domain works with", () => {
  it("is what is kept together once, and then what the rows say", async () => {
    const { shelf, asked } = createShelf(kept);
    const newest = createNewestKeys({ shelf, clock });

    expect((await newest.of("token")).data.use).toBe(1);
    expect((await newest.of("token")).data.use).toBe(2);
    expect(asked).toEqual(["together", "rows of token"]);
  });

  it("is asked for again after a read that failed", async () => {
    const { shelf, asked } = createShelf(fails, kept);
    const newest = createNewestKeys({ shelf, clock });

    await expect(newest.of("token")).rejects.toThrow("out of reach");
    expect((await newest.of("token")).data.use).toBe(1);
    expect(asked).toEqual(["together", "together"]);
  });

  it("is left alone by the failure of a read that was forgotten meanwhile", async () => {
    let fail: (error: Error) => void = () => undefined;
    const slow = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const { shelf, asked } = createShelf(() => slow, kept);
    const newest = createNewestKeys({ shelf, clock });
    const first = newest.of("token");
    newest.forget();
    await newest.of("config");
    fail(new Error("the table is out of reach"));

    await expect(first).rejects.toThrow("out of reach");
    expect((await newest.of("token")).data.use).toBe(1);
    expect(asked).toEqual(["together", "together", "rows of config"]);
  });

  it("is not what was read 15 minutes ago, nor what took so long to arrive", async () => {
    const late = async () => {
      clock.advance(15 * MINUTE);
      return kept();
    };
    const { shelf, asked } = createShelf(late, kept, kept);
    const newest = createNewestKeys({ shelf, clock });

    expect(await newest.of("token")).toMatchObject({ data: { use: 2 }, readAt: clock.now() });
    await newest.of("config");
    clock.advance(15 * MINUTE);
    expect(await newest.of("token")).toMatchObject({ data: { use: 1 }, readAt: clock.now() });
    expect(asked).toEqual(["together", "rows of token", "together", "rows of config", "together"]);
  });
});
