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
  if (typeof error !== "object" || error === null) return "unexpected failure";
  const name: unknown = Reflect.get(error, "name");
  const message: unknown = Reflect.get(error, "message");
  if (typeof name !== "string") return "unexpected failure";
  return SPEAKING.has(name) && typeof message === "string" ? message : `unexpected ${name}`;
};
