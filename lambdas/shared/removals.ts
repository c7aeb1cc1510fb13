import type { Program } from "./program.ts";

/** Lambda's answer to a batch of the stream: the records it must bring again. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Answers a batch; `undefined` for any other event. */
export const answerBatch = async (
  event: unknown,
  { server, settings }: Program,
  deadlineMs: number,
): Promise<BatchAnswer | undefined> => {
  const { consumeRemovals, removalBatchOf } = await import("../../src/core/leases/removals.ts");
  const batch = removalBatchOf(event);
  if (batch === undefined) return undefined;
  const open = await consumeRemovals(server.core, batch, { tableName: settings.tableName, deadlineMs });
  return { batchItemFailures: open.map((itemIdentifier) => ({ itemIdentifier })) };
};
