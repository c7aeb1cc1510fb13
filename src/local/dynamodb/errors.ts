import type { Item } from "dynalite/db/index.js";

/** A refusal in DynamoDB's own words: HTTP status and JSON body as the service sends them. */
export class DynamoError extends Error {
  override readonly name = "DynamoError";
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, more: Readonly<Record<string, unknown>> = {}, status = 400) {
    super(message);
    this.status = status;
    this.body = { __type: code, message, ...more };
  }
}

const MODEL = "com.amazonaws.dynamodb.v20120810#";
const CORAL = "com.amazon.coral.";

/** 400: the request can never succeed as it is. */
export const invalid = (message: string): DynamoError =>
  new DynamoError(`${CORAL}validate#ValidationException`, message);

/** 400: one of the exceptions DynamoDB's API model names. */
export const refused = (name: string, message: string, more?: Readonly<Record<string, unknown>>): DynamoError =>
  new DynamoError(`${MODEL}${name}`, message, more);

export const unknownOperation = (): DynamoError => new DynamoError(`${CORAL}service#UnknownOperationException`, "");

export const unreadable = (): DynamoError => new DynamoError(`${CORAL}service#SerializationException`, "");

export const tableMissing = (name?: string): DynamoError =>
  refused(
    "ResourceNotFoundException",
    name === undefined ? "Requested resource not found" : `Requested resource not found: Table: ${name} not found`,
  );

export const conditionFailed = (item: Item | undefined): DynamoError =>
  refused(
    "ConditionalCheckFailedException",
    "The conditional request failed",
    item === undefined ? {} : { Item: item },
  );

/** The exception's short name: `ValidationException`. */
export const codeOf = (error: DynamoError): string => String(error.body["__type"]).replace(/^.*#/, "");
