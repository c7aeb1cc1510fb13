import { retryMiddleware, StandardRetryStrategy } from "@smithy/core/retry";
import type { FinalizeHandler, HandlerExecutionContext, MetadataBearer } from "@smithy/types";

/**
 * A call after its first failure: the SDK's own middleware goes on from there, with its judgement of errors, its waits,
 * and its budget, which all calls of one client share.
 */
export const createRepetition = (attempts: number) => {
  const strategy = new StandardRetryStrategy(attempts);
  const middleware = retryMiddleware({ retryStrategy: async () => strategy, maxAttempts: async () => attempts });
  return (
    failure: unknown,
    next: FinalizeHandler<object, MetadataBearer>,
    context: HandlerExecutionContext,
  ): FinalizeHandler<object, MetadataBearer> => {
    let told = false;
    return middleware((args) => {
      if (told) return next(args);
      told = true;
      return Promise.reject(failure);
    }, context);
  };
};
