import * as stock from "@aws-sdk/client-dynamodb";
import * as stockKms from "@aws-sdk/client-kms";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import * as own from "../../../src/aws-clients/dynamodb.ts";
import * as ownKms from "../../../src/aws-clients/kms.ts";
import { runs } from "../../support/runs.ts";
import { bodyOf, createLine, dynamoDbOn, kmsOn } from "./support.ts";

/** Our requests and answers against those of the SDK's clients. */

const text = fc.string({ unit: "binary", maxLength: 20 });
const bytes = fc.uint8Array({ maxLength: 40 });
const { value } = fc.letrec<{ value: stock.AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.record({ S: text }),
    fc.record({ N: fc.integer().map(String) }),
    fc.record({ B: bytes }),
    fc.record({ BOOL: fc.boolean() }),
    fc.constant({ NULL: true } as const),
    fc.record({ SS: fc.array(text, { minLength: 1, maxLength: 3 }) }),
    fc.record({ BS: fc.array(bytes, { minLength: 1, maxLength: 3 }) }),
    fc.record({ L: fc.array(tie("value"), { maxLength: 3 }) }),
    fc.record({ M: fc.dictionary(text, tie("value"), { maxKeys: 3 }) }),
  ),
}));
const item = fc.dictionary(text, value, { maxKeys: 4 });
const names = fc.dictionary(text, text, { maxKeys: 3 });
const perhaps = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined });
const condition = {
  ConditionExpression: perhaps(text),
  ExpressionAttributeNames: perhaps(names),
  ExpressionAttributeValues: perhaps(item),
  ReturnValuesOnConditionCheckFailure: perhaps(fc.constantFrom("ALL_OLD", "NONE")),
};
const inTransaction = { ...condition, TableName: text };
const key = { ...inTransaction, Key: item };
const member = fc.oneof(
  fc.record({ Put: fc.record({ ...inTransaction, Item: item }) }),
  fc.record({ Delete: fc.record(key) }),
  fc.record({ Update: fc.record({ ...key, UpdateExpression: text }) }),
  fc.record({ ConditionCheck: fc.record({ ...key, ConditionExpression: text }) }),
);
const COMMANDS: readonly (readonly [string, fc.Arbitrary<object>])[] = [
  [
    "BatchGetItem",
    fc.record({
      RequestItems: fc.dictionary(
        text,
        fc.record({ Keys: fc.array(item, { maxLength: 3 }), ConsistentRead: perhaps(fc.boolean()) }),
        { maxKeys: 2 },
      ),
    }),
  ],
  [
    "BatchWriteItem",
    fc.record({
      RequestItems: fc.dictionary(
        text,
        fc.array(fc.record({ DeleteRequest: fc.record({ Key: item }) }), { maxLength: 3 }),
        { maxKeys: 2 },
      ),
    }),
  ],
  ["PutItem", fc.record({ ...inTransaction, Item: item })],
  ["DeleteItem", fc.record({ ...key, ReturnValues: perhaps(fc.constant("ALL_OLD")) })],
  ["UpdateItem", fc.record({ ...key, UpdateExpression: text })],
  [
    "Query",
    fc.record({
      TableName: text,
      IndexName: perhaps(text),
      ConsistentRead: perhaps(fc.boolean()),
      KeyConditionExpression: text,
      ExpressionAttributeNames: perhaps(names),
      ExpressionAttributeValues: perhaps(item),
      ProjectionExpression: perhaps(text),
      ScanIndexForward: perhaps(fc.boolean()),
      Limit: perhaps(fc.nat()),
      ExclusiveStartKey: perhaps(item),
    }),
  ],
  ["Scan", fc.record({ TableName: text, IndexName: perhaps(text), Limit: perhaps(fc.nat()) })],
  ["TransactWriteItems", fc.record({ TransactItems: fc.array(member, { maxLength: 4 }), ClientRequestToken: text })],
];

const credentials = { accessKeyId: "AKIATEST", secretAccessKey: "test" };

/** A command of that name from either set. */
const made = (from: object, name: string, input: object): never => {
  const Command: unknown = Reflect.get(from, `${name}Command`);
  if (typeof Command !== "function") throw new Error(`no ${name}`);
  return Reflect.construct(Command, [input]) as never;
};

/** Answers as DynamoDB writes them: bytes in base64. */
const onWire = (given: unknown): unknown =>
  JSON.parse(
    JSON.stringify(given, (_, some: unknown) =>
      some instanceof Uint8Array ? Buffer.from(some).toString("base64") : some,
    ),
  );

