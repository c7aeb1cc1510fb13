import { longText } from "../../src/audit/short-text.ts";
import type { JsonObject } from "../client/api.ts";
import { objectIn, objectOf, textIn } from "../client/read-json.ts";

/** What the table of a log shows: one row for each request, with what became of it. */

export type Outcome = "allowed" | "refused" | "no answer";

export interface AuditRow {
  /** Of the request's line in the log, from 1. */
  readonly line: number;
  /** RFC 3339, as written. */
  readonly time: string;
  /** The display name, or the hashed accessor where there is none. Empty: no token. */
  readonly who: string;
  readonly operation: string;
  readonly path: string;
  readonly outcome: Outcome;
  /** The response's error, where there is one. */
  readonly error: string;
}

/** As Vault's format has it: the built-in log and those of devices look alike. */
const shown = (record: JsonObject, name: string): string => longText(textIn(record, name));

/** Of a request whose answer has not been read yet. */
const requestRow = (record: JsonObject, line: number): AuditRow => {
  const auth = objectIn(record, "auth");
  const request = objectIn(record, "request");
  return {
    line,
    time: textIn(record, "time"),
    who: shown(auth, "display_name") || shown(auth, "accessor"),
    operation: shown(request, "operation"),
    path: shown(request, "path"),
    outcome: "no answer",
    error: shown(record, "error"),
  };
};

/** In the order of the requests' lines. Whatever is not a request or a response is left out. */
export const rowsOf = (lines: readonly string[]): readonly AuditRow[] => {
  const rows = new Map<string, AuditRow>();
  for (const [index, text] of lines.entries()) {
    const record = objectOf(text) ?? {};
    const id = textIn(objectIn(record, "request"), "id");
    if (record["type"] === "request") {
      rows.set(id, requestRow(record, index + 1));
    } else if (record["type"] === "response") {
      const row = rows.get(id);
      const error = shown(record, "error");
      if (row)
        rows.set(id, {
          ...row,
          outcome: error === "" && row.error === "" ? "allowed" : "refused",
          error: error || row.error,
        });
    }
  }
  return [...rows.values()];
};
