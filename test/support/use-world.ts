import { afterAll, beforeAll, beforeEach } from "@jest/globals";

/** The world of a test file: made before its tests, and as it was at first before each of them. */
export const useWorld = <W extends { close(): Promise<void> }>(
  create: () => Promise<W>,
  reset: (world: W) => Promise<void>,
): (() => W) => {
  let world: W | undefined;
  const made = (): W => {
    if (!world) throw new Error("the world is made before the first test, not sooner");
    return world;
  };
  beforeAll(async () => {
    world = await create();
  });
  beforeEach(() => reset(made()));
  afterAll(() => made().close());
  return made;
};
