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

type Loose = { readonly [name: string]: unknown };

const objectOf = (value: unknown): Loose => (typeof value === "object" && value !== null ? (value as Loose) : {});
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const parsed = (line: string): Loose => {
  try {
    return objectOf(JSON.parse(line));
  } catch {
    return {};
  }
};

/** In the order of the requests' lines. Whatever is not a request or a response is left out. */
export const rowsOf = (lines: readonly string[]): readonly AuditRow[] => {
  const rows = new Map<string, AuditRow>();
  for (const [index, text] of lines.entries()) {
    const record = parsed(text);
    const request = objectOf(record["request"]);
    const id = textOf(request["id"]);
    if (record["type"] === "request") {
      const auth = objectOf(record["auth"]);
      rows.set(id, {
        line: index + 1,
        time: textOf(record["time"]),
        who: textOf(auth["display_name"]) || textOf(auth["accessor"]),
        operation: textOf(request["operation"]),
        path: textOf(request["path"]),
        outcome: "no answer",
        error: textOf(record["error"]),
      });
    } else if (record["type"] === "response") {
      const row = rows.get(id);
      const error = textOf(record["error"]);
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
