import { memberOf } from "../std/member.ts";

/**
 * The lines of an audit log in the forms that people have it in: a device's file, a log group exported to S3 (each line
 * behind its time), or the answer of `aws logs filter-log-events`. It runs in a browser too.
 */

const STAMPED = /^\d{4}-\d\d-\d\dT[\d:.]+Z (?=\{)/;

/** The messages of an answer of the command; `undefined`: the text is none. */
const messagesOf = (text: string): readonly string[] | undefined => {
  if (!/^\s*\{\s*"events"\s*:/.test(text)) return undefined;
  try {
    const events = memberOf(JSON.parse(text), "events");
    const messages = (Array.isArray(events) ? events : []).map((event) => memberOf(event, "message"));
    return messages.filter((message) => typeof message === "string");
  } catch {
    return undefined;
  }
};

/** Without the empty line behind the last line feed. */
export const linesOf = (text: string): readonly string[] => {
  const messages = messagesOf(text);
  if (messages) return messages.map((message) => message.replace(/\n$/, ""));
  const lines = text.split("\n").map((line) => line.replace(STAMPED, ""));
  if (lines.at(-1) === "") lines.pop();
  return lines;
};
