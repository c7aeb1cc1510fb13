import type { FinalizeRequestMiddleware, MetadataBearer } from "@smithy/types";

/** Repeats what failed as a stock client does. Its code is loaded by the first failure. */
export const repeating = (attempts: number): FinalizeRequestMiddleware<object, MetadataBearer> => {
  const load = async () => (await import("./repetition.ts")).createRepetition(attempts);
  let loaded: ReturnType<typeof load> | undefined;
  return (next, context) => async (args) => {
    try {
      return await next(args);
    } catch (error) {
      loaded ??= load();
      return (await loaded)(error, next, context)(args);
    }
  };
};
