import { type DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { ATTRIBUTES, EXPIRY_INDEX } from "../../contract/table.ts";

/**
 * When the sweeper has work: the ends that the embedded table's change records report. The sweeper asks the table only
 * then, so that an idle server costs next to nothing. Knows seconds, not leases; a second that turns out to have
 * nothing left to end costs one sweep.
 */
export interface Ends {
  /** Notes the ends of leases that were written or renewed. */
  hear(records: readonly DynamoDBRecord[]): Promise<void>;
  /** Whether an end has come since the last time it was asked. `now`: milliseconds. */
  come(nowMs: number): boolean;
}

const secondOf = (text: string | undefined): readonly number[] => {
  const second = Number(text);
  return text !== undefined && Number.isSafeInteger(second) ? [second] : [];
};

/** The ends of leases that are already in the table, from the expiry index. */
const written = async (client: DynamoDBClient, tableName: string): Promise<readonly number[]> => {
  const ends: number[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName, IndexName: EXPIRY_INDEX })) {
    ends.push(...Items.flatMap((item) => secondOf(item[ATTRIBUTES.end]?.N)));
  }
  return ends;
};

/** Answers the ends so far and how to hear of more; `load` is to be called once the records are being delivered. */
export const createEnds = (): Ends & { load(client: DynamoDBClient, tableName: string): Promise<void> } => {
  const seconds = new Set<number>();
  return {
    hear: async (records) => {
      for (const { dynamodb } of records) {
        const image = dynamodb?.NewImage;
        if (image?.[ATTRIBUTES.bucket] === undefined) continue;
        for (const second of secondOf(image[ATTRIBUTES.end]?.N)) seconds.add(second);
      }
    },
    come: (nowMs) => {
      const come = [...seconds].filter((second) => second * 1000 <= nowMs);
      for (const second of come) seconds.delete(second);
      return come.length > 0;
    },
    load: async (client, tableName) => {
      for (const second of await written(client, tableName)) seconds.add(second);
    },
  };
};
