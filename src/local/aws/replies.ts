/** Answers and failures in each protocol's own shape. Source: the "Common errors" page of each service's reference. */
import { writeJson } from "../../std/json.ts";
import { type Answer, toXml } from "./query.ts";
import type { Service } from "./services.ts";
import { AuthFailure, AwsError, type Disbelief, type WireReply } from "./wire.ts";

const QUERY_CODES: Readonly<Record<Disbelief, readonly [code: string, status: number]>> = {
  missing: ["MissingAuthenticationToken", 403],
  incomplete: ["IncompleteSignature", 400],
  "unknown-key": ["InvalidClientTokenId", 403],
  mismatch: ["SignatureDoesNotMatch", 403],
  stale: ["SignatureDoesNotMatch", 403],
  "expired-token": ["ExpiredToken", 403],
};

const EC2_CODES: Readonly<Record<Disbelief, readonly [code: string, status: number]>> = {
  ...QUERY_CODES,
  missing: ["MissingAuthenticationToken", 401],
  "unknown-key": ["AuthFailure", 401],
  stale: ["RequestExpired", 400],
  "expired-token": ["RequestExpired", 400],
};

const JSON_CODES: Readonly<Record<Disbelief, string>> = {
  missing: "MissingAuthenticationTokenException",
  incomplete: "IncompleteSignatureException",
  "unknown-key": "UnrecognizedClientException",
  mismatch: "InvalidSignatureException",
  stale: "InvalidSignatureException",
  "expired-token": "ExpiredTokenException",
};

interface Failure {
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

/** What a thrown thing is to the caller. A fault of this double itself becomes a 500, its text kept inside. */
const failureOf = (service: Service | undefined, error: unknown): Failure => {
  if (error instanceof AwsError) return { code: error.code, status: error.status, message: error.message };
  if (!(error instanceof AuthFailure)) {
    return { code: "InternalFailure", status: 500, message: "The request processing has failed." };
  }
  if (service?.protocol === "json") {
    return { code: `${service.authPrefix ?? ""}${JSON_CODES[error.why]}`, status: 400, message: error.message };
  }
  const [code, status] = (service?.protocol === "ec2" ? EC2_CODES : QUERY_CODES)[error.why];
  const hidden = service?.protocol === "ec2" && error.why === "unknown-key";
  return {
    code,
    status,
    message: hidden ? "AWS was not able to validate the provided access credentials" : error.message,
  };
};

const reply = (status: number, contentType: string, requestId: string, text: string): WireReply => ({
  status,
  headers: { "content-type": contentType, "x-amzn-requestid": requestId },
  body: Buffer.from(text),
});

const jsonType = (service: Service): string => `application/x-amz-json-${service.version}`;

/** A JSON service's answer. */
export const jsonReply = (service: Service, requestId: string, output: unknown): WireReply =>
  reply(200, jsonType(service), requestId, writeJson(output));

/** How a query answer should look: STS and IAM give JSON to whom asks for it with `Accept: application/json`. */
export type QueryForm = "xml" | "json";

/** A query service's answer. */
export const queryReply = (
  service: Service & { readonly namespace: string },
  operation: string,
  requestId: string,
  answer: Answer,
  form: QueryForm,
): WireReply => {
  if (service.protocol === "ec2") {
    const inside = `<requestId>${requestId}</requestId>${toXml(answer, "item")}`;
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<${operation}Response xmlns="${service.namespace}">${inside}</${operation}Response>`;
    return reply(200, "text/xml;charset=UTF-8", requestId, xml);
  }
  const ResponseMetadata = { RequestId: requestId };
  if (form === "json") {
    const body = { [`${operation}Response`]: { [`${operation}Result`]: answer, ResponseMetadata } };
    return reply(200, "application/json", requestId, JSON.stringify(body));
  }
  const result = `<${operation}Result>${toXml(answer, "member")}</${operation}Result>`;
  const inside = `${result}${toXml({ ResponseMetadata }, "member")}`;
  return reply(
    200,
    "text/xml",
    requestId,
    `<${operation}Response xmlns="${service.namespace}">${inside}</${operation}Response>`,
  );
};

/** Any failure, in the shape of the service it happened in; without a service, as STS would. */
export const failureReply = (
  service: Service | undefined,
  requestId: string,
  error: unknown,
  form: QueryForm,
): WireReply => {
  const { code, status, message } = failureOf(service, error);
  if (service?.protocol === "json") {
    const text = JSON.stringify({ __type: code, message: message || undefined });
    const failed = reply(status, jsonType(service), requestId, text);
    return { ...failed, headers: { ...failed.headers, "x-amzn-errortype": code } };
  }
  if (service?.protocol === "ec2") {
    const errors = toXml({ Errors: { Error: { Code: code, Message: message } }, RequestID: requestId }, "item");
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${errors}</Response>`;
    return reply(status, "text/xml;charset=UTF-8", requestId, xml);
  }
  const fault = { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message };
  if (form === "json") {
    return reply(status, "application/json", requestId, JSON.stringify({ Error: fault, RequestId: requestId }));
  }
  const namespace = service?.namespace ?? "https://sts.amazonaws.com/doc/2011-06-15/";
  const inside = toXml({ Error: fault, RequestId: requestId }, "member");
  return reply(status, "text/xml", requestId, `<ErrorResponse xmlns="${namespace}">${inside}</ErrorResponse>`);
};
