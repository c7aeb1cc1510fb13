import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  createAlbHandler,
  createGatewayHandler,
  createHttpHandler,
  type Listener,
  startListener,
} from "../../../src/http/index.ts";
import { percentDecode } from "../../../src/http/message.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { answer, echo } from "./fixtures.ts";

/** S30: one raw request target means one path at every front door, or is refused at every one. */

const SEGMENTS = [
  "a",
  "a%2fb",
  "a%2Fb",
  "%61",
  "a%20b",
  "a+b",
  "a%2bb",
  "é",
  "%C3%A9",
  "%c3%a9",
  "%F0%9F%98%80",
  "a;b",
  "..;",
  "a%3Fb",
  "a%23b",
  ".",
  "..",
  "...",
  "%2e",
  "%2e%2e",
  ".%2E",
  "%252e%252e",
  "%252f",
  "%255c",
  "a%5cb",
  "..%5cb",
  "a%00b",
  "%0a",
  "%7f",
  "%C2%A0",
  "%E2%80%AE",
  "%EF%BF%BD",
  "%",
  "%zz",
  "%C0%AF",
  "%E0%80%AF",
  "%ff",
  "%u002e",
  "a%09",
  "%2525",
  "~",
  "a:b",
  "a@b",
  "a,b",
  "a=b&c",
  "__proto__",
  "a*b",
  "(a)",
  "%5b",
  "%7B",
];
/** 200 targets: each segment alone, within a path, next to doubled slashes, and at the end of a folder. */
const TARGETS = SEGMENTS.flatMap((segment) => [
  `/v1/${segment}`,
  `/v1/kv/${segment}/x`,
  `/v1//kv//${segment}`,
  `/v1/kv/${segment}/`,
]);

const handler = createHttpHandler({
  random: systemRandom,
  core: { admit: async () => undefined, handle: async (decoded) => echo(decoded) },
});

/** The path that arrived, or the status of the refusal. */
const meant = (status: unknown, text: string): string => {
  if (status !== 200) return `refused ${status}`;
  return String((JSON.parse(text) as { data: { path: string } }).data.path);
};

const overHttpApi = async (target: string): Promise<string> => {
  // The gateway decodes the path itself: it refuses what cannot be decoded, and ends it at a `?` that was encoded.
  const decoded = percentDecode(target);
  if (decoded === undefined) return "refused 400";
  const [rawPath = ""] = decoded.split("?");
  const event = {
    version: "2.0",
    rawPath,
    rawQueryString: "",
    headers: {},
    requestContext: { http: { method: "GET" } },
  };
  const { statusCode, body } = await createGatewayHandler(handler, "http-api")(event);
  return meant(statusCode, body);
};

const overFunctionUrl = async (target: string): Promise<string> => {
  const http = { method: "GET" };
  const event = { version: "2.0", rawPath: target, rawQueryString: "", headers: {}, requestContext: { http } };
  const { statusCode, body } = await createGatewayHandler(handler, "function-url")(event);
  return meant(statusCode, body);
};

const overBalancer = async (target: string): Promise<string> => {
  const event = { httpMethod: "GET", path: target, headers: {}, requestContext: { elb: {} } };
  const { statusCode, body } = await createAlbHandler(handler)(event);
  return meant(statusCode, body);
};

let listener: Listener;
beforeAll(async () => {
  listener = await startListener({ handler, timeouts: { head: 3000, request: 3000, idle: 3000 } });
});
afterAll(() => listener.stop(100));

const overSocket = (target: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect(listener.port, "127.0.0.1", () => {
      // Bytes as a client that encodes nothing would send them.
      socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, "utf8");
    });
    socket.on("data", (chunk) => received.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => {
      const text = Buffer.concat(received).toString("utf8");
      const [head = "", body = ""] = text.split("\r\n\r\n");
      resolve(
        meant(Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1)),
      );
    });
  });

describe("S30: 200 request targets", () => {
  it("are enough, and not all of one kind", async () => {
    const said = await Promise.all(TARGETS.map(overFunctionUrl));
    expect(TARGETS.length).toBeGreaterThanOrEqual(200);
    expect(said.filter((one) => one.startsWith("refused")).length).toBeGreaterThan(50);
    expect(said.filter((one) => !one.startsWith("refused")).length).toBeGreaterThan(50);
  });

  it.each([
    ["a load balancer", overBalancer],
    ["a socket", overSocket],
  ])("mean the same at a function URL and at %s", async (_door, ask) => {
    const different: string[] = [];
    for (const target of TARGETS) {
      const [one, other] = [await overFunctionUrl(target), await ask(target)];
      if (one !== other) different.push(`${target}: ${one}, ${other}`);
    }
    expect(different).toEqual([]);
  });

  it("mean the same at the HTTP API, but for an encoded question mark, where it ends the path", async () => {
    const different: string[] = [];
    for (const target of TARGETS) {
      const [one, other] = [await overFunctionUrl(target.replace(/%3f.*/i, "")), await overHttpApi(target)];
      if (one !== other) different.push(`${target}: ${one}, ${other}`);
    }
    expect(different).toEqual([]);
  });
});

describe("what an answer says of itself in headers", () => {
  const own = { "replay-nonce": "n-1", location: "https://a/1", link: '<https://a/d>;rel="index"', "retry-after": "5" };
  const told = createHttpHandler({
    random: systemRandom,
    core: {
      admit: async () => undefined,
      handle: async ({ verb }) => answer({ verb, reply: { bare: {}, status: 204, headStatus: 200, headers: own } }),
    },
  });

  it("leaves by the HTTP API, for HEAD too", async () => {
    for (const [method, status] of [
      ["GET", 204],
      ["HEAD", 200],
    ] as const) {
      const event = { version: "2.0", rawPath: "/v1/a", rawQueryString: "", headers: {} };
      const result = await createGatewayHandler(told, "http-api")({ ...event, requestContext: { http: { method } } });
      expect(result).toMatchObject({ statusCode: status, body: "", headers: own });
    }
  });
  it("leaves by a load balancer", async () => {
    const event = { httpMethod: "GET", path: "/v1/a", headers: {}, requestContext: { elb: {} } };
    const { headers, multiValueHeaders } = await createAlbHandler(told)(event);
    expect(headers).toMatchObject(own);
    expect(multiValueHeaders["replay-nonce"]).toEqual(["n-1"]);
  });
  it("leaves by a socket, for HEAD too", async () => {
    const door = await startListener({ handler: told });
    try {
      for (const [method, status] of [
        ["GET", 204],
        ["HEAD", 200],
      ] as const) {
        const response = await fetch(`${door.url}/v1/a`, { method });
        expect(response.status).toBe(status);
        for (const [name, value] of Object.entries(own)) expect(response.headers.get(name)).toBe(value);
      }
    } finally {
      await door.stop(100);
    }
  });
});
