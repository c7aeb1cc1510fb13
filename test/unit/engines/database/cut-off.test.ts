import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { startPostgres, type TestPostgres } from "../../../support/postgres.ts";
import { type DatabaseServer, makeDatabaseServer } from "./support/database-server.ts";

/** F40: the connection is lost between two statements of a revocation. Whatever was done already, the next try ends it. */

/** Stands between the engine and PostgreSQL, and drops every connection after some more pieces of what the engine says. */
interface Wire {
  readonly url: string;
  /** Pieces that still pass; `Infinity`: all. */
  left: number;
  /** Connections dropped so far. */
  dropped: number;
  close(): void;
}

const HOST = "127.0.0.1";

const startWire = async (pg: TestPostgres): Promise<Wire> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(pg.port, pg.host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        near.destroy();
        far.destroy();
      });
    }
    far.pipe(near);
    near.on("data", (piece) => {
      if (wire.left > 0) {
        wire.left -= 1;
        far.write(piece);
        return;
      }
      wire.dropped += 1;
      near.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const wire: Wire = {
    url: pg.url.replace(`:${pg.port}/`, `:${port}/`),
    left: Number.POSITIVE_INFINITY,
    dropped: 0,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return wire;
};

let pg: TestPostgres;
let wire: Wire;
let server: DatabaseServer;
beforeAll(async () => {
  pg = await startPostgres();
  wire = await startWire(pg);
  server = await makeDatabaseServer(wire);
});
afterAll(async () => {
  await server.close();
  wire.close();
  await pg.stop();
});

const ended = async (username: string): Promise<boolean> => {
  const found = await server.call("LIST", "sys/leases/lookup/db/creds/app");
  return !(await pg.exists(username)) && found.status === 404;
};

it("F40: a revocation that is cut off after any statement is finished by the next", async () => {
  let cut = 0;
  for (let passing = 0; ; passing += 1) {
    const { username, lease } = await server.creds("app");
    await pg.query(`GRANT pg_read_all_data TO "${username}"`);
    wire.dropped = 0;
    wire.left = passing;
    await server.call("PUT", "sys/leases/revoke", { body: { lease_id: lease, sync: true } });
    const wasCut = wire.dropped > 0;
    wire.left = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3 && !(await ended(username)); round += 1) {
      server.clock.advance(600_000);
      await server.sweep();
    }

    expect([passing, await ended(username)]).toEqual([passing, true]);
    if (!wasCut) break;
    cut += 1;
  }

  // Revoking takes several statements, so there were several places to cut.
  expect(cut).toBeGreaterThan(3);
});
