import type { Answer } from "../core/request/answer.ts";
import type { AnswerHeader, RawReply, Reply } from "../framework/reply.ts";
import { isListing } from "../policy/index.ts";
import { isJsonObject, writeJson } from "../std/json.ts";
import { envelope } from "./envelope.ts";
import type { HttpResponse } from "./message.ts";

/**
 * An answer in Vault's words: which status, which body. It must never print a `Sensitive` other than those of an
 * `auth` or `wrap_info` block, which are the answer.
 */

/** On every response, whatever it says. */
export const STANDARD_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "application/json",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
};

/** A page must not be shown inside another's, nor tell another server where it was. */
const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
};

const EMPTY = new Uint8Array(0);

/** Headers that an answer sets itself. */
type OwnHeaders = RawReply<AnswerHeader>["headers"];

/** The standard headers, and over them those that an answer declares. */
const headersWith = (own: OwnHeaders): Readonly<Record<string, string>> => ({
  ...STANDARD_HEADERS,
  ...own,
});

/** JSON with one line feed behind it, as Vault prints it. */
export const jsonResponse = (status: number, body: unknown, own?: OwnHeaders): HttpResponse => ({
  status,
  headers: headersWith(own),
  body: Buffer.from(`${writeJson(body)}\n`),
});

export const emptyResponse = (status: number, own?: OwnHeaders): HttpResponse => ({
  status,
  headers: headersWith(own),
  body: EMPTY,
});

const rawResponse = (status: number, { contentType, body }: RawReply["raw"], own: OwnHeaders): HttpResponse => {
  const ofPage = contentType.startsWith("text/html") ? PAGE_HEADERS : {};
  return { status, headers: { ...headersWith(own), ...ofPage, "content-type": contentType }, body };
};

const statusOf = (verb: Answer["verb"], reply: Reply): number => {
  const { status = 200 } = reply;
  return verb === "header" && "headStatus" in reply ? (reply.headStatus ?? status) : status;
};

const NOTHING = { errors: [] };

/** A listing without keys counts as none. */
const isEmptyList = (answer: Answer): boolean => {
  if (answer.verb !== "list" || answer.wrapInfo || answer.auth) return false;
  const data: unknown = answer.reply?.data;
  if (!isJsonObject(data) || Object.keys(data).length === 0) return answer.warnings.length === 0;
  const keys: unknown = data["keys"];
  return keys === null || (Array.isArray(keys) && keys.length === 0);
};

/** A status and nothing else, whatever the input brought: 202 for work that continues, 404 for a patch of nothing. */
const isStatusOnly = (answer: Answer): boolean =>
  answer.reply?.status !== undefined &&
  answer.reply.data === undefined &&
  (answer.reply.warnings ?? []).length === 0 &&
  !answer.auth &&
  !answer.wrapInfo &&
  !answer.lease;

/**
 * Encodes what the pipeline answered.
 *
 * | reply | read, list, scan | other |
 * |---|---|---|
 * | none | 404 | 204 |
 * | `{ status }` alone | that status, no body | the same |
 * | anything else | 200, but 404 for a list without keys | 200 |
 *
 * `bare` and `raw` replies go out as they are, with the headers they set; `status` overrides. A wrapped answer is always 200.
 */
export const encodeAnswer = (answer: Answer): HttpResponse => {
  const { reply } = answer;
  if (answer.wrapInfo) return jsonResponse(200, envelope(answer));
  if (reply === undefined) {
    return answer.verb === "read" || isListing(answer.verb) ? jsonResponse(404, NOTHING) : emptyResponse(204);
  }
  if (reply.raw) return rawResponse(reply.status ?? 200, reply.raw, reply.headers);
  const status = statusOf(answer.verb, reply);
  if (reply.bare) {
    return status === 204 ? emptyResponse(204, reply.headers) : jsonResponse(status, reply.bare, reply.headers);
  }
  if (isStatusOnly(answer)) return emptyResponse(status);
  if (reply.status === undefined && isEmptyList(answer)) return jsonResponse(404, NOTHING);
  return jsonResponse(status, envelope(answer));
};
