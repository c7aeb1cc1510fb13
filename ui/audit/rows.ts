import { longText } from "../../src/audit/short-text.ts";
import type { JsonObject } from "../client/api.ts";
import { objectIn, objectOf, textIn } from "../client/read-json.ts";

/** What the table of a log shows: one row for each request, with what became of it. */

export type Outcome = "allowed" | "refused" | "no answer";

export interface AuditRow {
  /** Of the request's line in the log, from 1. */
  readonly line: number;
  /** Of its answer's line. */
  readonly answered: number | undefined;
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
    answered: undefined,
    time: textIn(record, "time"),
    who: shown(auth, "display_name") || shown(auth, "accessor"),
    operation: shown(request, "operation"),
    path: shown(request, "path"),
    outcome: "no answer",
    error: shown(record, "error"),
  };
};

/** Of whatever is not a request or a response, nothing. */
const take = (rows: Map<string, AuditRow>, text: string, line: number): void => {
  const record = objectOf(text) ?? {};
  const id = textIn(objectIn(record, "request"), "id");
  if (record["type"] === "request") rows.set(id, requestRow(record, line));
  const row = record["type"] === "response" ? rows.get(id) : undefined;
  if (!row) return;
  const error = shown(record, "error") || row.error;
  rows.set(id, { ...row, answered: line, outcome: error === "" ? "allowed" : "refused", error });
};

/** Lines read between two looks at what else is to be done: a log of many megabytes does not stop the page. */
const AT_ONCE = 2_000;

const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** In the order of the requests' lines. */
export const rowsOf = async (lines: readonly string[]): Promise<readonly AuditRow[]> => {
  const rows = new Map<string, AuditRow>();
  for (const [index, text] of lines.entries()) {
    if (index > 0 && index % AT_ONCE === 0) await breath();
    take(rows, text, index + 1);
  }
  return [...rows.values()];
};
