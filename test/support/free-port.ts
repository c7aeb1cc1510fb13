import { createServer } from "node:net";

/** A port of this machine that nobody listens on, for servers that cannot choose one themselves. */
export const freePort = async (host = "127.0.0.1"): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
};
