import { isDeepStrictEqual } from "node:util";
import { member, put } from "./members.ts";
import { type Entry, messageText } from "./record.ts";
import { requestText } from "./request-text.ts";
import { responseText } from "./response-text.ts";
import type { Style } from "./style.ts";
import type { AuditRecord } from "./types.ts";
import { authText, callerOf } from "./who.ts";

/**
 * A record as a line of one device: each has its own salt and options. Tokens and accessors are hashed, data is hashed
 * leaf by leaf, and only configured headers are shown. Nothing else of a request enters a line.
 *
 * Devices that somebody enabled get Vault's audit format. The built-in one gets the same in fewer bytes: what repeats
 * another member or always has the same value is left out, and a response's line names its request's line. `expand.ts`
 * puts all of it back.
 *
 * Source: Vault documentation, "Audit devices", and `audit/format.go`.
 */

const problemMembers = (record: AuditRecord, before: AuditRecord | undefined, style: Style): string => {
  const { error, reason } = record;
  const told = error === undefined ? "" : put("error", messageText(error, record, style));
  // Behind a refused request's line, a missing reason means the same one.
  if (before?.error !== undefined && before.reason === reason) return told;
  if (reason === undefined) return before?.error === undefined ? told : told + put("reason", '""');
  return told + put("reason", messageText(reason, record, style));
};

/** The members of a response's line that its request's line has too, where they are not left out. */
const aboutRequest = (entry: Entry, style: Style): string => {
  const { record, response, before } = entry;
  if (before) return put("request", `{"id":${style.text(record.decoded.requestId)}}`);
  const caller = record.known && callerOf(record.known, style);
  return (
    member("auth", authText(record, response, caller, style)) + member("request", requestText(entry, caller, style))
  );
};

/** A line without its place in the chain, as JSON. */
export const entryText = (whole: Entry, style: Style): string => {
  const entry = style.compact ? whole : { ...whole, before: undefined };
  const { record, response, before } = entry;
  const device = style.device === undefined ? "" : put("device", style.text(style.device));
  return `{"time":${style.time(entry.nowMs)},"type":"${response ? "response" : "request"}"${device}${aboutRequest(
    entry,
    style,
  )}${response ? member("response", responseText(entry, response, style)) : ""}${problemMembers(record, before, style)}}`;
};

const isSame = (before: AuditRecord, now: AuditRecord): boolean =>
  before.decoded === now.decoded &&
  before.known === now.known &&
  before.decision === now.decision &&
  before.operation === now.operation &&
  before.mount === now.mount &&
  before.payload === now.payload &&
  before.operator === now.operator &&
  (before.refused === true) === (now.refused === true);

type Written = Pick<Entry, "record" | "audited">;

/** Whether a response's line may leave out what the request's line said: it would say the same. */
export const stillHolds = (before: Written, now: Written): boolean =>
  isSame(before.record, now.record) && isDeepStrictEqual(before.audited, now.audited);
