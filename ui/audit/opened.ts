import type { Verdict, VerifyOptions } from "../../src/audit/judge.ts";
import { linesOf } from "../../src/audit/lines.ts";
import { textOf } from "./lines.ts";
import { type AuditRow, rowsOf } from "./rows.ts";
import { readKey, verifyLog } from "./verify.ts";

/** A log as the page shows it: judged, and its requests in rows. */

export interface OpenedLog {
  readonly name: string;
  readonly lines: readonly string[];
  readonly verdict: Verdict;
  readonly rows: readonly AuditRow[];
}

export const LARGEST_MB = 256;

/** Throws what the file's reading throws, and for keys that are none. */
export const openLog = async (file: File, pems: readonly string[], options: VerifyOptions): Promise<OpenedLog> => {
  const keys = await Promise.all(pems.map(readKey));
  const lines = linesOf(await textOf(file));
  return { name: file.name, lines, verdict: await verifyLog(lines, keys, options), rows: await rowsOf(lines) };
};
