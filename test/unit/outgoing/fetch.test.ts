import { createServer, type RequestListener } from "node:http";
import { describe, expect, it } from "@jest/globals";
import {
  createFetch,
  createGuard,
  NEARBY,
  type OutgoingRequest,
  PUBLIC,
  type Reach,
  type Resolve,
} from "../../../src/outgoing/index.ts";

const onLoopback: Resolve = async () => ["127.0.0.1"];

/** Serves with `answer`, and sends one request to it by name. */
const exchange = async (
  answer: RequestListener,
  given: Partial<OutgoingRequest> & { readonly path?: string; readonly host?: string } = {},
  reach: Reach = NEARBY,
  resolve: Resolve = onLoopback,
) => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.headers.host?.replace(/:\d+$/, "")} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const { path = "/", host = "issuer.example.com", ...more } = given;
  const url = new URL(`http://${host}:${port}${path}`);
  try {
    const fetch = createFetch(createGuard(reach, resolve));
    const request: OutgoingRequest = { method: "GET", url, headers: {}, deadlineMs: 60_000, mostBytes: 1000, ...more };
    const said = await fetch(request).then(
      ({ status, body }) => ({ status, body }),
      (cause: unknown) => ({ failed: cause instanceof Error ? cause.name : "", reason: Object(cause).reason }),
    );
    return { said, seen };
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

describe("a request to the outside", () => {
  it("asks for the path and query of its URL under the host's own name", async () => {
    const { said, seen } = await exchange((_, response) => response.end("keys"), { path: "/jwks?a=b" });

    expect([said, seen]).toEqual([{ status: 200, body: "keys" }, ["GET issuer.example.com /jwks?a=b"]]);
  });

  it.each([
    ["127.0.0.1", onLoopback],
    ["2130706433", onLoopback],
    ["localhost", onLoopback],
    ["[::ffff:127.0.0.1]", onLoopback],
    ["issuer.example.com", onLoopback],
    ["issuer.example.com", async () => ["169.254.169.254"]],
    ["issuer.example.com", async () => []],
  ] satisfies [string, Resolve][])(
    "V10 is not sent to %s where only public addresses may be dialled",
    async (host, resolve) => {
      const { said, seen } = await exchange((_, response) => response.end(), { host }, PUBLIC, resolve);

      expect([said, seen]).toMatchObject([{ failed: "AddressRefused" }, []]);
    },
  );

  it("V09 V10 does not follow a redirect to the metadata service", async () => {
    const { said, seen } = await exchange((_, response) =>
      response.writeHead(302, { location: "http://169.254.169.254/" }).end(),
    );

    expect([said, seen.length]).toMatchObject([{ status: 302 }, 1]);
  });

  it("does not read on after its bound", async () => {
    const { said } = await exchange((_, response) => response.end("x".repeat(2000)));

    expect(said).toEqual({ failed: "NoAnswer", reason: "too long" });
  });

  it("ends at its deadline", async () => {
    const { said } = await exchange(() => undefined, { deadlineMs: 50 });

    expect(said).toEqual({ failed: "NoAnswer", reason: "late" });
  });

  it("that is cut off before an answer has had no connection", async () => {
    const { said } = await exchange((request) => request.socket.destroy());

    expect(said).toMatchObject({ failed: "NoConnection" });
  });

  it("that is cut off within the answer has had no whole one", async () => {
    const { said } = await exchange((request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => request.socket.destroy());
    });

    expect(said).toEqual({ failed: "NoAnswer", reason: "broken" });
  });
});
