import {
  CreateTableCommand,
  type DynamoDBClient,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import {
  ATTRIBUTES,
  EXPIRY_INDEX,
  EXPIRY_INDEX_PARTITION_KEY,
  EXPIRY_INDEX_SORT_KEY,
  PARTITION_KEY,
  SORT_KEY,
} from "../contract/table.ts";

/**
 * Makes the table as the stack declares it, for the local server and the tests. Waits until it is usable.
 * Throws the SDK's `ResourceInUseException` when it exists.
 */
export const defineTable = async (client: DynamoDBClient, tableName: string): Promise<void> => {
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: PARTITION_KEY, AttributeType: "S" },
        { AttributeName: SORT_KEY, AttributeType: "S" },
        { AttributeName: EXPIRY_INDEX_PARTITION_KEY, AttributeType: "S" },
        { AttributeName: EXPIRY_INDEX_SORT_KEY, AttributeType: "N" },
      ],
      KeySchema: [
        { AttributeName: PARTITION_KEY, KeyType: "HASH" },
        { AttributeName: SORT_KEY, KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: EXPIRY_INDEX,
          KeySchema: [
            { AttributeName: EXPIRY_INDEX_PARTITION_KEY, KeyType: "HASH" },
            { AttributeName: EXPIRY_INDEX_SORT_KEY, KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { TableName: tableName });
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: tableName,
      TimeToLiveSpecification: { AttributeName: ATTRIBUTES.timeToLive, Enabled: true },
    }),
  );
};
