import { createServer, type Server, type Socket } from "node:net";

/** A listener where a database should be. */
export interface Listening {
  readonly listener: Server;
  readonly port: number;
  /** Connections so far. */
  readonly dials: () => number;
}

/** Counts connections, and does `answer` with each. Close the listener. */
export const listening = async (answer: (socket: Socket) => void): Promise<Listening> => {
  let dials = 0;
  const listener = createServer((socket) => {
    dials += 1;
    socket.on("error", () => undefined);
    answer(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  return { listener, port: typeof address === "object" && address ? address.port : 0, dials: () => dials };
};
