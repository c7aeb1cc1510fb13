import { createServer } from "node:net";
import { describe, expect, it } from "@jest/globals";
import {
  createDial,
  createFetch,
  createGuard,
  NEARBY,
  type OutgoingFailure,
  PUBLIC,
  type Reach,
  secureSocket,
} from "../../../src/outgoing/index.ts";
import { freePort } from "../../support/free-port.ts";

/** A guard, and what its watch was told. */
const watching = (reach: Reach) => {
  const told: OutgoingFailure[] = [];
  return { told, guard: createGuard({ ...reach, watch: (failure) => told.push(failure) }) };
};

const request = (url: string) => ({
  method: "GET" as const,
  url: new URL(url),
  headers: { authorization: "Bearer canary" },
  deadlineMs: 60_000,
  mostBytes: 100,
});

/** A server that takes connections and hangs up at the first byte. */
const hangingUp = async (use: (port: number) => Promise<void>): Promise<void> => {
  const server = createServer((socket) => socket.once("data", () => socket.destroy()).on("error", () => undefined));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  try {
    await use(typeof address === "object" && address ? address.port : 0);
  } finally {
    server.close();
  }
};

const ms = expect.any(Number);

describe("calls that fail are told to the operator", () => {
  it("when the address may not be dialled", async () => {
    const { told, guard } = watching(PUBLIC);
    await expect(createFetch(guard)(request("https://169.254.169.254/canary?canary"))).rejects.toThrow();

    const reason = "the address is in a range that is refused";
    expect(told).toEqual([{ host: "169.254.169.254", kind: "AddressRefused", reason, ms }]);
  });

  it("when a request finds nobody, without its path, query and headers", async () => {
    const { told, guard } = watching(NEARBY);
    const port = await freePort();
    await expect(createFetch(guard)(request(`http://127.0.0.1:${port}/canary?canary`))).rejects.toThrow();

    expect(told).toEqual([{ host: "127.0.0.1", kind: "NoConnection", reason: "connection refused", ms }]);
    expect(JSON.stringify(told)).not.toContain("canary");
  });

  it("when a connection is refused", async () => {
    const { told, guard } = watching(NEARBY);
    const port = await freePort();
    await expect(createDial(guard)({ host: "127.0.0.1", port }, 60_000)).rejects.toThrow();

    expect(told).toEqual([{ host: "127.0.0.1", kind: "NoConnection", reason: "connection refused", ms }]);
  });

  it("when TLS fails on a connection that was dialled", () =>
    hangingUp(async (port) => {
      const { told, guard } = watching(NEARBY);
      const socket = await createDial(guard)({ host: "127.0.0.1", port }, 60_000);
      const terms = { ca: "", certificate: "", key: "", check: "chain and name" } as const;
      await expect(secureSocket(socket, "127.0.0.1", terms, 60_000)).rejects.toThrow();

      const reason = "the server closed the connection";
      expect(told).toEqual([{ host: "127.0.0.1", kind: "NoConnection", reason, ms }]);
    }));

  it("and nothing is told of one that succeeds", () =>
    hangingUp(async (port) => {
      const { told, guard } = watching(NEARBY);
      const socket = await createDial(guard)({ host: "127.0.0.1", port }, 60_000);
      socket.destroy();

      expect(told).toEqual([]);
    }));
});
