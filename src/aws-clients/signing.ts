import { HttpRequest, HttpResponse } from "@smithy/core/transport";
import { SignatureV4, type SignatureV4Init } from "@smithy/signature-v4";
import type { FinalizeRequestMiddleware, MetadataBearer } from "@smithy/types";
import type { Clock } from "../std/time.ts";
import { Sha256 } from "./sha256.ts";

/**
 * The last step before a request leaves: the headers that every request has, and the signature. Signatures are dated by
 * the service's clock, as far as its answers told it: AWS refuses what is dated a quarter of an hour away.
 */

const AGENT = "zeroth";
/** From here on the SDK takes a refusal for the clock's fault. */
const SKEWED_MS = 240_000;

/** What the service's clock is ahead of ours; what it was taken for before, where an answer does not tell. */
const aheadIn = (response: unknown, nowMs: number, before: number): number => {
  // One with an age was kept somewhere on the way.
  if (!HttpResponse.isInstance(response) || response.headers["age"] !== undefined) return before;
  const serviceMs = Date.parse(response.headers["date"] ?? "");
  return Number.isNaN(serviceMs) ? before : serviceMs - nowMs;
};

/** What is read of an error of the SDK's, and marked in it. */
interface Failure {
  readonly $response?: unknown;
  readonly $metadata?: { clockSkewCorrected?: boolean };
}

const isFailure = (error: unknown): error is Failure => typeof error === "object" && error !== null;

/** Marks, as the SDK does for whoever decides about repeating the call, that another date may help. */
const markCorrected = ({ $metadata }: Failure, usedMs: number, nextMs: number): void => {
  if ($metadata && nextMs !== usedMs && Math.abs(nextMs) >= SKEWED_MS) $metadata.clockSkewCorrected = true;
};

export const signing = ({
  clock,
  ...init
}: SignatureV4Init & { readonly clock: Clock }): FinalizeRequestMiddleware<object, MetadataBearer> => {
  const signer = new SignatureV4({ ...init, sha256: Sha256 });
  let aheadMs = 0;
  return (next) => async (args) => {
    const { request } = args;
    if (!HttpRequest.isInstance(request)) throw new TypeError("only HTTP requests are signed");
    const { headers, hostname, port, body } = request;
    headers["host"] = port === undefined ? hostname : `${hostname}:${port}`;
    headers["content-length"] = String(Buffer.byteLength(body));
    headers["user-agent"] = AGENT;
    const usedMs = aheadMs;
    const signed = await signer.sign(request, { signingDate: new Date(clock.now() + usedMs) });
    try {
      const answer = await next({ ...args, request: signed });
      aheadMs = aheadIn(answer.response, clock.now(), aheadMs);
      return answer;
    } catch (error) {
      if (isFailure(error)) {
        aheadMs = aheadIn(error.$response, clock.now(), aheadMs);
        markCorrected(error, usedMs, aheadMs);
      }
      throw error;
    }
  };
};
