import type { ApiAnswer, ApiRequest } from "../protocol.ts";
import type { Answer, FailureKind, JsonObject } from "./api.ts";
import { objectIn, objectOf, textsIn } from "./read-json.ts";

/** What an answer of the wire means. */

const kindOf = ({ status, ended }: ApiAnswer, json: JsonObject | undefined): FailureKind => {
  if (status === 0) return "network";
  if (ended) return "ended";
  if (status === 429) return "busy";
  if (!json || !Array.isArray(json["errors"]))
    return json && "data" in json && status === 404 ? "not-found" : "gateway";
  if (status === 401 || status === 403) return "denied";
  if (status === 404) return "not-found";
  return status >= 500 ? "unavailable" : "invalid";
};

/** A success that is not JSON is text (`sys/metrics`); a page in its place came from somebody in between. */
const isPage = (body: string): boolean => /^\s*</.test(body);

export const answerOf = (request: ApiRequest, answer: ApiAnswer): Answer => {
  const { status, body, retryAfter } = answer;
  const json = objectOf(body);
  const data = objectIn(json ?? {}, "data");
  if (status >= 200 && status < 300 && !isPage(body)) {
    return { ok: true, status, json: json ?? {}, data, warnings: textsIn(json ?? {}, "warnings"), text: body };
  }
  const errors = textsIn(json ?? {}, "errors");
  return { ok: false, kind: kindOf(answer, json), status, errors, data, text: body, retryAfter, request };
};
