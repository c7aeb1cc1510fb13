import type { JsonObject } from "../std/json.ts";
import type { AuditConfiguration } from "./types.ts";

/** Which request headers the log shows: one row of configuration each, so that two changes do not lose one another. */

export const AUDITED_HEADER = "audited-header";

const known = new WeakMap<AuditConfiguration, JsonObject>();

/** Lower-case name to `{ hmac }`. */
export const auditedHeaders = (snapshot: AuditConfiguration): JsonObject => {
  const cached = known.get(snapshot);
  if (cached) return cached;
  const prefix = `${AUDITED_HEADER}/`;
  const rows = [...snapshot.settings].filter(([key]) => key.startsWith(prefix));
  const headers = Object.fromEntries(rows.map(([key, value]) => [key.slice(prefix.length), value]));
  known.set(snapshot, headers);
  return headers;
};
