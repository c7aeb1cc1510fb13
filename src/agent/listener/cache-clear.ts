import { isJsonObject, type JsonValue, parseJson } from "../../std/json.ts";
import { utf8Text } from "../../std/utf8.ts";
import type { Cleared, LeaseCache } from "../cache/index.ts";
import type { Given } from "../proxy/index.ts";
import { failure, nothing } from "./answers.ts";
import type { Taken } from "./intake.ts";

/** `POST /agent/v1/cache-clear`. The texts are Vault Agent's; what it answers with 500 for bad input is 400 here. */

const MOST_BYTES = 64 * 1024;

const WHAT: Readonly<Record<Exclude<Cleared["type"], "all">, string>> = {
  request_path: "request path",
  token: "token",
  token_accessor: "token accessor",
  lease: "lease",
};

const isNamed = (type: string): type is keyof typeof WHAT => Object.hasOwn(WHAT, type);

/** The body as JSON, or what is wrong with it, in Go's words where they are short. */
const readBody = (body: Buffer): { readonly value: JsonValue } | { readonly wrong: string } => {
  const text = utf8Text(body)?.trim();
  if (text === undefined || body.length > MOST_BYTES) return { wrong: "the body is too long or not UTF-8" };
  if (text === "") return { wrong: "empty JSON provided" };
  try {
    return { value: parseJson(text) };
  } catch {
    const first = text.charAt(0);
    const begins = /[[{"\-\dtfn]/.test(first);
    return { wrong: begins ? "invalid JSON" : `invalid character '${first}' looking for beginning of value` };
  }
};

const memberOf = (value: JsonValue, name: string): JsonValue => (isJsonObject(value) ? (value[name] ?? "") : "");

const wanted = (value: JsonValue): Cleared | Given => {
  const [type, of, namespace] = ["type", "value", "namespace"].map((name) => memberOf(value, name));
  if (!isJsonObject(value) || typeof type !== "string" || typeof of !== "string" || typeof namespace !== "string") {
    return failure(400, "failed to parse JSON input: an object of strings is expected");
  }
  if (type === "") return failure(400, "failed to parse clear input: no type provided");
  if (type === "all") return { type };
  if (!isNamed(type)) return failure(400, "failed to clear cache: invalid type provided");
  if (of === "") return failure(400, `failed to clear cache: ${WHAT[type]} not provided`);
  return { type, value: of, namespace };
};

export const clearCache = (cache: LeaseCache | undefined, { method, body }: Taken): Given => {
  // As Vault's agent does: without anything to clear, and for another method, it answers 200.
  if (cache === undefined || (method !== "POST" && method !== "PUT")) return nothing(200);
  const read = readBody(body);
  if ("wrong" in read) return failure(400, `failed to parse JSON input: ${read.wrong}`);
  const cleared = wanted(read.value);
  if ("status" in cleared) return cleared;
  cache.clear(cleared);
  return nothing(200);
};
