import type { Passed } from "./gate.ts";

/** Tokens that logins gave, whoever asked for them. */
export const tokensOf = (passed: readonly Passed[]): readonly string[] =>
  passed.flatMap(({ answer = "" }) => /"client_token":"([^"]{8,})"/.exec(answer)?.[1] ?? []);
