import { z } from "zod";
import { PARTITION_KEY, SORT_KEY } from "../../contract/table.ts";
import { workThrough } from "../../std/pool.ts";
import { isLease, isToken } from "../../storage/keys.ts";
import type { Core } from "../core.ts";

/**
 * What DynamoDB's TTL removed before the sweeper reached it, as reported by the table's stream. Every record is handled
 * on its own: one that fails is reported and tried again, and the others are done. Records may come twice.
 *
 * Security: only removals by DynamoDB itself count, only of this table, and only what opens under the table's keys, so
 * a forged record does nothing.
 *
 * Source: AWS documentation, "Using AWS Lambda with Amazon DynamoDB", "Working with expired items".
 */

const SIDE_BY_SIDE = 8;

const attribute = z.looseObject({
  S: z.string().optional(),
  N: z.string().optional(),
  // Lambda hands over base64 text, the embedded table bytes.
  B: z.union([z.string(), z.instanceof(Uint8Array)]).optional(),
});
const imageShape = z.record(z.string(), attribute);
const recordShape = z.looseObject({
  eventName: z.string(),
  eventSourceARN: z.string(),
  userIdentity: z.looseObject({ type: z.string(), principalId: z.string() }).nullish(),
  dynamodb: z.looseObject({
    SequenceNumber: z.string().min(1),
    OldImage: imageShape.optional(),
  }),
});
type RemovalRecord = z.infer<typeof recordShape>;

/** Enough of a record to say which one it was. */
const numbered = z.looseObject({ dynamodb: z.looseObject({ SequenceNumber: z.string().min(1) }) });
const batchShape = z.looseObject({ Records: z.array(numbered).min(1) });
export type RemovalBatch = z.infer<typeof batchShape>;

/** A batch of a table's stream; `undefined` for any other event. */
export const removalBatchOf = (event: unknown): RemovalBatch | undefined => {
  const batch = batchShape.safeParse(event);
  return batch.success ? batch.data : undefined;
};

const byTimeToLive = ({ eventName, userIdentity }: RemovalRecord): boolean =>
  eventName === "REMOVE" && userIdentity?.type === "Service" && userIdentity.principalId === "dynamodb.amazonaws.com";

/** Other items that simply vanish are none of this function's business, and sealed with keys it may not have. */
const isOurs = (image: z.infer<typeof imageShape>): boolean => {
  const key = { pk: image[PARTITION_KEY]?.S ?? "", sk: image[SORT_KEY]?.S ?? "" };
  return isLease(key) || isToken(key);
};

const consume = async (core: Core, tableName: string, raw: unknown): Promise<void> => {
  const record = recordShape.parse(raw);
  if (!record.eventSourceARN.includes(`:table/${tableName}/stream/`)) throw new Error("another table's record");
  const image = record.dynamodb.OldImage;
  if (!byTimeToLive(record) || !image || !isOurs(image)) return;
  const entry = await core.store.openImage(image);
  if (!entry) return;
  if (isLease(entry.address)) core.signal({ kind: "lease-revoked-late" });
  await core.leases.removed({ pk: entry.address.pk, sk: entry.address.sk, body: entry.body });
};

/** Ends what was removed, until the deadline; answers the sequence numbers of the records to deliver again. */
export const consumeRemovals = async (
  core: Core,
  { Records }: RemovalBatch,
  options: { readonly tableName: string; readonly deadlineMs: number },
): Promise<readonly string[]> => {
  await core.config.now();
  const open = new Set(Records.map(({ dynamodb }) => dynamodb.SequenceNumber));
  const one = async (record: RemovalBatch["Records"][number]): Promise<void> => {
    const { SequenceNumber } = record.dynamodb;
    try {
      await consume(core, options.tableName, record);
      open.delete(SequenceNumber);
    } catch (error) {
      core.log("removal failed", { record: SequenceNumber, error: error instanceof Error ? error.name : "unknown" });
    }
  };
  await workThrough(Records, SIDE_BY_SIDE, one, () => core.clock.now() < options.deadlineMs);
  return [...open];
};
