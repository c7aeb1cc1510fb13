import { z } from "zod";
import { SPACES } from "../../src/contract/table.ts";
import { workThrough } from "../../src/std/pool.ts";
import type { Image } from "../../src/storage/index.ts";
import type { Program } from "./program.ts";
import { log } from "./stdout.ts";

/**
 * What DynamoDB's TTL removed before the sweeper came to it, as the table's stream tells. Every record is taken on its
 * own: one that fails is reported and tried again, the others are done. Nothing is believed that does not open under
 * the table's keys, so a record made by hand does nothing. Records may come twice.
 *
 * Source: AWS documentation, "Using AWS Lambda with Amazon DynamoDB", "Working with expired items".
 */

export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

const SIDE_BY_SIDE = 8;

const attribute = z.looseObject({ S: z.string().optional(), N: z.string().optional(), B: z.string().optional() });
const recordShape = z.looseObject({
  eventName: z.string(),
  eventSourceARN: z.string(),
  userIdentity: z.looseObject({ type: z.string(), principalId: z.string() }).nullish(),
  dynamodb: z.looseObject({
    SequenceNumber: z.string().min(1),
    OldImage: z.record(z.string(), attribute).optional(),
  }),
});
type RemovalRecord = z.infer<typeof recordShape>;

/** Enough of a record to say which one it was. */
const numbered = z.looseObject({ dynamodb: z.looseObject({ SequenceNumber: z.string().min(1) }) });

const batchShape = z.looseObject({ Records: z.array(numbered).min(1) });
export type Batch = z.infer<typeof batchShape>;

/** A batch of the table's stream; `undefined` for any other event. */
export const batchOf = (event: unknown): Batch | undefined => {
  const batch = batchShape.safeParse(event);
  return batch.success ? batch.data : undefined;
};

const byTimeToLive = ({ eventName, userIdentity }: RemovalRecord): boolean =>
  eventName === "REMOVE" && userIdentity?.type === "Service" && userIdentity.principalId === "dynamodb.amazonaws.com";

const isLease = (pk: string): boolean => pk.startsWith(`${SPACES.lease}#`);

const consume = async ({ server, settings, metrics }: Program, raw: unknown): Promise<void> => {
  const record = recordShape.parse(raw);
  if (!record.eventSourceARN.includes(`:table/${settings.tableName}/stream/`))
    throw new Error("another table's record");
  const image = record.dynamodb.OldImage;
  if (!byTimeToLive(record) || !image) return;
  const entry = await server.store.openImage(image satisfies Image);
  if (!entry) return;
  if (isLease(entry.address.pk)) metrics.count("leaseRevokedLate");
  await server.core.leases.removed({ pk: entry.address.pk, sk: entry.address.sk, body: entry.body });
};

/** Ends what was removed, until the deadline; answers the records to be brought again. */
export const consumeRemovals = async (program: Program, batch: Batch, deadlineMs: number): Promise<BatchAnswer> => {
  const { clock } = program.server.core;
  const open = new Set(batch.Records.map(({ dynamodb }) => dynamodb.SequenceNumber));
  const one = async (record: Batch["Records"][number]): Promise<void> => {
    const { SequenceNumber } = record.dynamodb;
    try {
      await consume(program, record);
      open.delete(SequenceNumber);
    } catch (error) {
      log("removal failed", { record: SequenceNumber, error: error instanceof Error ? error.name : "unknown" });
    }
  };
  await workThrough(batch.Records, SIDE_BY_SIDE, one, () => clock.now() < deadlineMs);
  return { batchItemFailures: [...open].map((itemIdentifier) => ({ itemIdentifier })) };
};
