import type { Socket } from "node:net";
import { type Dial, NoConnection, nextEvent } from "../../../outgoing/index.ts";
import type { MysqlSettings } from "./settings.ts";

/**
 * Sockets to the server, with its greeting read and looked at before the driver sees it: whether this is MySQL at all,
 * whether it has TLS, and that nothing was slipped in behind the greeting before the encryption began. A driver that
 * took such a packet would believe it came over TLS.
 * Source: MySQL Source Code Documentation, "Connection Phase", Protocol::HandshakeV10.
 */

export interface Greeted {
  readonly socket: Socket;
  /** Whether the server has TLS. */
  readonly hasTls: boolean;
}

const HEADER = 4;
const VERSION = 10;
const ERROR = 0xff;
const CLIENT_SSL = 0x800;
/** Version, connection id, first part of the challenge and a zero byte, in front of the capabilities. */
const BEFORE_CAPABILITIES = 4 + 8 + 1;
const MOST = 1024;

const lengthOf = (head: Buffer): number => HEADER + head.readUIntLE(0, 3);

/** The first packet, whole and alone. */
const greetingOf = async (socket: Socket, limitMs: number): Promise<Buffer> => {
  let read = Buffer.alloc(0);
  while (read.length < HEADER || read.length < lengthOf(read)) {
    if (read.length >= HEADER && lengthOf(read) > MOST) throw new NoConnection("the server does not speak MySQL");
    read = Buffer.concat([read, await nextEvent<Buffer>(socket, "data", limitMs)]);
  }
  if (read.length !== lengthOf(read)) throw new NoConnection("the server speaks out of turn");
  return read;
};

const hasTls = (greeting: Buffer): boolean => {
  const body = greeting.subarray(HEADER);
  // "Too many connections" and its like come in place of a greeting; the driver reads them.
  if (body[0] === ERROR) return true;
  const capabilities = body.indexOf(0, 1) + 1 + BEFORE_CAPABILITIES;
  if (body[0] !== VERSION || capabilities <= BEFORE_CAPABILITIES || capabilities + 2 > body.length)
    throw new NoConnection("the server does not speak MySQL");
  return (body.readUInt16LE(capabilities) & CLIENT_SSL) !== 0;
};

/** A connection whose greeting was read and is there to be read again. Throws `AddressRefused` or `NoConnection`. */
export const dialGreeted = async ({ target, tls, connectSeconds }: MysqlSettings, dial: Dial): Promise<Greeted> => {
  const limitMs = connectSeconds * 1000;
  const { name, port } = target.host;
  const socket = await dial({ host: name, port }, limitMs);
  try {
    const greeting = await greetingOf(socket, limitMs);
    const greeted = { socket, hasTls: hasTls(greeting) };
    if (!greeted.hasTls && tls !== false && !tls.orPlain) throw new NoConnection("the server does not speak TLS");
    socket.pause();
    socket.unshift(greeting);
    return greeted;
  } catch (cause) {
    socket.on("error", () => undefined).destroy();
    throw cause;
  }
};
