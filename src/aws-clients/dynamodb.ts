import type {
  BatchGetItemInput,
  BatchGetItemOutput,
  BatchWriteItemInput,
  BatchWriteItemOutput,
  CancellationReason,
  ConditionalCheckFailedException,
  ConditionCheck,
  Delete,
  DeleteItemInput,
  DeleteItemOutput,
  DeleteRequest,
  KeysAndAttributes,
  Put,
  PutItemInput,
  QueryInput,
  QueryOutput,
  ScanInput,
  ScanOutput,
  TransactionCanceledException,
  TransactWriteItem,
  TransactWriteItemsInput,
  Update,
  UpdateItemInput,
  WriteRequest,
} from "@aws-sdk/client-dynamodb";
import { AwsJson1_0Protocol } from "@aws-sdk/core/protocols";
import { DynamoDBJsonCodec2 } from "@aws-sdk/dynamodb-codec";
import { AwsClient, type ClientOptions, commandsOf } from "./client.ts";
import { NUMBER, schemasOf, TEXT, TRUTH } from "./schemas.ts";

/** DynamoDB as storage uses it: eight operations, and of each the members that storage writes and reads. */

const { structure, list, map, union, operation, errors } = schemasOf("com.amazonaws.dynamodb");

/** The codec knows this shape by its name and sees to its members itself. */
const attributeValue = union("AttributeValue");
const attributes = map("AttributeMap", attributeValue);
const items = list("ItemList", attributes);

type Condition =
  | "ConditionExpression"
  | "ExpressionAttributeNames"
  | "ExpressionAttributeValues"
  | "ReturnValuesOnConditionCheckFailure";
const expressions = {
  ExpressionAttributeNames: map("ExpressionAttributeNameMap", TEXT),
  ExpressionAttributeValues: attributes,
};
const condition = { ...expressions, ConditionExpression: TEXT, ReturnValuesOnConditionCheckFailure: TEXT };

const asked = map(
  "BatchGetRequestMap",
  structure<Pick<KeysAndAttributes, "Keys" | "ConsistentRead">>("KeysAndAttributes", {
    Keys: items,
    ConsistentRead: TRUTH,
  }),
);
const batchGetItem = operation(
  "BatchGetItem",
  structure<Pick<BatchGetItemInput, "RequestItems">>("BatchGetItemInput", { RequestItems: asked }),
  structure<Pick<BatchGetItemOutput, "Responses" | "UnprocessedKeys">>("BatchGetItemOutput", {
    Responses: map("BatchGetResponseMap", items),
    UnprocessedKeys: asked,
  }),
);

const deletions = map(
  "BatchWriteItemRequestMap",
  list(
    "WriteRequests",
    structure<Pick<WriteRequest, "DeleteRequest">>("WriteRequest", {
      DeleteRequest: structure<DeleteRequest>("DeleteRequest", { Key: attributes }),
    }),
  ),
);
const batchWriteItem = operation(
  "BatchWriteItem",
  structure<Pick<BatchWriteItemInput, "RequestItems">>("BatchWriteItemInput", { RequestItems: deletions }),
  structure<Pick<BatchWriteItemOutput, "UnprocessedItems">>("BatchWriteItemOutput", { UnprocessedItems: deletions }),
);

type PutInput = Pick<PutItemInput, "TableName" | "Item" | Condition>;
const putItem = operation(
  "PutItem",
  structure<PutInput>("PutItemInput", { ...condition, TableName: TEXT, Item: attributes }),
  structure("PutItemOutput", {}),
);

type DeleteInput = Pick<DeleteItemInput, "TableName" | "Key" | "ReturnValues" | Condition>;
const deleteItem = operation(
  "DeleteItem",
  structure<DeleteInput>("DeleteItemInput", { ...condition, TableName: TEXT, Key: attributes, ReturnValues: TEXT }),
  structure<Pick<DeleteItemOutput, "Attributes">>("DeleteItemOutput", { Attributes: attributes }),
);

type UpdateInput = Pick<UpdateItemInput, "TableName" | "Key" | "UpdateExpression" | Condition>;
const updateItem = operation(
  "UpdateItem",
  structure<UpdateInput>("UpdateItemInput", { ...condition, TableName: TEXT, Key: attributes, UpdateExpression: TEXT }),
  structure("UpdateItemOutput", {}),
);