const ANSWERS: Readonly<Record<string, fc.Arbitrary<object>>> = {
  BatchGetItem: fc.record({
    Responses: fc.dictionary(text, fc.array(item, { maxLength: 3 }), { maxKeys: 2 }),
    UnprocessedKeys: fc.dictionary(text, fc.record({ Keys: fc.array(item, { maxLength: 2 }) }), { maxKeys: 2 }),
  }),
  BatchWriteItem: fc.record({
    UnprocessedItems: fc.dictionary(
      text,
      fc.array(fc.record({ DeleteRequest: fc.record({ Key: item }) }), { maxLength: 2 }),
      { maxKeys: 2 },
    ),
  }),
  DeleteItem: fc.record({ Attributes: perhaps(item) }),
  Query: fc.record({ Items: fc.array(item, { maxLength: 3 }), LastEvaluatedKey: perhaps(item) }),
  Scan: fc.record({ Items: fc.array(item, { maxLength: 3 }), LastEvaluatedKey: perhaps(item) }),
};

describe("a call of ours", () => {
  it.each(COMMANDS)("%s says what a stock client says", async (name, inputs) => {
    const line = createLine();
    const ours = dynamoDbOn(line);
    const theirs = new stock.DynamoDBClient({
      region: "us-east-1",
      credentials,
      endpoint: "https://service.example",
      requestHandler: line.handler,
    });
    await fc.assert(
      fc.asyncProperty(inputs, async (input) => {
        line.sent.length = 0;
        await ours.send(made(own, name, input));
        await theirs.send(made(stock, name, input));
        const [first, second] = line.sent.map((request) => ({
          address: [request.method, request.protocol, request.hostname, request.path],
          target: request.headers["x-amz-target"],
          type: request.headers["content-type"],
          host: request.headers["host"],
          length: request.headers["content-length"],
          body: bodyOf(request),
        }));
        expect(first).toEqual(second);
        expect(first?.target).toBe(`DynamoDB_20120810.${name}`);
      }),
      { numRuns: runs(40, 2000) },
    );
  });

  it.each(Object.entries(ANSWERS))("%s reads what a stock client reads", async (name, answers) => {
    const line = createLine();
    const ours = dynamoDbOn(line);
    const theirs = new stock.DynamoDBClient({ region: "us-east-1", credentials, requestHandler: line.handler });
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        line.answers = [{ status: 200, body: onWire(answer) }];
        const [first, second]: unknown[] = [
          await ours.send(made(own, name, {})),
          await theirs.send(made(stock, name, {})),
        ];
        const { $metadata, ...read } = Object(first);
        const { $metadata: stocks, ...readByStock } = Object(second);
        expect(read).toEqual(readByStock);
        expect($metadata).toMatchObject({ httpStatusCode: 200, requestId: "request-1" });
        expect(stocks).toMatchObject($metadata);
      }),
      { numRuns: runs(40, 2000) },
    );
  });

  it("to KMS says and reads what a stock client does", async () => {
    const line = createLine({ status: 200, body: { KeyId: "k", Plaintext: "AAEC", CiphertextBlob: "/w==" } });
    const ours = kmsOn(line);
    const theirs = new stockKms.KMSClient({ region: "us-east-1", credentials, requestHandler: line.handler });
    const wrapped = { KeyId: "k", CiphertextBlob: new Uint8Array([1, 2, 255]), EncryptionContext: { a: "b" } };
    const fresh = { KeyId: "k", KeySpec: "AES_256", EncryptionContext: { a: "b" } } as const;

    const unwrapped = await ours.send(new ownKms.DecryptCommand(wrapped));
    const generated = await ours.send(new ownKms.GenerateDataKeyWithoutPlaintextCommand(fresh));
    await theirs.send(new stockKms.DecryptCommand(wrapped));
    await theirs.send(new stockKms.GenerateDataKeyWithoutPlaintextCommand(fresh));

    const said = line.sent.map((request) => [
      request.headers["x-amz-target"],
      request.headers["content-type"],
      bodyOf(request),
    ]);
    expect(said.slice(0, 2)).toEqual(said.slice(2));
    expect(unwrapped).toMatchObject({ KeyId: "k", Plaintext: new Uint8Array([0, 1, 2]) });
    expect(generated).toMatchObject({ KeyId: "k", CiphertextBlob: new Uint8Array([255]) });
  });
});
