import { type Fetch, NoAnswer } from "../../../outgoing/index.ts";

/** The AWS doubles' way in: requests that a handler in this process answers instead of the network. */

/** What an SDK client's request handler takes and gives, as far as it is needed for a plain POST. */
export interface PlainHandler {
  handle(request: {
    readonly protocol: string;
    readonly hostname: string;
    readonly method: string;
    readonly path: string;
    readonly query: Record<string, string>;
    readonly headers: Record<string, string>;
    readonly body: string;
  }): Promise<{ response: { statusCode: number; headers: Record<string, string>; body?: unknown } }>;
}

const readBody = async (body: unknown, mostBytes: number): Promise<string> => {
  if (body === undefined) return "";
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString("utf8");
  if (typeof body !== "object" || body === null || !(Symbol.asyncIterator in body)) throw new NoAnswer("broken");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > mostBytes) throw new NoAnswer("too long");
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString("utf8");
};

export const fetchThrough =
  (handler: PlainHandler): Fetch =>
  async ({ method, url, headers, body = "", mostBytes }) => {
    const { response } = await handler.handle({
      protocol: url.protocol,
      hostname: url.hostname,
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...headers },
      body,
    });
    const text = await readBody(response.body, mostBytes);
    if (Buffer.byteLength(text) > mostBytes) throw new NoAnswer("too long");
    const answered = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]);
    return { status: response.statusCode, headers: Object.fromEntries(answered), body: text };
  };
