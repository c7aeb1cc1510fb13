import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Below the ports that systems give to connections and to servers that ask for any: between the answer and the start of
 * the server that was meant, nobody is given the port by chance.
 */
const [FIRST, AFTER] = [20_000, 32_768];

const isFree = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });

/** A port of this machine that nobody listens on, for servers that cannot choose one themselves. */
export const freePort = async (host = "127.0.0.1"): Promise<number> => {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(FIRST, AFTER);
    if (await isFree(host, port)) return port;
  }
  throw new Error("no port is free");
};
