import type { Answer } from "../../client/index.ts";
import { defined } from "../../std/defined.ts";
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue, writeJson } from "../../std/json.ts";
import { CommandFailure, type Console } from "./console.ts";
import { fieldText, goText, heading, quotedList, table, timeText } from "./go-text.ts";

/** What a command prints of an answer: a table, JSON, YAML, or one field alone. Source: Vault `command/format.go`. */

export type Format = "table" | "json" | "yaml";

export interface Wanted {
  readonly format: Format;
  /** One field of the answer, alone. */
  readonly field: string | undefined;
}

const object = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {});
const bodyOf = ({ body }: Answer): JsonObject => object(body);

const authRows = (auth: JsonObject): (readonly string[])[] => {
  const duration = Number(String(auth["lease_duration"] ?? 0));
  const metadata = object(auth["metadata"]);
  return [
    ["token", goText(auth["client_token"])],
    ["token_accessor", goText(auth["accessor"])],
    ["token_duration", duration === 0 ? "∞" : timeText(duration)],
    ["token_renewable", goText(auth["renewable"])],
    ["token_policies", quotedList(auth["token_policies"])],
    ["identity_policies", quotedList(auth["identity_policies"])],
    ["policies", quotedList(auth["policies"])],
    ...Object.keys(metadata)
      .sort()
      .map((name) => [`token_meta_${name}`, goText(metadata[name])]),
  ];
};

const wrapRows = (info: JsonObject): (readonly string[])[] => [
  ["wrapping_token:", goText(info["token"])],
  ["wrapping_accessor:", goText(info["accessor"])],
  ["wrapping_token_ttl:", timeText(Number(String(info["ttl"] ?? 0)))],
  ["wrapping_token_creation_time:", goText(info["creation_time"])],
  ["wrapping_token_creation_path:", goText(info["creation_path"])],
  ...(info["wrapped_accessor"] ? [["wrapped_accessor:", goText(info["wrapped_accessor"])]] : []),
];

const leaseRows = (body: JsonObject): (readonly string[])[] => {
  const duration = Number(String(body["lease_duration"] ?? 0));
  if (duration <= 0) return [];
  if (!body["lease_id"]) return [["refresh_interval", timeText(duration)]];
  return [
    ["lease_id", goText(body["lease_id"])],
    ["lease_duration", timeText(duration)],
    ["lease_renewable", goText(body["renewable"])],
  ];
};

/** The fields of an object, by name. */
export const fieldRows = (data: JsonObject): (readonly string[])[] =>
  Object.keys(data)
    .sort()
    .map((name) => [name, fieldText(name, data[name])]);

const rowsOf = (body: JsonObject): (readonly string[])[] => [
  ...leaseRows(body),
  ...(isJsonObject(body["auth"]) ? authRows(body["auth"]) : []),
  ...(isJsonObject(body["wrap_info"]) ? wrapRows(body["wrap_info"]) : []),
  ...fieldRows(object(body["data"])),
];

export const keyTable = (rows: readonly (readonly string[])[]): string => table([["Key", "Value"], ...rows]);

/** Keys in order, as Go prints maps. */
const ordered = (value: JsonValue | undefined): JsonValue => {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isJsonObject(value)) return value ?? null;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, ordered(value[name])]),
  );
};

/** Numbers that a double would change become such as YAML writes whole. */
const forYaml = (value: JsonValue): unknown => {
  if (value instanceof JsonNumber) {
    const text = value.toString();
    return /^-?\d+$/.test(text) ? BigInt(text) : Number(text);
  }
  if (Array.isArray(value)) return value.map(forYaml);
  return isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, forYaml(member)]))
    : value;
};

/** JSON or YAML. */
export const printText = async (console: Console, format: Format, value: JsonValue): Promise<void> => {
  if (format !== "yaml") {
    console.out(`${writeJson(value, 2)}\n`);
    return;
  }
  const { stringify } = await import("yaml");
  console.out(stringify(forYaml(ordered(value))));
};

/** Vault's envelope in its order, without what is empty in most answers. */
const envelopeOf = (body: JsonObject): JsonObject => {
  const { request_id, lease_id, lease_duration, renewable, data, warnings, auth, wrap_info } = body;
  return defined({
    request_id: request_id ?? "",
    lease_id: lease_id ?? "",
    lease_duration: lease_duration ?? 0,
    renewable: renewable ?? false,
    data: ordered(data),
    warnings: warnings ?? null,
    auth: auth ?? undefined,
    wrap_info: wrap_info ?? undefined,
  });
};

export const printWarnings = (console: Console, answer: Answer): void => {
  const { warnings } = answer.secret ?? {};
  if (!warnings || warnings.length === 0) return;
  const lines = warnings.map((warning) => `  * ${warning}\n`).join("\n");
  console.err(`WARNING! The following warnings were returned from the server:\n\n${lines}\n`);
};

const OF_AUTH: Readonly<Record<string, string>> = {
  token: "client_token",
  token_accessor: "accessor",
  token_duration: "lease_duration",
  token_renewable: "renewable",
  token_policies: "token_policies",
  identity_policies: "identity_policies",
  policies: "policies",
};

const OF_WRAPPING: Readonly<Record<string, string>> = {
  wrapping_token: "token",
  wrapping_accessor: "accessor",
  wrapping_token_ttl: "ttl",
  wrapping_token_creation_time: "creation_time",
  wrapping_token_creation_path: "creation_path",
  wrapped_accessor: "wrapped_accessor",
};

/** A field by the name that tables show, else by its own in the data. */
const fieldOf = (body: JsonObject, name: string): JsonValue | undefined => {
  const data = object(body["data"]);
  if (isJsonObject(body["auth"]) && OF_AUTH[name] !== undefined) return body["auth"][OF_AUTH[name]];
  if (isJsonObject(body["wrap_info"]) && OF_WRAPPING[name] !== undefined) return body["wrap_info"][OF_WRAPPING[name]];
  if (name === "refresh_interval") return body["lease_duration"];
  if (name === "lease_id" || name === "lease_duration") return body[name] ?? data[name];
  return name === "data" ? (data["data"] ?? data) : data[name];
};

/** The field alone, without a line end where it goes into a file or another program. */
export const printField = async (console: Console, { format, field = "" }: Wanted, body: JsonObject): Promise<void> => {
  const value = fieldOf(body, field);
  if (value === undefined || value === null) throw new CommandFailure(`Field "${field}" not present in secret`);
  if (format !== "table") await printText(console, format, ordered(value));
  else console.out(`${goText(value)}${console.outIsTerminal ? "\n" : ""}`);
};

export const printAnswer = async (console: Console, wanted: Wanted, answer: Answer): Promise<void> => {
  const body = bodyOf(answer);
  if (wanted.field !== undefined) return printField(console, wanted, body);
  if (wanted.format !== "table") return printText(console, wanted.format, envelopeOf(body));
  printWarnings(console, answer);
  const rows = rowsOf(body);
  if (rows.length > 0) console.out(keyTable(rows));
};

/** The keys of a list, below each other. */
export const printKeys = async (console: Console, { format }: Wanted, keys: readonly string[]): Promise<void> => {
  if (format === "table") console.out(table([["Keys"], ...keys.map((key) => [key])]));
  else await printText(console, format, keys);
};

/** A heading as wide as the table of an object. */
export const titleOf = (words: string, data: JsonObject): string =>
  heading(words, Math.max(0, ...Object.keys(data).map((name) => name.length)) + 4 + 5);
