import { createServer, type Socket } from "node:net";
import { elementsOf, lengthOf } from "../../../../src/auth/ldap/directory/ber.ts";

/** A directory that answers whatever a test wants it to, byte for byte. */

export const ber = (tag: number, ...parts: readonly (string | Uint8Array)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length);
  return Buffer.concat([
    Buffer.from([tag]),
    body.length < 128 ? Buffer.from([body.length]) : Buffer.from([0x84, ...size]),
    body,
  ]);
};

export const message = (id: number, ...parts: readonly Uint8Array[]): Buffer =>
  ber(0x30, ber(0x02, Buffer.from([id])), ...parts);
/** `tag`: 0x61 of a bind, 0x65 of a search, 0x78 of StartTLS. */
export const result = (tag: number, code: number, told = ""): Buffer =>
  ber(tag, ber(0x0a, Buffer.from([code])), ber(0x04), ber(0x04, told));
export const entry = (
  dn: string,
  attributes: Readonly<Record<string, readonly (string | Uint8Array)[]>> = {},
): Buffer =>
  ber(
    0x64,
    ber(0x04, dn),
    ber(
      0x30,
      ...Object.entries(attributes).map(([name, values]) =>
        ber(0x30, ber(0x04, name), ber(0x31, ...values.map((value) => ber(0x04, value)))),
      ),
    ),
  );
export const pageControl = (cookie: string): Buffer =>
  ber(
    0xa0,
    ber(
      0x30,
      ber(0x04, "1.2.840.113556.1.4.319"),
      ber(0x04, ber(0x30, ber(0x02, Buffer.from([0])), ber(0x04, cookie))),
    ),
  );

export type Asked =
  | { readonly kind: "bind"; readonly id: number; readonly dn: string; readonly password: string }
  | { readonly kind: "search"; readonly id: number; readonly base: string; readonly controls: string }
  | { readonly kind: "other"; readonly id: number; readonly tag: number };

const readRequest = (bytes: Buffer): Asked => {
  const [whole] = elementsOf(bytes);
  const [id, operation, controls] = elementsOf(whole?.body ?? Buffer.alloc(0));
  const number = id?.body.readIntBE(0, id.body.length) ?? 0;
  const tag = operation?.tag ?? 0;
  if (tag === 0x60) {
    const [, dn, password] = elementsOf(operation?.body ?? Buffer.alloc(0));
    return { kind: "bind", id: number, dn: String(dn?.body), password: String(password?.body) };
  }
  if (tag === 0x63) {
    const [base] = elementsOf(operation?.body ?? Buffer.alloc(0));
    return { kind: "search", id: number, base: String(base?.body), controls: controls?.body.toString("latin1") ?? "" };
  }
  return { kind: "other", id: number, tag };
};

export interface DirectoryServer {
  readonly url: string;
  /** Requests so far, in order. */
  readonly asked: Asked[];
  readonly dials: () => number;
  close(): void;
}

/** `answer` gets each request, and the socket to answer on. */
export const startDirectory = async (
  answer: (asked: Asked, socket: Socket) => void,
  greet: (socket: Socket) => void = () => undefined,
): Promise<DirectoryServer> => {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  let dials = 0;
  const server = createServer((socket) => {
    dials += 1;
    sockets.add(socket);
    let unread: Buffer = Buffer.alloc(0);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    greet(socket);
    socket.on("data", (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk]);
      try {
        for (
          let length = lengthOf(unread);
          length !== undefined && length <= unread.length;
          length = lengthOf(unread)
        ) {
          const request = readRequest(unread.subarray(0, length));
          unread = unread.subarray(length);
          asked.push(request);
          answer(request, socket);
        }
      } catch {
        // The beginning of TLS, which is not for this reader.
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `ldap://127.0.0.1:${port}`,
    asked,
    dials: () => dials,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};
