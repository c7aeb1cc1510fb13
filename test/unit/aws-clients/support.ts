import { HttpResponse } from "@smithy/core/transport";
import type {
  Endpoint,
  HttpResponse as HttpAnswer,
  HttpHandlerOptions,
  HttpRequest,
  RequestHandler,
} from "@smithy/types";
import { DynamoDb } from "../../../src/aws-clients/dynamodb.ts";
import { Kms } from "../../../src/aws-clients/kms.ts";
import type { Clock } from "../../../src/std/time.ts";

/** Clients whose requests go nowhere: a test answers them. */

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Line {
  readonly sent: HttpRequest[];
  /** What the next requests get; the last one again and again. */
  answers: Answer[];
  readonly handler: RequestHandler<HttpRequest, HttpAnswer, HttpHandlerOptions>;
}

const textOf = (body: unknown): string => (typeof body === "string" ? body : JSON.stringify(body));

export const createLine = (...answers: Answer[]): Line => {
  const line: Line = {
    sent: [],
    answers: answers.length > 0 ? answers : [{ status: 200, body: {} }],
    handler: {
      metadata: { handlerProtocol: "http/1.1" },
      handle: async (request) => {
        line.sent.push(request);
        const [answer] = line.answers.length > 1 ? line.answers.splice(0, 1) : line.answers;
        if (!answer) throw new Error("nobody answers");
        const { status, headers = {}, body } = answer;
        return {
          response: new HttpResponse({
            statusCode: status,
            headers: { "x-amzn-requestid": "request-1", ...headers },
            body: new Uint8Array(Buffer.from(textOf(body))),
          }),
        };
      },
    },
  };
  return line;
};

const common = (line: Line, clock?: Clock) => ({
  region: "us-east-1",
  credentials: { accessKeyId: "AKIATEST", secretAccessKey: "test", sessionToken: "session" },
  endpoint: async (): Promise<Endpoint> => ({ protocol: "https:", hostname: "service.example", path: "/" }),
  requestHandler: line.handler,
  clock,
});

export const dynamoDbOn = (line: Line, clock?: Clock): DynamoDb => new DynamoDb(common(line, clock));
export const kmsOn = (line: Line, clock?: Clock): Kms => new Kms(common(line, clock));

/** What a request says in its body. */
export const bodyOf = ({ body }: HttpRequest): unknown => JSON.parse(new TextDecoder().decode(body));

export const errorOf = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("the call did not fail");
};
