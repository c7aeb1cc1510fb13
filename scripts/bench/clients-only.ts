import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";

/** A function that only loads the two clients: what the start of the others is measured against. */
const clients = [new DynamoDBClient({}), new KMSClient({})];

export const handler = async (): Promise<number> => clients.length;