type Query = Pick<
  QueryInput,
  | "TableName"
  | "IndexName"
  | "ConsistentRead"
  | "KeyConditionExpression"
  | "ExpressionAttributeNames"
  | "ExpressionAttributeValues"
  | "ProjectionExpression"
  | "ScanIndexForward"
  | "Limit"
  | "ExclusiveStartKey"
>;
const query = operation(
  "Query",
  structure<Query>("QueryInput", {
    ...expressions,
    TableName: TEXT,
    IndexName: TEXT,
    ConsistentRead: TRUTH,
    KeyConditionExpression: TEXT,
    ProjectionExpression: TEXT,
    ScanIndexForward: TRUTH,
    Limit: NUMBER,
    ExclusiveStartKey: attributes,
  }),
  structure<Pick<QueryOutput, "Items" | "LastEvaluatedKey">>("QueryOutput", {
    Items: items,
    LastEvaluatedKey: attributes,
  }),
);

type Scan = Pick<ScanInput, "TableName" | "IndexName" | "Limit">;
const scan = operation(
  "Scan",
  structure<Scan>("ScanInput", { TableName: TEXT, IndexName: TEXT, Limit: NUMBER }),
  structure<Pick<ScanOutput, "Items" | "LastEvaluatedKey">>("ScanOutput", {
    Items: items,
    LastEvaluatedKey: attributes,
  }),
);

const inTransaction = { ...condition, TableName: TEXT };
const transactWriteItems = operation(
  "TransactWriteItems",
  structure<Pick<TransactWriteItemsInput, "TransactItems" | "ClientRequestToken">>("TransactWriteItemsInput", {
    TransactItems: list(
      "TransactWriteItemList",
      structure<TransactWriteItem>("TransactWriteItem", {
        ConditionCheck: structure<ConditionCheck>("ConditionCheck", { ...inTransaction, Key: attributes }),
        Put: structure<Put>("Put", { ...inTransaction, Item: attributes }),
        Delete: structure<Delete>("Delete", { ...inTransaction, Key: attributes }),
        Update: structure<Update>("Update", { ...inTransaction, Key: attributes, UpdateExpression: TEXT }),
      }),
    ),
    ClientRequestToken: TEXT,
  }),
  structure("TransactWriteItemsOutput", {}),
);

const known = errors({
  ConditionalCheckFailedException: {
    Item: attributes,
  } satisfies Partial<Record<keyof ConditionalCheckFailedException, unknown>>,
  TransactionCanceledException: {
    CancellationReasons: list(
      "CancellationReasonList",
      structure<CancellationReason>("CancellationReason", { Item: attributes, Code: TEXT, Message: TEXT }),
    ),
  } satisfies Partial<Record<keyof TransactionCanceledException, unknown>>,
});

const SERVICE = {
  name: "dynamodb",
  apiVersion: "2012-08-10",
  protocol: () =>
    new AwsJson1_0Protocol({
      defaultNamespace: "com.amazonaws.dynamodb",
      errorTypeRegistries: [known],
      serviceTarget: "DynamoDB_20120810",
      jsonCodec: new DynamoDBJsonCodec2(),
    }),
};

export class DynamoDb extends AwsClient {
  readonly service = "dynamodb";
  constructor(options: ClientOptions) {
    super(SERVICE, options);
  }
}

const command = commandsOf("DynamoDb");

export class BatchGetItemCommand extends command<
  Pick<BatchGetItemInput, "RequestItems">,
  Pick<BatchGetItemOutput, "Responses" | "UnprocessedKeys">
>(batchGetItem) {}
export class BatchWriteItemCommand extends command<
  Pick<BatchWriteItemInput, "RequestItems">,
  Pick<BatchWriteItemOutput, "UnprocessedItems">
>(batchWriteItem) {}
export class PutItemCommand extends command<PutInput, object>(putItem) {}
export class DeleteItemCommand extends command<DeleteInput, Pick<DeleteItemOutput, "Attributes">>(deleteItem) {}
export class UpdateItemCommand extends command<UpdateInput, object>(updateItem) {}
export class QueryCommand extends command<Query, Pick<QueryOutput, "Items" | "LastEvaluatedKey">>(query) {}
export class ScanCommand extends command<Scan, Pick<ScanOutput, "Items" | "LastEvaluatedKey">>(scan) {}
export class TransactWriteItemsCommand extends command<
  Pick<TransactWriteItemsInput, "TransactItems" | "ClientRequestToken">,
  object
>(transactWriteItems) {}
