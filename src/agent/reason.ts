import { codeOf } from "../std/error-code.ts";
import { memberOf } from "../std/member.ts";

/** The errors whose words are written for a log: they say what is wrong and hold no secret. */
const SPEAKING = new Set([
  "AgentError",
  "FileError",
  "ResponseError",
  "ConnectionError",
  "SettingsError",
  "CallRefused",
]);

/** What a log says about a failure. The words of an error that is not ours may hold anything, so its name must do. */
export const reasonOf = (error: unknown): string => {
  const name = memberOf(error, "name");
  const message = memberOf(error, "message");
  if (typeof name !== "string") return "unexpected failure";
  return SPEAKING.has(name) && typeof message === "string" ? message : `unexpected ${name}`;
};

/** Why the system did not start a program. */
export const whyNotStarted = (error: unknown): string => {
  const code = codeOf(error);
  return code === "ENOENT" ? "no such program" : code === "EACCES" ? "permission denied" : code || "unknown reason";
};
