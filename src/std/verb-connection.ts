import type { Server, Socket } from "node:net";
import { Duplex } from "node:stream";
import { createVerbRewriter } from "./verbs.ts";

/** A socket as Node's HTTP server sees it, with the methods of incoming requests rewritten. */
export class VerbConnection extends Duplex {
  readonly #socket: Socket;
  readonly #rewriter = createVerbRewriter();

  constructor(socket: Socket) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#pass(this.#rewriter.push(chunk)));
    socket.on("end", () => {
      this.#pass(this.#rewriter.flush());
      this.push(null);
    });
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
    socket.on("timeout", () => this.emit("timeout"));
    // The HTTP server reports stream errors of its connections itself; a connection that is gone is none of ours.
    this.on("error", () => undefined);
  }

  /** The peer, in plain IPv4 where it is one. */
  get remoteAddress(): string {
    return (this.#socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, "");
  }

  setTimeout(milliseconds: number, callback?: () => void): this {
    this.#socket.setTimeout(milliseconds, callback);
    return this;
  }

  #pass(bytes: Uint8Array): void {
    if (bytes.length > 0 && !this.push(bytes)) this.#socket.pause();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

/** Lets a server of Node's see its connections through this: those of `event` are handed to it as `wrapped` makes them. */
export const rewireVerbs = (
  server: Server,
  event: "connection" | "secureConnection",
  wrapped: (socket: Socket) => VerbConnection = (socket) => new VerbConnection(socket),
): void => {
  const accept = server.listeners(event);
  server.removeAllListeners(event);
  server.on(event, (socket: Socket) => {
    const connection = wrapped(socket);
    for (const listener of accept) listener.call(server, connection);
  });
};
