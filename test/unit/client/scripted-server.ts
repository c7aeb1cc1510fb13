import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type ClientSettings, type ClientSurroundings, createClient } from "../../../src/client/index.ts";
import { onLoopback } from "../../support/loopback.ts";

/** A server that answers from a script, and a client whose waits pass at once and are written down. */

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Line = (response: ServerResponse, seen: Seen) => void;

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Line =>
  (response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

export const data = (members: Record<string, unknown>): Line => json(200, { request_id: "r", data: members });

const TRY = 61_000;

/** The last line is repeated for further requests. */
export const scripted = async (
  lines: readonly Line[],
  settings: Partial<ClientSettings> = {},
  own: Partial<ClientSurroundings> = {},
) => {
  const seen: Seen[] = [];
  const listener: RequestListener = async (request, response) => {
    const one = {
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      body: await text(request),
    };
    seen.push(one);
    lines[Math.min(seen.length, lines.length) - 1]?.(response, one);
  };
  const { port, close } = await onLoopback(createServer(listener));
  const waits: number[] = [];
  const surroundings: Partial<ClientSurroundings> = {
    clock: { now: () => Date.parse("2026-11-30T06:00:00Z") },
    random: { bytes: (length) => new Uint8Array(length) },
    // A try's deadline never comes; waits between tries pass at once.
    timer: (ms, ring) => {
      if (ms === TRY) return () => undefined;
      waits.push(ms);
      const soon = setImmediate(ring);
      return () => clearImmediate(soon);
    },
    ...own,
  };
  const address = `http://127.0.0.1:${port}`;
  const client = createClient({ address, timeout: TRY, ...settings }, surroundings);
  return {
    client,
    seen,
    waits,
    address,
    close: async () => {
      client.close();
      await close();
    },
  };
};
