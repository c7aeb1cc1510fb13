/**
 * The lines of an audit log in the forms that people have it in: a device's file, a log group exported to S3 (each line
 * behind its time), or the answer of `aws logs filter-log-events`.
 */

const STAMPED = /^\d{4}-\d\d-\d\dT[\d:.]+Z (?=\{)/;

interface Events {
  readonly events: readonly { readonly message: string }[];
}

const eventsOf = (text: string): Events | undefined => {
  if (!/^\s*\{\s*"events"\s*:/.test(text)) return undefined;
  try {
    const { events } = JSON.parse(text) as { readonly events?: unknown };
    const messages = (Array.isArray(events) ? events : []).filter(
      (event): event is { readonly message: string } => typeof event?.message === "string",
    );
    return { events: messages };
  } catch {
    return undefined;
  }
};

/** Without the empty line behind the last line feed. */
export const linesOf = (text: string): readonly string[] => {
  const events = eventsOf(text);
  if (events) return events.events.map(({ message }) => message.replace(/\n$/, ""));
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
