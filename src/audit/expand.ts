import { isJsonObject, type JsonObject, type JsonValue, readJson, writeJson } from "../std/json.ts";
import { isAuthPath, typeInAccessor } from "./mount-members.ts";
import { longText } from "./short-text.ts";

/**
 * The built-in device's lines in Vault's audit format: puts back what a compact line leaves out because another member or
 * the request's line says it, or because it is always the same. Pure: lines in, lines out.
 *
 * What comes out has no `chain`: it is not what was written, so it proves nothing. Check the log itself.
 */

type Members = { readonly [name: string]: JsonValue | undefined };

/** Objects without a prototype: `__proto__` is a key like any other. `undefined` members are left out. */
const objectFrom = (members: Iterable<readonly [string, JsonValue | undefined]>): JsonObject => {
  const object: Record<string, JsonValue> = Object.create(null);
  for (const [name, value] of members) if (value !== undefined) object[name] = value;
  return object;
};

const inOrder = (members: Members): JsonObject => objectFrom(Object.entries(members));

/** Each text as Vault's format has it. */
const long = (value: JsonValue): JsonValue => {
  if (typeof value === "string") return longText(value);
  if (Array.isArray(value)) return value.map(long);
  return isJsonObject(value)
    ? objectFrom(Object.entries(value).map(([name, item]) => [name, long(item)] as const))
    : value;
};

const NOTHING: JsonObject = {};
const objectIn = (value: JsonObject, name: string): JsonObject => {
  const member = value[name];
  return isJsonObject(member) ? member : NOTHING;
};
const textIn = (value: JsonObject, name: string): string => {
  const member = value[name];
  return typeof member === "string" ? member : "";
};
const listIn = (value: JsonObject, name: string): readonly JsonValue[] => {
  const member = value[name];
  return Array.isArray(member) ? member : [];
};

/** Milliseconds, which is how compact lines are known, and nanoseconds. */
const MILLISECONDS = /\.\d{3}Z$/;
const longTime = (time: JsonValue | undefined): JsonValue | undefined =>
  typeof time === "string" ? time.replace(/(\.\d{3})Z$/, "$1000000Z") : time;

/** Where a compact line says that what it would leave out is empty instead. */
const filled = (value: JsonValue | undefined): JsonValue | undefined =>
  value === "" || (Array.isArray(value) && value.length === 0) ? undefined : value;

interface Source {
  readonly name: string;
  readonly line: number;
}

const sourceOf = (entry: JsonValue): Source => {
  const text = String(entry);
  const at = text.lastIndexOf(":");
  return { name: text.slice(0, at), line: Number(text.slice(at + 1)) };
};

const longResults = (results: JsonObject | undefined): JsonObject => {
  if (!results) return { allowed: true };
  const allowed = results["allowed"] ?? true;
  const isRoot = results["reason"] === "root";
  const [path, ...entries] = listIn(results, "rule");
  const policies = entries.map(sourceOf);
  const names = isRoot ? ["root"] : [...new Set(policies.map(({ name }) => name))];
  const granting = names.map((name) => ({ name, namespace_id: "root", type: "acl" }));
  return inOrder({
    allowed,
    granting_policies: allowed === true && granting.length > 0 ? granting : undefined,
    reason: results["reason"] ?? (path === undefined ? undefined : "granted"),
    rule: path === undefined ? undefined : { path, policies: policies.map(({ name, line }) => ({ name, line })) },
    parameter: results["parameter"],
  });
};

/** `auth` without its results. */
const longAuth = (auth: JsonObject): Members => {
  const isToken = auth["client_token"] !== undefined;
  return {
    client_token: auth["client_token"],
    accessor: auth["accessor"],
    display_name: auth["display_name"],
    policies: auth["policies"],
    token_policies: filled(auth["token_policies"] ?? (isToken ? auth["policies"] : undefined)),
    identity_policies: auth["identity_policies"],
    metadata: auth["metadata"],
    num_uses: auth["num_uses"],
    entity_id: auth["entity_id"],
    token_type: auth["token_type"] ?? (isToken ? "service" : undefined),
    token_ttl: auth["token_ttl"],
    token_issue_time: longTime(auth["token_issue_time"]),
  };
};

const longMount = (request: JsonObject): Members => {
  const point = request["mount_point"];
  if (point === undefined) return {};
  const isAuth = isAuthPath(textIn(request, "mount_point"));
  return {
    mount_point: point,
    mount_type: request["mount_type"] ?? typeInAccessor(textIn(request, "mount_accessor"), isAuth),
    mount_accessor: request["mount_accessor"],
    mount_class: request["mount_class"] ?? (isAuth ? "auth" : "secret"),
  };
};

