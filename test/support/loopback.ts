import type { Server } from "node:http";
import type { Server as SecureServer } from "node:https";

/** Puts a server on a free port of this machine. `close` ends its connections, too. */
export const onLoopback = async (
  server: Server | SecureServer,
): Promise<{ readonly port: number; close(): Promise<void> }> => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the server has no address");
  return {
    port: address.port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
};
