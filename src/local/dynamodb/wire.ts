import { randomUUID } from "node:crypto";
import { DynamoError } from "./errors.ts";

/** Answers in DynamoDB's JSON 1.0 protocol. */

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const TARGET = /^DynamoDB_20120810\.([A-Za-z]+)$/;

/** `PutItem` of `DynamoDB_20120810.PutItem`; undefined for anything else. */
export const operationOf = (target: string): string | undefined => TARGET.exec(target)?.[1];

export const answer = (status: number, content: object): WireAnswer => {
  const body = Buffer.from(JSON.stringify(content), "utf8");
  return {
    status,
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "content-length": String(body.length),
      "x-amzn-requestid": randomUUID(),
    },
    body,
  };
};

/** A refusal as it is; anything else is our fault: 500, with its text, because its reader runs the server. */
export const failure = (error: unknown): WireAnswer =>
  error instanceof DynamoError
    ? answer(error.status, error.body)
    : answer(500, { __type: "com.amazonaws.dynamodb.v20120810#InternalServerError", message: String(error) });
