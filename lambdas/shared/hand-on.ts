import type { InvokeCommandOutput } from "@aws-sdk/client-lambda";
import { VaultError } from "../../src/framework/errors.ts";
import { encodeError, type ProxyResult, toResult } from "../../src/http/index.ts";
import { HANDED_ON, type HandOn } from "./front.ts";
import { hasExactly, isAnyText, isRecordOf, isWithin } from "./guards.ts";
import { createInvoke } from "./invoke.ts";
import type { Program } from "./program.ts";
import { log } from "./stdout.ts";

/**
 * Hands a request to the function that serves its mount: Lambda Invoke with the event as it came. Nothing was counted,
 * recorded or written here before; the other function does all of that.
 *
 * A call is never repeated: the other function may have worked before its answer was lost.
 */

/** Lambda's limit on the event of a synchronous invocation. */
const EVENT_BYTES = 6 * 1024 * 1024;

const resultOf = (answer: unknown): ProxyResult | undefined => {
  if (!hasExactly(answer, "statusCode", "headers", "body", "isBase64Encoded")) return undefined;
  const { statusCode, headers, body, isBase64Encoded } = answer;
  if (!isWithin(statusCode, 100, 599) || !isRecordOf(headers, isAnyText)) return undefined;
  return isAnyText(body) && typeof isBase64Encoded === "boolean"
    ? { statusCode, headers, body, isBase64Encoded }
    : undefined;
};

const isNotServed = (answer: unknown): boolean =>
  hasExactly(answer, "zerothNotServed") && answer.zerothNotServed === true;

const refuse = (code: "storage_unavailable" | "payload_too_large", wire: string): ProxyResult =>
  toResult(
    encodeError(new VaultError(code, { wire, ...(code === "storage_unavailable" ? { retryAfter: 1 } : {}) }), ""),
  );

const away = (): ProxyResult =>
  refuse("storage_unavailable", "the function that serves this path is unavailable, try again");
const tooLarge = (): ProxyResult => refuse("payload_too_large", "http: request body too large");

const errorName = (error: unknown): string => (error instanceof Error ? error.name : "unknown");

/** Answers of a peer, which is trusted to be ours and not to be well. */
const read = ({ FunctionError, Payload }: InvokeCommandOutput): ProxyResult | "elsewhere" | "broken" => {
  if (FunctionError !== undefined) return "broken";
  try {
    const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString("utf8"));
    return isNotServed(answer) ? "elsewhere" : (resultOf(answer) ?? "broken");
  } catch {
    return "broken";
  }
};

export const handOnByInvoke = ({ settings }: Program): HandOn => {
  const { peers, region } = settings;
  const invoke = createInvoke(region);

  return async (to, event, signal) => {
    const address = Object.entries(peers).find(([name]) => name === to)?.[1];
    if (address === undefined) {
      log("no such peer", { to });
      return away();
    }
    const Payload = Buffer.from(JSON.stringify({ ...event, [HANDED_ON]: true }));
    if (Payload.length > EVENT_BYTES) return tooLarge();
    try {
      const answer = await invoke(address, Payload, signal);
      const result = read(answer);
      if (result === "elsewhere") return undefined;
      if (result !== "broken") return result;
      // The text of the failure is the peer's and stays in the peer's own log.
      log("peer failed", { to, error: answer.FunctionError ?? "an answer of another shape" });
    } catch (error) {
      const name = errorName(error);
      log("peer failed", { to, error: name });
      if (name === "RequestTooLargeException") return tooLarge();
    }
    return away();
  };
};
