/**
 * Node's HTTP parser knows a fixed list of methods, and LIST, SCAN and HELP are not on it. This rewrites the method of a
 * request, on its way to the parser, into one of the same length that the parser knows and Vault does not use, and
 * back afterwards.
 *
 * Security: it touches nothing but the first bytes of a message. Where a message ends it reads from `Content-Length`
 * and `Transfer-Encoding` as the parser does; as soon as a head is out of the ordinary it stops rewriting for good and
 * leaves the connection to the parser, which refuses such heads. So a body can never be taken for a request.
 */

const TO_PARSER: Readonly<Record<string, string>> = {
  "LIST ": "LINK ",
  "SCAN ": "MOVE ",
  "HELP ": "BIND ",
  // Sent by a caller, these mean nothing; they must not arrive as LIST, SCAN or HELP.
  "LINK ": "LOCK ",
  "MOVE ": "LOCK ",
  "BIND ": "LOCK ",
};

const FROM_PARSER: Readonly<Record<string, string>> = { LINK: "LIST", MOVE: "SCAN", BIND: "HELP" };

/** The method as it was sent. */
export const sentMethod = (parsed: string): string =>
  Object.hasOwn(FROM_PARSER, parsed) ? (FROM_PARSER[parsed] ?? parsed) : parsed;

export interface VerbRewriter {
  /** What to pass on now; at most four bytes are held back until more comes. */
  push(chunk: Uint8Array): Uint8Array;
  /** What was held back, at the end of the stream. */
  flush(): Uint8Array;
}

const METHOD_LENGTH = 5;
const HEAD_LIMIT = 64 * 1024;

type Framing = { readonly length: number } | "chunked" | "odd";

/** The headers that frame a body, as often as they are given. */
interface FramingHeaders {
  readonly lengths: readonly string[];
  readonly encodings: readonly string[];
}

const isRequestLine = (line: string): boolean => /^[!-~]+ [!-~\x80-\xff]+ HTTP\/1\.[01]$/.test(line);

const framingHeaders = (lines: readonly string[]): FramingHeaders | "odd" => {
  const lengths: string[] = [];
  const encodings: string[] = [];
  for (const line of lines) {
    const header = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)$/.exec(line);
    if (!header) return "odd";
    const name = header[1]?.toLowerCase();
    const value = (header[2] ?? "").trim();
    if (name === "content-length") lengths.push(value);
    if (name === "transfer-encoding") encodings.push(value.toLowerCase());
    if (name === "upgrade") return "odd";
  }
  return { lengths, encodings };
};

/** How the body behind a head is framed, by the strictest reading. */
const framingOf = (head: string): Framing => {
  const [request = "", ...lines] = head.split("\r\n");
  if (!isRequestLine(request) || head.replaceAll("\r\n", "").includes("\n")) return "odd";
  const headers = framingHeaders(lines);
  if (headers === "odd") return "odd";
  const { lengths, encodings } = headers;
  if (encodings.length > 0) return lengths.length === 0 && encodings.join() === "chunked" ? "chunked" : "odd";
  const [length, ...more] = lengths;
  if (length === undefined) return { length: 0 };
  return more.length === 0 && /^\d{1,15}$/.test(length) ? { length: Number(length) } : "odd";
};

type State =
  | { readonly at: "start" }
  | { readonly at: "head"; text: string }
  | { readonly at: "body"; left: number }
  /** Inside chunked framing, at a line; `text` is what of it has come. */
  | { readonly at: "size" | "trailer"; text: string }
  | { readonly at: "off" };

const startOf = (framing: Framing): State => {
  if (framing === "odd") return { at: "off" };
  if (framing === "chunked") return { at: "size", text: "" };
  return framing.length === 0 ? { at: "start" } : { at: "body", left: framing.length };
};

/** Takes one line of chunked framing, without its line end. */
const afterLine = (state: "size" | "trailer", line: string): State => {
  if (state === "trailer") return line === "" ? { at: "start" } : { at: "trailer", text: "" };
  const size = /^([0-9a-fA-F]{1,8})(?:;.*)?$/.exec(line)?.[1];
  if (size === undefined) return { at: "off" };
  const length = Number.parseInt(size, 16);
  // The line end behind a chunk belongs to it.
  return length === 0 ? { at: "trailer", text: "" } : { at: "body", left: length + 2 };
};

/** One rewriter per connection. */
export const createVerbRewriter = (): VerbRewriter => {
  let state: State = { at: "start" };
  let chunked = false;
  let held: Buffer = Buffer.alloc(0);

  const takeLine = (bytes: Buffer, from: number, current: State & { at: "head" | "size" | "trailer" }): number => {
    const end = bytes.indexOf(0x0a, from);
    const to = end < 0 ? bytes.length : end + 1;
    current.text += bytes.toString("latin1", from, to);
    if (current.text.length > HEAD_LIMIT) state = { at: "off" };
    else if (current.at === "head") {
      if (!current.text.endsWith("\r\n\r\n")) return to;
      const framing = framingOf(current.text.slice(0, -4));
      chunked = framing === "chunked";
      state = startOf(framing);
    } else if (end >= 0) {
      state = current.text.endsWith("\r\n") ? afterLine(current.at, current.text.slice(0, -2)) : { at: "off" };
    }
    return to;
  };

  const takeBody = (bytes: Buffer, from: number, current: State & { at: "body" }): number => {
    const taken = Math.min(current.left, bytes.length - from);
    current.left -= taken;
    if (current.left === 0) state = chunked ? { at: "size", text: "" } : { at: "start" };
    return from + taken;
  };

  /** Passes empty lines in front of a request, then rewrites its method. Answers the next place, or -1 to wait. */
  const takeStart = (bytes: Buffer, from: number): number => {
    if (bytes[from] === 0x0d || bytes[from] === 0x0a) return from + 1;
    if (bytes.length - from < METHOD_LENGTH) {
      const partly = bytes.toString("latin1", from);
      if (Object.keys(TO_PARSER).some((method) => method.startsWith(partly))) return -1;
    }
    const method = bytes.toString("latin1", from, from + METHOD_LENGTH);
    const replacement = Object.hasOwn(TO_PARSER, method) ? TO_PARSER[method] : undefined;
    if (replacement !== undefined) bytes.write(replacement, from, "latin1");
    state = { at: "head", text: "" };
    return from;
  };

  /** Takes what comes next in the state of things. Answers the next place, or -1 to wait. */
  const take = (bytes: Buffer, from: number, current: State): number => {
    switch (current.at) {
      case "off":
        return bytes.length;
      case "start":
        return takeStart(bytes, from);
      case "body":
        return takeBody(bytes, from, current);
      default:
        return takeLine(bytes, from, current);
    }
  };

  const push = (chunk: Uint8Array): Uint8Array => {
    const bytes = Buffer.concat([held, chunk]);
    held = Buffer.alloc(0);
    let at = 0;
    while (at < bytes.length) {
      const next = take(bytes, at, state);
      if (next < 0) {
        held = Buffer.from(bytes.subarray(at));
        return bytes.subarray(0, at);
      }
      at = next;
    }
    return bytes;
  };

  return {
    push,
    flush: () => {
      const rest = held;
      held = Buffer.alloc(0);
      return rest;
    },
  };
};
