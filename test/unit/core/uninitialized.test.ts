import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { dynamoDbLike } from "../../../src/aws-clients/stock.ts";
import { initialize } from "../../../src/core/config/initialize.ts";
import { createEmbeddedDynamo, type EmbeddedDynamo } from "../../../src/local/dynamodb/index.ts";
import { buildServer, type Server } from "../../../src/server.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { defineTable } from "../../../src/storage/index.ts";
import { createFakeKms } from "../../support/kms.ts";
import { createTestClock } from "../../support/storage.ts";

const TABLE = "zeroth-new";
const clock = createTestClock();

let dynamo: EmbeddedDynamo;
let dynamodb: DynamoDBClient;
let make: () => Server;
beforeEach(async () => {
  dynamo = createEmbeddedDynamo({ clock });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  dynamodb = new DynamoDBClient({ region: "us-east-1", credentials, requestHandler: dynamo.requestHandler });
  await defineTable(dynamodb, TABLE);
  const kms = createFakeKms();
  make = () =>
    buildServer({
      dynamodb: dynamoDbLike(dynamodb),
      kms: kms.client,
      tableName: TABLE,
      keyId: kms.keyId,
      clock,
      random: systemRandom,
      rows: [],
      auditSink: { write: async () => undefined },
      log: () => undefined,
      signal: () => undefined,
    });
});
afterEach(() => dynamo.close());

const ask = async (server: Server, method: string, path: string, token?: string): Promise<number> => {
  const headers = token === undefined ? {} : { "x-vault-token": [token] };
  const request = {
    method,
    path: `/v1/${path}`,
    query: "",
    headers,
    body: new Uint8Array(0),
    sourceAddress: "127.0.0.1",
  };
  return (await server.handle(request)).status;
};

const items = async () => (await dynamodb.send(new ScanCommand({ TableName: TABLE }))).Items ?? [];

describe("a table that is not initialized", () => {
  it.each<[string, string, string | undefined, number]>([
    ["GET", "sys/health", undefined, 501],
    ["GET", "sys/seal-status", undefined, 200],
    ["GET", "sys/mounts", "hvs.nobody", 403],
    ["GET", "secret/app", "hvs.nobody", 403],
    ["GET", "secret/app", "hvb.AAAA", 403],
    ["GET", "secret/app", undefined, 403],
    ["POST", "auth/userpass/login/ada", undefined, 403],
  ])("answers %s %s with no fault, and no keys are made for it", async (method, path, token, status) => {
    expect(await ask(make(), method, path, token)).toBe(status);
    expect(await items()).toEqual([]);
  });

  it("is served at once by an environment that looked before it was initialized", async () => {
    const early = make();
    await ask(early, "GET", "sys/health");
    const root = (await initialize(make().core)).reveal();

    expect(await ask(early, "GET", "auth/token/lookup-self", root)).toBe(200);
  });

  it("that has lost the keys of a core domain is a fault, and gets no new ones (R1)", async () => {
    const root = (await initialize(make().core)).reveal();
    const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: TABLE }));
    const lost = Items.filter((item) => item["pk"]?.S === "key#token");
    const { DeleteItemCommand } = await import("@aws-sdk/client-dynamodb");
    for (const { pk, sk } of lost) {
      if (pk && sk) await dynamodb.send(new DeleteItemCommand({ TableName: TABLE, Key: { pk, sk } }));
    }

    expect(lost).toHaveLength(3);
    expect(await ask(make(), "GET", "auth/token/lookup-self", root)).toBe(500);
    expect((await items()).filter((item) => item["pk"]?.S === "key#token")).toEqual([]);
  });
});
