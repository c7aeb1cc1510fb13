/**
 * The lines of an audit log in the forms that people have it in: a device's file, a log group exported to S3 (each line
 * behind its time), or the answer of `aws logs filter-log-events`.
 */

const STAMPED = /^\d{4}-\d\d-\d\dT[\d:.]+Z (?=\{)/;

/** The messages of an answer of the command; `undefined`: the text is none. */
const messagesOf = (text: string): readonly string[] | undefined => {
  if (!/^\s*\{\s*"events"\s*:/.test(text)) return undefined;
  try {
    const { events } = JSON.parse(text) as { readonly events?: unknown };
    const messages: readonly unknown[] = (Array.isArray(events) ? events : []).map((event) => event?.message);
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

/** Decompresses what is gzip, as exports are. A mark of the byte order stays: it is part of what was hashed. */
export const textOf = async (file: Blob): Promise<string> => {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const zipped = head[0] === 0x1f && head[1] === 0x8b;
  const stream = zipped ? file.stream().pipeThrough(new DecompressionStream("gzip")) : file.stream();
  const bytes = await new Response(stream).arrayBuffer();
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
};
