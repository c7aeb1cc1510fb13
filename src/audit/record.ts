import type { JsonObject } from "../std/json.ts";
import { member } from "./members.ts";
import { redactMessage } from "./messages.ts";
import { whole } from "./redaction.ts";
import type { Style } from "./style.ts";
import type { AuditedResponse, AuditRecord } from "./types.ts";

/** What a line is written from, and what the parts of a line have in common. */

export interface Entry {
  readonly record: AuditRecord;
  /** Absent: the request's own line. */
  readonly response?: AuditedResponse | undefined;
  /** What the request's line said, where the device has it and it still holds: a compact line does not repeat it. */
  readonly before?: AuditRecord | undefined;
  /** `sys/config/auditing/request-headers`: lower-case name to `{ hmac }`. */
  readonly audited: JsonObject;
  readonly nowMs: number;
  /** Data as one hash: the line would be longer than its sink takes. */
  readonly short?: boolean;
}

export const keysOf = (names: readonly string[] | undefined): ReadonlySet<string> => new Set(names ?? []);

/** `text` is JSON. */
export const dataMember = (text: string | undefined, { short }: Entry, style: Style): string => {
  const written = member("data", text);
  return short && text !== undefined && written !== "" ? member("data", whole(text, style)) : written;
};

/** An error or a warning as JSON. */
export const messageText = (text: string, { decoded }: AuditRecord, style: Style): string =>
  style.text(redactMessage({ text, data: decoded.data, path: decoded.path }, style.hash));
