import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { it } from "@jest/globals";
import { DYNAMODB_TEST_ENDPOINT } from "../../src/contract/environment.ts";
import { defineTable } from "../../src/storage/index.ts";
import { createTestStore, observe } from "../support/storage.ts";
import { type StorageUnderTest, storageContract } from "./storage.ts";

const underTest = ({ store, another }: Awaited<ReturnType<typeof createTestStore>>): StorageUnderTest => ({
  store,
  another: () => another(),
});

storageContract("embedded table", async () => underTest(await createTestStore()));

const endpoint = process.env[DYNAMODB_TEST_ENDPOINT];
if (endpoint === undefined) {
  it.skip(`DynamoDB Local: set ${DYNAMODB_TEST_ENDPOINT} to its address to run the contract there too`, () =>
    undefined);
} else {
  storageContract(`DynamoDB at ${endpoint}`, async () => {
    const client = new DynamoDBClient({
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const tableName = `zeroth-contract-${randomUUID()}`;
    await defineTable(client, tableName);
    return underTest(await createTestStore({ table: observe(client, tableName) }));
  });
}
