import { expect, it } from "@jest/globals";
import { fragile } from "../../support/fragile.ts";

fragile("../../src/aws-clients/repetition.ts", {
  createRepetition: () => () => async () => ({ response: {}, output: { $metadata: {}, repeated: true } }),
});

const { repeating } = await import("../../../src/aws-clients/repeating.ts");

it("what repeats calls is looked for again after it could not be loaded", async () => {
  const failing = async (): Promise<never> => {
    throw new Error("throttled");
  };
  const send = repeating(2)(failing, {});

  await expect(send({ input: {}, request: {} })).rejects.toThrow("cannot load");
  expect(await send({ input: {}, request: {} })).toMatchObject({ output: { repeated: true } });
});
