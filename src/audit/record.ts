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
  /** Data as it was written: an entry that is made short is not hashed a second time. */
  readonly written?: Map<Side, string | undefined>;
}

type Side = "request" | "response";

export const keysOf = (names: readonly string[] | undefined): ReadonlySet<string> => new Set(names ?? []);

const dataText = (side: Side, write: () => string | undefined, { written }: Entry): string | undefined => {
  if (!written) return write();
  if (!written.has(side)) written.set(side, write());
  return written.get(side);
};

/** `write` makes JSON. */
export const dataMember = (side: Side, write: () => string | undefined, entry: Entry, style: Style): string => {
  const text = dataText(side, write, entry);
  const found = member("data", text);
  return entry.short && text !== undefined && found !== "" ? member("data", whole(text, style)) : found;
};

/** An error or a warning as JSON. */
export const messageText = (text: string, { decoded }: AuditRecord, style: Style): string =>
  style.text(redactMessage({ text, data: decoded.data, path: decoded.path }, style.hash));
