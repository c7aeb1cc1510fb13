import { consumeRemovals, type RemovalBatch } from "../../src/core/leases/removals.ts";
import type { Program } from "./program.ts";

/** Lambda's answer to a batch of the stream: the records it must bring again. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export const answerBatch = async (
  { server, settings }: Program,
  batch: RemovalBatch,
  deadlineMs: number,
): Promise<BatchAnswer> => {
  const open = await consumeRemovals(server.core, batch, { tableName: settings.tableName, deadlineMs });
  return { batchItemFailures: open.map((itemIdentifier) => ({ itemIdentifier })) };
};
