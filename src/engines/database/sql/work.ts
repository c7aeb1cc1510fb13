import type { UserWork } from "../connector.ts";

/** What a connector runs about one user: the operator's statements or its own, with the user's values in them. */

/** Shorter than the 29 seconds a gateway waits. */
export const WORK_MS = 20_000;
/** All of a revocation: shorter than the 90 seconds a revoker has a lease for itself. */
export const DROP_MS = 60_000;

/** `2026-05-01 12:00:05+0000` */
export const expiration = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")}+0000`;

/** A dialect's way with statements; see `statements.ts`. */
export interface SqlText {
  readonly statementsOf: (texts: readonly string[]) => readonly string[];
  readonly fill: (sql: string, values: Readonly<Record<string, string>>) => string;
}

/** The statements of a piece of work, or the fallback's where it has none, filled in. Throws `DatabaseFailure`. */
export const prepareBy =
  ({ statementsOf, fill }: SqlText) =>
  (
    { statements, username }: UserWork,
    fallback: readonly string[],
    values: Readonly<Record<string, string>>,
  ): readonly string[] =>
    statementsOf(statements.length > 0 ? statements : fallback).map((statement) =>
      fill(statement, { name: username, username, ...values }),
    );
