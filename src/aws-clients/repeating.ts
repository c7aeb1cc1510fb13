import type { FinalizeRequestMiddleware, MetadataBearer } from "@smithy/types";
import { once } from "../std/once.ts";

/** Repeats what failed as a stock client does. Its code is loaded by the first failure. */
export const repeating = (attempts: number): FinalizeRequestMiddleware<object, MetadataBearer> => {
  const repetition = once(async () => (await import("./repetition.ts")).createRepetition(attempts));
  return (next, context) => async (args) => {
    try {
      return await next(args);
    } catch (error) {
      return (await repetition())(error, next, context)(args);
    }
  };
};
