import { connect, createServer, type Server, type Socket } from "node:net";

/** Stands between the engine and a database on this machine: counts, and can drop or hold what the engine says. */
export interface Wire {
  readonly port: number;
  /** Pieces that still pass, then the connection is dropped; `Infinity`: all. */
  left: number;
  /** Connections dropped so far. */
  dropped: number;
  /** Connections that are open, and the most that were at a time. */
  open: number;
  most: number;
  /** Awaited before a piece passes. */
  before: (piece: Buffer) => Promise<void>;
  close(): void;
}

const HOST = "127.0.0.1";

export const startWire = async (to: number): Promise<Wire> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    wire.open += 1;
    wire.most = Math.max(wire.most, wire.open);
    near.once("close", () => {
      wire.open -= 1;
    });
    const far = connect(to, HOST);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        near.destroy();
        far.destroy();
      });
    }
    far.pipe(near);
    let queue = Promise.resolve();
    near.on("data", (piece) => {
      if (wire.left <= 0) {
        wire.dropped += 1;
        near.destroy();
        return;
      }
      wire.left -= 1;
      queue = queue.then(async () => {
        await wire.before(piece);
        far.write(piece);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const address = server.address();
  const wire: Wire = {
    port: typeof address === "object" && address ? address.port : 0,
    left: Number.POSITIVE_INFINITY,
    dropped: 0,
    open: 0,
    most: 0,
    before: async () => undefined,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return wire;
};
