import { connect, createServer, type Server, type Socket } from "node:net";

/** A way to a server that a test cuts off and opens again, at one address. */
export interface Forwarder {
  readonly url: string;
  /** From now on connections are refused, and those that are open end. */
  cut(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

export const startForwarder = async (target: string): Promise<Forwarder> => {
  const { hostname, port: targetPort } = new URL(target);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;
  const follow = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };
  const open = async (): Promise<void> => {
    if (server !== undefined) return;
    const made = createServer((client) => {
      const upstream = connect(Number(targetPort), hostname);
      for (const socket of [client, upstream]) follow(socket);
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>((done) => made.listen(port, "127.0.0.1", done));
    const address = made.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
    server = made;
  };
  const cut = async (): Promise<void> => {
    const closed = new Promise<void>((done) => (server === undefined ? done() : server.close(() => done())));
    for (const socket of sockets) socket.destroy();
    await closed;
    server = undefined;
  };
  await open();
  return { url: `http://127.0.0.1:${port}`, cut, open, close: cut };
};
