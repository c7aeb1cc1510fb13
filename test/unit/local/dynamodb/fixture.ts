import {
  type AttributeValue,
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { createEmbeddedDynamo, type EmbeddedDynamo } from "../../../../src/local/dynamodb/index.ts";

/** A clock that stands still until it is advanced. */
export class HandClock {
  #now: number;
  constructor(now = Date.UTC(2026, 10, 22)) {
    this.#now = now;
  }
  now(): number {
    return this.#now;
  }
  advance(ms: number): void {
    this.#now += ms;
  }
  get seconds(): number {
    return Math.floor(this.#now / 1000);
  }
}

export const TABLE = "things";

export const key = (pk: string, sk = "-"): Record<string, AttributeValue> => ({ pk: { S: pk }, sk: { S: sk } });

export const tableInput = (more: Partial<CreateTableCommandInput> = {}): CreateTableCommandInput => ({
  TableName: TABLE,
  BillingMode: "PAY_PER_REQUEST",
  KeySchema: [
    { AttributeName: "pk", KeyType: "HASH" },
    { AttributeName: "sk", KeyType: "RANGE" },
  ],
  AttributeDefinitions: [
    { AttributeName: "pk", AttributeType: "S" },
    { AttributeName: "sk", AttributeType: "S" },
  ],
  ...more,
});

export interface Bench {
  readonly clock: HandClock;
  readonly dynamo: EmbeddedDynamo;
  readonly client: DynamoDBClient;
  put(item: Record<string, AttributeValue>): Promise<void>;
  read(pk: string, sk?: string): Promise<Record<string, AttributeValue> | undefined>;
}

export const clientOf = (dynamo: EmbeddedDynamo, accountId?: string): DynamoDBClient =>
  new DynamoDBClient({
    region: "eu-central-1",
    credentials: {
      accessKeyId: "AKIAEXAMPLE",
      secretAccessKey: "example",
      ...(accountId === undefined ? {} : { accountId }),
    },
    requestHandler: dynamo.requestHandler,
    maxAttempts: 1,
  });

/** An embedded DynamoDB with the table `things`, and a client of it. */
export const openBench = async (
  more: Partial<CreateTableCommandInput> = {},
  options: { dataDir?: string; clock?: HandClock } = {},
): Promise<Bench> => {
  const clock = options.clock ?? new HandClock();
  const dynamo = createEmbeddedDynamo({
    clock,
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  });
  const client = clientOf(dynamo);
  await client.send(new CreateTableCommand(tableInput(more)));
  return {
    clock,
    dynamo,
    client,
    async put(item) {
      await client.send(new PutItemCommand({ TableName: TABLE, Item: item }));
    },
    async read(pk, sk) {
      return (await client.send(new GetItemCommand({ TableName: TABLE, Key: key(pk, sk) }))).Item;
    },
  };
};

/** What the SDK throws: the exception's members are fields of the error. */
export type Refusal = Error & {
  readonly Item?: unknown;
  readonly CancellationReasons?: readonly { readonly Code: string }[];
};

/** The error a promise rejects with. */
export const errorOf = async (promise: Promise<unknown>): Promise<Refusal> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("expected a refusal, got an answer");
};
