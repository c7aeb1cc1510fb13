import type { IncomingMessage } from "node:http";
import { ofOneConnection } from "../../client/raw.ts";
import { BODY_BYTES } from "../../contract/limits.ts";
import { sentMethod } from "../../std/verbs.ts";
import type { Given, HeaderFields } from "../proxy/index.ts";
import { failure } from "./answers.ts";

/** What a client sent, read and judged before anything is done with it. */

export interface Taken {
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly fields: HeaderFields;
  readonly body: Buffer;
}

const allFields = (message: IncomingMessage): Map<string, string[]> => {
  const found = new Map<string, string[]>();
  for (let at = 0; at + 1 < message.rawHeaders.length; at += 2) {
    const name = (message.rawHeaders[at] ?? "").toLowerCase();
    const values = found.get(name) ?? [];
    values.push(message.rawHeaders[at + 1] ?? "");
    found.set(name, values);
  }
  return found;
};

/** Without what belongs to the sender's connection, and what `Connection` says belongs to it. */
const passedFields = (all: ReadonlyMap<string, readonly string[]>): HeaderFields => {
  const left = ofOneConnection((all.get("connection") ?? []).join(","));
  return new Map([...all].filter(([name]) => !left.has(name)));
};

const decoded = (path: string): string | undefined => {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
};

/** A segment of dots, also where others on the way may take it for one. Three dots are a name. */
const DOTS = /(?:^|[/\\])\.{1,2}(?:[/\\;]|$)/;

/** The path of a target, percent-decoded once; an answer where the target cannot be served. */
const pathOf = (target: string): string | Given => {
  if (!target.startsWith("/")) return failure(400, "the request's target must be a path");
  const path = decoded(target.split(/[?#]/, 1)[0] ?? "");
  if (path === undefined) return failure(400, "invalid URL escape in path");
  if (DOTS.test(path)) return failure(400, "relative paths not supported");
  return path;
};

/** Reading the body of a request: `undefined` once it is known to be too long. Rejects when the client goes away. */
const bodyOf = (message: IncomingMessage): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    if (Number(message.headers["content-length"] ?? 0) > BODY_BYTES) return resolve(undefined);
    const chunks: Buffer[] = [];
    let length = 0;
    message.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > BODY_BYTES) resolve(undefined);
      else chunks.push(chunk);
    });
    message.on("end", () => resolve(Buffer.concat(chunks, length)));
    message.on("error", reject);
    message.on("close", () => reject(new Error("the client went away")));
  });

const isTaken = (value: string | Given): value is string => typeof value === "string";

/** The request, or why it is refused. Rejects when the client goes away first. */
export const takeRequest = async (message: IncomingMessage): Promise<Taken | Given> => {
  const all = allFields(message);
  // What proposes HTTP/2 without TLS is answered in HTTP/1.1, as any server may.
  if ((all.get("upgrade") ?? []).some((protocol) => protocol.trim().toLowerCase() !== "h2c")) {
    return failure(400, "another protocol is not supported");
  }
  const target = message.url ?? "";
  const path = pathOf(target);
  if (!isTaken(path)) return path;
  const body = await bodyOf(message);
  if (body === undefined) return failure(413, "http: request body too large");
  return { method: sentMethod(message.method ?? ""), target, path, fields: passedFields(all), body };
};
