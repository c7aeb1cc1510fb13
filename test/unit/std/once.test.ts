import { describe, expect, it } from "@jest/globals";
import { once } from "../../../src/std/once.ts";

describe("once", () => {
  it("does its work once, for all who ask meanwhile and later", async () => {
    let done = 0;
    const get = once(async () => {
      done += 1;
      return { done };
    });

    const [one, two] = await Promise.all([get(), get()]);

    expect(one).toBe(two);
    expect(await get()).toBe(one);
    expect(done).toBe(1);
  });

  it("tells everybody who waits of a failure, and tries again for the next", async () => {
    let tries = 0;
    const get = once(async () => {
      tries += 1;
      if (tries === 1) throw new Error("not now");
      return tries;
    });

    const waiting = await Promise.allSettled([get(), get()]);

    expect(waiting.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect([await get(), await get()]).toEqual([2, 2]);
  });

  it("keeps nothing of work that does not even begin", async () => {
    let tries = 0;
    const get = once((): Promise<number> => {
      tries += 1;
      if (tries === 1) throw new Error("not now");
      return Promise.resolve(tries);
    });

    expect(get).toThrow("not now");
    expect(await get()).toBe(2);
  });
});
