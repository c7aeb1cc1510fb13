import { describe, expect, it } from "@jest/globals";
import { BatchGetItemCommand, PutItemCommand, TransactWriteItemsCommand } from "../../../src/aws-clients/dynamodb.ts";
import { createKeyWrap, KeysUnavailable, OpenRefused } from "../../../src/crypto/index.ts";
import { isTransient, lostMembers } from "../../../src/storage/dynamodb-errors.ts";
import { type Answer, createLine, dynamoDbOn, errorOf, kmsOn } from "./support.ts";

/**
 * Errors as DynamoDB and KMS write them, read by our clients. No stock client is loaded here: its errors are registered
 * for the whole process and would be found.
 */

const DYNAMODB = "com.amazonaws.dynamodb.v20120810#";
const CORAL = "com.amazon.coral.service#";

const failed = (name: string, more: object = {}): Answer => ({
  status: 400,
  body: { __type: name, message: "why", ...more },
});

const failedPut = (answer: Answer) =>
  errorOf(dynamoDbOn(createLine(answer)).send(new PutItemCommand({ TableName: "t", Item: {} })));
const failedWrite = (answer: Answer) =>
  errorOf(dynamoDbOn(createLine(answer)).send(new TransactWriteItemsCommand({ TransactItems: [] })));
const failedRead = (answer: Answer) =>
  errorOf(dynamoDbOn(createLine(answer)).send(new BatchGetItemCommand({ RequestItems: {} })));

describe("a condition that did not hold", () => {
  it("is told with the item that was there, its bytes as bytes", async () => {
    const error = await failedPut(
      failed(`${DYNAMODB}ConditionalCheckFailedException`, { Item: { pk: { S: "a" }, v: { B: "AAH/" } } }),
    );

    expect(error).toMatchObject({
      name: "ConditionalCheckFailedException",
      message: "why",
      $fault: "client",
      $metadata: { httpStatusCode: 400, requestId: "request-1" },
    });
    expect(error).toBeInstanceOf(Error);
    expect(lostMembers(error)).toEqual([
      { index: 0, image: { pk: { S: "a" }, v: { B: new Uint8Array([0, 1, 255]) } } },
    ]);
    expect(isTransient(error)).toBe(false);
  });

  it("is told without an item where there was none", async () => {
    const error = await failedPut(failed(`${DYNAMODB}ConditionalCheckFailedException`));
    expect(lostMembers(error)).toEqual([{ index: 0, image: undefined }]);
  });

  it("is told by its place in a transaction", async () => {
    const error = await failedWrite(
      failed(`${DYNAMODB}TransactionCanceledException`, {
        message: undefined,
        Message: "Transaction cancelled, please refer cancellation reasons for specific reasons",
        CancellationReasons: [
          { Code: "None" },
          { Code: "ConditionalCheckFailed", Message: "The conditional request failed", Item: { v: { B: "/w==" } } },
          { Code: "ConditionalCheckFailed" },
        ],
      }),
    );

    expect(error).toMatchObject({ message: expect.stringMatching(/^Transaction cancelled/) });
    expect(lostMembers(error)).toEqual([
      { index: 1, image: { v: { B: new Uint8Array([255]) } } },
      { index: 2, image: undefined },
    ]);
    expect(isTransient(error)).toBe(false);
  });

  it.each(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])(
    "is none where a transaction met %s, which passes",
    async (Code) => {
      const reasons = { CancellationReasons: [{ Code: "None" }, { Code }] };
      const error = await failedWrite(failed(`${DYNAMODB}TransactionCanceledException`, reasons));
      expect([lostMembers(error), isTransient(error)]).toEqual([[], true]);
    },
  );
});

describe("a failure of DynamoDB", () => {
  it.each([
    `${DYNAMODB}ProvisionedThroughputExceededException`,
    `${DYNAMODB}RequestLimitExceeded`,
    `${DYNAMODB}TransactionConflictException`,
    `${DYNAMODB}TransactionInProgressException`,
    `${DYNAMODB}ReplicatedWriteConflictException`,
    "com.amazon.coral.availability#ThrottlingException",
    `${CORAL}ServiceUnavailableException`,
    "ThrottlingException",
  ])("called %s passes", async (name) => {
    const error = await failedRead(failed(name));
    expect(error).toMatchObject({ name: name.split("#").at(-1), message: "why" });
    expect([isTransient(error), lostMembers(error)]).toEqual([true, []]);
  });

  it.each([
    [`${DYNAMODB}ResourceNotFoundException`, "ResourceNotFoundException"],
    [`${CORAL}AccessDeniedException`, "AccessDeniedException"],
    [`${CORAL}UnrecognizedClientException`, "UnrecognizedClientException"],
    [`${CORAL}ValidationException`, "ValidationException"],
    [`${CORAL}SerializationException`, "SerializationException"],
    [`${DYNAMODB}ItemCollectionSizeLimitExceededException`, "ItemCollectionSizeLimitExceededException"],
  ])("called %s does not", async (type, name) => {
    const error = await failedRead(failed(type));
    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
    expect(isTransient(error)).toBe(false);
  });

  it.each<[string, Answer]>([
    ["an error of the server's", { status: 500, body: { __type: `${DYNAMODB}InternalServerError`, message: "why" } }],
    ["an empty body", { status: 500, body: "" }],
    ["a page of somebody between", { status: 503, body: "<html>503 Service Unavailable</html>" }],
  ])("passes where the answer is %s", async (_, answer) => {
    const error = await failedRead(answer);
    expect(error).toMatchObject({ $metadata: { httpStatusCode: answer.status } });
    expect(isTransient(error)).toBe(true);
  });

  it("is called by its header where the body does not say", async () => {
    const headers = { "x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/coral/com.amazon.coral/" };
    const error = await failedRead({ status: 400, headers, body: { message: "why" } });
    expect(error).toMatchObject({ name: "ThrottlingException", message: "why" });
  });
});

describe("a failure of KMS", () => {
  const unwrapped = (answer: Answer) => {
    const wrap = createKeyWrap({ kms: kmsOn(createLine(answer)), keyId: "key", table: "zeroth" });
    return errorOf(wrap.unwrap({ domain: "d", use: "index" }, new Uint8Array(8)));
  };

  it.each([
    "InvalidCiphertextException",
    "IncorrectKeyException",
    "InvalidKeyUsageException",
    "NotFoundException",
    "AccessDeniedException",
    "com.amazonaws.kms#InvalidCiphertextException",
    `${CORAL}ValidationException`,
  ])("called %s is a refusal", async (__type) => {
    const error = await unwrapped({ status: 400, body: { __type, Message: "why" } });
    expect(error).toBeInstanceOf(OpenRefused);
    expect(error).toMatchObject({ message: `KMS refused: ${__type.split("#").at(-1)}` });
  });

  it.each(["DisabledException", "KMSInvalidStateException", "UnrecognizedClientException"])(
    "called %s is none",
    async (__type) => {
      const error = await unwrapped({ status: 400, body: { __type } });
      expect(error).toBeInstanceOf(KeysUnavailable);
      expect(error).toMatchObject({ message: `KMS is unavailable: ${__type}` });
    },
  );
});
