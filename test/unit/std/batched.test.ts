import { describe, expect, it } from "@jest/globals";
import { batched } from "../../../src/std/batched.ts";

const gate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

describe("batches", () => {
  it("hold what was asked for in one turn, then what was asked for meanwhile, so many at most", async () => {
    const { open, opened } = gate();
    const sent: number[][] = [];
    const ask = batched<number, string>(3, async (items) => {
      sent.push([...items]);
      await opened;
      return `of ${items.length}`;
    });

    const first = [ask(1), ask(2)];
    await new Promise((next) => setImmediate(next));
    const later = [3, 4, 5, 6].map(ask);
    open();

    expect(await Promise.all([...first, ...later])).toEqual(["of 2", "of 2", "of 3", "of 3", "of 3", "of 1"]);
    expect(sent).toEqual([[1, 2], [3, 4, 5], [6]]);
  });

  it("fail for those who were in them, and go on", async () => {
    const ask = batched<number, number>(1, async ([item = 0]) => {
      if (item === 1) throw new Error("no");
      return item;
    });

    const outcomes = await Promise.allSettled([ask(1), ask(2)]);

    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(await ask(3)).toBe(3);
  });

  it("fail where sending throws at once", async () => {
    const ask = batched<number, number>(1, () => {
      throw new Error("at once");
    });

    await expect(ask(1)).rejects.toThrow("at once");
    await expect(ask(2)).rejects.toThrow("at once");
  });
});