const longRequest = (request: JsonObject, auth: JsonObject): JsonObject => {
  const isKnown = auth["client_token"] !== undefined;
  return inOrder({
    id: request["id"],
    client_id: isKnown ? auth["entity_id"] : undefined,
    operation: request["operation"],
    ...longMount(request),
    client_token: isKnown ? auth["client_token"] : request["client_token"],
    client_token_accessor: isKnown ? auth["accessor"] : undefined,
    namespace: { id: "root" },
    path: request["path"],
    sent_path: request["sent_path"],
    data: request["data"],
    remote_address: request["remote_address"],
    client_certificate_serial_number: request["client_certificate_serial_number"],
    wrap_ttl: request["wrap_ttl"],
    headers: request["headers"],
  });
};

const longWrap = (wrap: JsonObject, request: JsonObject): JsonObject =>
  inOrder({
    ttl: wrap["ttl"],
    token: wrap["token"],
    accessor: wrap["accessor"],
    creation_time: longTime(wrap["creation_time"]),
    creation_path: filled(wrap["creation_path"] ?? request["path"]),
    wrapped_accessor: wrap["wrapped_accessor"],
  });

const longResponse = (response: JsonObject, request: JsonObject): JsonObject => {
  const { auth, wrap_info: wrap } = response;
  return inOrder({
    auth: isJsonObject(auth) ? inOrder(longAuth(auth)) : undefined,
    mfa_request_id: response["mfa_request_id"],
    ...longMount(request),
    secret: response["secret"],
    data: response["data"],
    warnings: response["warnings"],
    wrap_info: isJsonObject(wrap) ? longWrap(wrap, request) : undefined,
  });
};

/** A compact line, its texts already long. `before`: its request's line, the same way. */
const longEntry = (line: JsonObject, before: JsonObject | undefined): JsonObject => {
  const about = before ?? line;
  const request = objectIn(about, "request");
  const caller = objectIn(about, "auth");
  const results = caller["policy_results"];
  const isResponse = line["type"] === "response";
  const response = longResponse(objectIn(line, "response"), request);
  const granted = objectIn(line, "response")["auth"];
  const who = caller["client_token"] === undefined && isJsonObject(granted) ? granted : caller;
  const wasRefused = before?.["error"] !== undefined;
  const reason = line["reason"] ?? (wasRefused ? before?.["reason"] : undefined);
  return inOrder({
    time: longTime(line["time"]),
    type: line["type"],
    auth: inOrder({ ...longAuth(who), policy_results: longResults(isJsonObject(results) ? results : undefined) }),
    request: longRequest(request, caller),
    response: isResponse && Object.keys(response).length > 0 ? response : undefined,
    error: line["error"],
    reason: filled(reason),
  });
};

/** A response's line that leaves to its request's line what that said. */
const isJoined = (line: JsonObject): boolean =>
  line["type"] === "response" && Object.keys(objectIn(line, "request")).join() === "id";

export interface Expanded {
  readonly lines: readonly string[];
  /** Lines that are none of an audit log, left out. */
  readonly others: number;
  /** Responses whose request's line is not in the log: who asked, and for what, is missing in them. */
  readonly alone: number;
}

type Read =
  | { readonly kind: "compact"; readonly line: JsonObject }
  | { readonly kind: "checkpoint" | "other" }
  | { readonly kind: "full"; readonly text: string };

const read = (text: string): Read => {
  const object = readJson(text);
  if (!isJsonObject(object)) return { kind: "other" };
  const { type, time } = object;
  if (type === "checkpoint") return { kind: "checkpoint" };
  if (type !== "request" && type !== "response") return { kind: "other" };
  if (typeof time !== "string" || !MILLISECONDS.test(time)) return { kind: "full", text };
  const line = long(object);
  return isJsonObject(line) ? { kind: "compact", line } : { kind: "other" };
};

const idOf = (line: JsonObject): string => textIn(objectIn(line, "request"), "id");

/** The compact lines of requests, by their ids. */
const requestsIn = (log: readonly Read[]): ReadonlyMap<string, JsonObject> =>
  new Map(
    log.flatMap((one) =>
      one.kind === "compact" && one.line["type"] === "request" ? [[idOf(one.line), one.line] as const] : [],
    ),
  );

/**
 * The log in Vault's format. Checkpoints are left out; lines that have that format already stay as they are. A response's
 * line may come before its request's line, as lines of several streams can.
 */
export const expandAudit = (lines: readonly string[]): Expanded => {
  const log = lines.map(read);
  const requests = requestsIn(log);
  let alone = 0;
  const expanded = (line: JsonObject): string => {
    const before = isJoined(line) ? requests.get(idOf(line)) : undefined;
    if (isJoined(line) && !before) alone += 1;
    return writeJson(longEntry(line, before));
  };
  const out = log.flatMap((one) => {
    if (one.kind === "full") return [one.text];
    return one.kind === "compact" ? [expanded(one.line)] : [];
  });
  return { lines: out, others: log.filter(({ kind }) => kind === "other").length, alone };
};
