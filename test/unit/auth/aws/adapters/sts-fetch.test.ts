import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { stsFetch } from "../../../../../src/auth/aws/adapters/sts-fetch.ts";
import type { StsRequest } from "../../../../../src/auth/aws/ports.ts";
import { createFetch, UNGUARDED } from "../../../../../src/outgoing/index.ts";
import { answerXml, session } from "../support.ts";

describe("the request to STS on the wire", () => {
  const request: StsRequest = {
    endpoint: "sts.amazonaws.com",
    host: "sts.amazonaws.com",
    method: "POST",
    query: "",
    body: "Action=GetCallerIdentity&Version=2011-06-15",
    headers: { "content-type": "application/x-www-form-urlencoded", "content-length": "43", authorization: "x" },
    retries: 1,
  };
  const against = async <T>(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
    use: (fetch: () => ReturnType<ReturnType<typeof stsFetch>>, seen: IncomingMessage[]) => Promise<T>,
    passing = () => 0,
  ): Promise<T> => {
    const seen: IncomingMessage[] = [];
    const server = createServer((incoming, response) => {
      seen.push(incoming);
      answer(incoming, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // a listening TCP server has an address object
    const { port } = server.address() as AddressInfo;
    const fetch = stsFetch(createFetch(UNGUARDED), { override: `http://127.0.0.1:${port}`, monotonic: passing });
    try {
      return await use(() => fetch(request), seen);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };

  it("goes where an override says, under the host that was signed", async () => {
    const xml = answerXml(session("app", "box"));
    await against(
      (_, response) => response.setHeader("content-type", "text/xml").end(xml),
      async (fetch, seen) => {
        await expect(fetch()).resolves.toMatchObject({
          status: 200,
          headers: { "content-type": "text/xml" },
          body: xml,
        });
        expect(seen[0]).toMatchObject({ method: "POST", url: "/" });
        expect(seen[0]?.headers).toMatchObject({ host: "sts.amazonaws.com", authorization: "x" });
        expect(seen[0]?.headers["accept"]).toBeUndefined();
      },
    );
  });

  it.each([301, 302, 307])("S11 V09 does not follow a %d", async (status) => {
    await against(
      (_, response) => response.writeHead(status, { location: "http://169.254.169.254/" }).end(),
      async (fetch, seen) => {
        await expect(fetch()).resolves.toMatchObject({ status });
        expect(seen).toHaveLength(1);
      },
    );
  });

  it("S12 does not read on after 64 KB", async () => {
    await against(
      (_, response) => response.end("x".repeat(70_000)),
      async (fetch) => {
        await expect(fetch()).rejects.toThrow();
      },
    );
  });

  it("S11 is tried once more when the connection breaks before an answer, and not a third time", async () => {
    await against(
      (incoming) => incoming.socket.destroy(),
      async (fetch, seen) => {
        await expect(fetch()).rejects.toThrow("no connection");
        expect(seen).toHaveLength(2);
      },
    );
  });

  it("S13, F21 ends at its deadline when no answer comes, without another try", async () => {
    let calls = 0;
    // the second reading of the clock is 20 ms before the end
    const nearEnd = () => (calls++ === 0 ? 0 : 4980);
    await against(
      () => undefined,
      async (fetch, seen) => {
        await expect(fetch()).rejects.toThrow();
        expect(seen.length).toBeLessThanOrEqual(1);
      },
      nearEnd,
    );
  });
});
