import { STRANGER_AUDIT_LEAVES } from "../contract/limits.ts";
import { isJsonObject, type JsonObject, writeJson } from "../std/json.ts";
import { clientSerialNumber } from "./client-certificate.ts";
import { block, key, list, member, put } from "./members.ts";
import { mountMembers } from "./mount-members.ts";
import { dataMember, type Entry, keysOf } from "./record.ts";
import { type DataRules, hasMoreLeaves, redactedText, whole } from "./redaction.ts";
import type { Style } from "./style.ts";
import type { AuditedRequest, AuditRecord } from "./types.ts";
import type { Caller } from "./who.ts";

/** `request` of a line: what was asked for, where, and from where. */

const headersText = ({ decoded }: AuditRecord, audited: JsonObject, style: Style): string | undefined => {
  let text = "";
  for (const [name, settings] of Object.entries(audited)) {
    const values = Object.hasOwn(decoded.headers, name) ? decoded.headers[name] : undefined;
    if (!values) continue;
    const hashed = isJsonObject(settings) && settings["hmac"] === true;
    text += `,${key(name)}:${hashed ? `[${values.map(style.hashed).join(",")}]` : list(values, style)}`;
  }
  return block(text);
};

/** One hash instead of very many: a line costs its sender's work, not ours. */
const strangersData = ({ data, unread }: AuditedRequest, rules: DataRules): string | undefined => {
  if (unread) return whole(Buffer.from(unread.bytes).toString("utf8"), rules.style);
  return hasMoreLeaves(data, STRANGER_AUDIT_LEAVES) ? whole(writeJson(data), rules.style) : redactedText(data, rules);
};

const serialMember = ({ peerCertificates }: AuditedRequest, style: Style): string => {
  const serial = clientSerialNumber(peerCertificates);
  return serial === undefined ? "" : member("client_certificate_serial_number", style.text(serial));
};

export const requestText = (entry: Entry, caller: Caller | undefined, style: Style): string | undefined => {
  const { record, audited } = entry;
  const { decoded, mount, known, payload } = record;
  const rules = { style, clearKeys: keysOf(mount?.config.auditNonHmacRequestKeys), payload };
  const stranger = !known && decoded.token ? style.hashed(decoded.token.reveal()) : undefined;
  const data = () => (known ? redactedText(decoded.data, rules) : strangersData(decoded, rules));
  const repeated = known && caller && !style.compact;
  return block(
    member("id", style.text(decoded.requestId)) +
      (repeated ? member("client_id", style.text(known.token.entityId)) : "") +
      member("operation", style.text(record.operation)) +
      mountMembers(mount, style) +
      member("client_token", repeated ? caller.token : stranger) +
      (repeated && known.token.accessor !== ""
        ? member("client_token_accessor", style.hashedAccessor(known.token.accessor))
        : "") +
      (style.compact ? "" : put("namespace", '{"id":"root"}')) +
      member("path", style.text(decoded.path)) +
      (decoded.sentPath === undefined ? "" : member("sent_path", style.text(decoded.sentPath))) +
      dataMember("request", data, entry, style) +
      member("remote_address", style.text(decoded.sourceAddress)) +
      serialMember(decoded, style) +
      (decoded.wrapTtl === undefined ? "" : member("wrap_ttl", `${decoded.wrapTtl}`)) +
      member("headers", headersText(record, audited, style)),
  );
};
