import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createPool, type Pool } from "../../../../../src/engines/database/redis/session.ts";
import { readSettings } from "../../../../../src/engines/database/redis/settings.ts";
import { createDial, createGuard, NEARBY } from "../../../../../src/outgoing/index.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { systemClock } from "../../../../../src/std/time.ts";

/** A server that lets everybody in and then answers `PING` only, and connections that rest. */

let server: Server;
let pool: Pool;
let connections = 0;
let time = systemClock.now();
beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1;
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      const text = data.toString();
      if (text.includes("AUTH")) socket.write("+OK\r\n");
      if (/ping/i.test(text)) socket.write("+PONG\r\n");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const world = { clock: systemClock, random: systemRandom };
  const settings = readSettings({ host: "127.0.0.1", port, username: "u", password: "p" }, world);
  pool = createPool(settings, createDial(createGuard(NEARBY)), { now: () => time });
});
afterAll(async () => {
  await pool.close();
  server.close();
});

const ping = () => pool.run(60_000, (session) => session.call("PING"));

it("a connection is used again while it is fresh, and not when it rested too long", async () => {
  connections = 0;
  await ping();
  await ping();
  const fresh = connections;
  time += 20_000;
  await ping();

  expect([fresh, connections]).toEqual([1, 2]);
});

it("F42: a server that goes silent costs its caller the time allowed, and the connection is given up", async () => {
  connections = 0;
  await expect(pool.run(50, (session) => session.call("TIME"))).rejects.toMatchObject({
    kind: "unknown",
    message: expect.stringContaining("no connection to the database"),
    reason: expect.stringContaining("the database did not answer in time"),
  });
  await ping();

  expect(connections).toBe(1);
});
