import { invalidRequest, VaultError } from "../../framework/index.ts";
import { AddressRefused, NoAnswer, NoConnection } from "../../outgoing/index.ts";

/**
 * How a question to GitHub fails. The texts are ours: GitHub's own, or those of whatever is at `base_url`, may repeat
 * the token. A token that is refused is the caller's mistake (400); a GitHub that does not answer is not (502).
 */

/** Longest pause that is passed on, in seconds. */
const LONGEST_PAUSE = 3600;

export const unreadable = (reason: string): VaultError =>
  new VaultError("upstream_failed", { wire: "GitHub could not be asked", reason: `GitHub: ${reason}`, multi: true });

/** What went wrong below HTTP. */
export const failed = (cause: unknown): unknown => {
  if (cause instanceof AddressRefused)
    return invalidRequest(`base_url: ${cause.message}`, { reason: `base_url: ${cause.reason}`, multi: true });
  if (cause instanceof NoConnection || cause instanceof NoAnswer) return unreadable(cause.reason);
  return cause;
};

/** What the caller must put right. */
export const refused = (wire: string): VaultError => new VaultError("invalid_credentials", { wire, multi: true });

export const refusedToken = (question: string): VaultError => refused(`${question}: 401 Bad credentials`);

export const limited = (pause: string | undefined): VaultError =>
  new VaultError("upstream_failed", {
    wire: "GitHub limits how often this token may ask it; try again later",
    multi: true,
    retryAfter: Math.min(LONGEST_PAUSE, /^\d{1,6}$/.test(pause ?? "") ? Number(pause) : 60),
  });

/** What the token lacks, by the question that was refused. */
const NEEDS: Readonly<Record<string, string>> = {
  "GET /user": "it is not a user's token: tokens of app installations and of GitHub Actions are not",
};
const MEMBERS = "it needs the scope read:org, or as a fine-grained token the organization permission Members (read)";

export const lacking = (question: string, status: number, headers: Readonly<Record<string, string>>): VaultError =>
  headers["x-github-sso"]?.startsWith("required")
    ? refused(`${question}: ${status}: the token is not authorized for the organization's single sign-on`)
    : refused(`${question}: ${status}: the token may not ask this; ${NEEDS[question] ?? MEMBERS}`);
