import type { Socket } from "node:net";
import { UnbindRequest } from "ldapts";
import { NoAnswer, NoConnection, networkReason } from "../../../outgoing/index.ts";
import { type Entry, type Message, readMessage } from "./answers.ts";
import { lengthOf, Malformed } from "./ber.ts";

/**
 * Requests and answers over one connected socket, one after another.
 *
 * Security: whatever comes out of turn, cut off, late or in too great a number ends the connection, and every request
 * after that fails: a broken connection is never replaced.
 */

/** All answers of one connection together. */
const MOST_BYTES = 4 * 1024 * 1024;

/** A request of `ldapts`, written with the id it gets. */
export interface Request {
  write(): Buffer;
}

export interface Outcome {
  /** A result code of RFC 4511; 0 is success. */
  readonly code: number;
  readonly entries: readonly Entry[];
  readonly cookie: Buffer;
}

export interface Conversation {
  /** `expects`: the operation of the answer. Throws `NoConnection` or `NoAnswer`. */
  ask(request: (id: number) => Request, expects: number, limitMs: number): Promise<Outcome>;
  /**
   * The socket, for TLS to begin on it. Throws `NoConnection` where the server has said more than it was asked: it would
   * count as said under encryption.
   */
  release(): Socket;
  close(): void;
}

interface Waiting {
  readonly id: number;
  readonly expects: number;
  readonly entries: Entry[];
  readonly settle: (outcome: Outcome | Error) => void;
}

/** The server's own announcement that it closes the connection has this id. Source: RFC 4511, section 4.4.1. */
const UNSOLICITED = 0;

export const converse = (socket: Socket, mostBytes = MOST_BYTES): Conversation => {
  let received = 0;
  let unread: Buffer = Buffer.alloc(0);
  let waiting: Waiting | undefined;
  let broken: Error | undefined;
  let lastId = 0;

  const fail = (cause: Error): void => {
    broken ??= cause;
    socket.destroy();
    waiting?.settle(broken);
  };

  const take = ({ id, answer }: Message): void => {
    if (id === UNSOLICITED) throw new NoConnection("the server closed the connection");
    if (!waiting || id !== waiting.id) throw new Malformed("an answer to another request");
    if (answer.kind !== "result") {
      if (answer.kind === "entry") waiting.entries.push(answer.entry);
      return;
    }
    if (answer.operation !== waiting.expects) throw new Malformed("an answer of another kind");
    waiting.settle({ code: answer.code, entries: waiting.entries, cookie: answer.cookie });
  };

  const readAll = (): void => {
    for (let length = lengthOf(unread); length !== undefined && !broken; length = lengthOf(unread)) {
      if (length > mostBytes) throw new NoAnswer("too long");
      if (length > unread.length) return;
      const message = readMessage(unread.subarray(0, length));
      unread = unread.subarray(length);
      take(message);
    }
  };

  const onData = (chunk: Buffer): void => {
    if (broken) return;
    received += chunk.length;
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    try {
      if (received > mostBytes) throw new NoAnswer("too long");
      readAll();
    } catch (cause) {
      fail(cause instanceof NoAnswer || cause instanceof NoConnection ? cause : new NoAnswer("broken", { cause }));
    }
  };
  const onError = (cause: Error): void => fail(new NoConnection(networkReason(cause), { cause }));
  const onClose = (): void => fail(new NoConnection("the server closed the connection"));
  socket.on("data", onData).on("error", onError).on("close", onClose);

  return {
    ask: (request, expects, limitMs) =>
      new Promise((resolve, reject) => {
        if (broken) return reject(broken);
        const timer = setTimeout(() => fail(new NoAnswer("late")), Math.max(0, limitMs));
        lastId += 1;
        waiting = {
          id: lastId,
          expects,
          entries: [],
          settle: (outcome) => {
            clearTimeout(timer);
            waiting = undefined;
            if (outcome instanceof Error) reject(outcome);
            else resolve(outcome);
          },
        };
        socket.write(request(lastId).write());
      }),
    release: () => {
      if (broken) throw broken;
      if (unread.length > 0) throw new NoConnection("the server speaks out of turn");
      socket.removeListener("data", onData).removeListener("error", onError).removeListener("close", onClose);
      return socket;
    },
    close: () => {
      if (broken) return;
      broken = new NoConnection("closed");
      socket.end(new UnbindRequest({ messageId: lastId + 1 }).write(), () => socket.destroy());
    },
  };
};
