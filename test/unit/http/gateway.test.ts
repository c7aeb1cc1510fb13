import { describe, expect, it } from "@jest/globals";
import {
  createAlbHandler,
  createGatewayHandler,
  createHttpHandler,
  type HttpHandler,
  type HttpRequest,
} from "../../../src/http/index.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { echo } from "./fixtures.ts";

const handler = createHttpHandler({
  random: systemRandom,
  core: { admit: async () => undefined, handle: async (decoded) => echo(decoded) },
});

/** Records what arrives and answers with the given bytes. */
const recorder = (contentType = "application/json", body: Uint8Array = Buffer.from("{}\n")) => {
  const seen: HttpRequest[] = [];
  const record: HttpHandler = async (request) => {
    seen.push(request);
    return { status: 200, headers: { "content-type": contentType }, body };
  };
  return { seen, record };
};

const event = (over: Record<string, unknown> = {}, http: Record<string, unknown> = {}) => ({
  version: "2.0",
  routeKey: "$default",
  rawPath: "/v1/kv/a",
  rawQueryString: "",
  headers: { "X-Vault-Token": "t" },
  requestContext: { stage: "$default", http: { method: "GET", sourceIp: "198.51.100.7", ...http } },
  isBase64Encoded: false,
  ...over,
});

const arrived = async (given: unknown, front: "http-api" | "function-url" = "http-api") => {
  const { seen, record } = recorder();
  await createGatewayHandler(record, front)(given);
  return seen[0];
};

describe("an HTTP API event", () => {
  it("keeps the path as it is: it was decoded already", async () =>
    expect((await arrived(event({ rawPath: "/v1/kv/a%2Fb c" })))?.path).toBe("/v1/kv/a%2Fb c"));
  it("loses its stage where that is not the default", async () => {
    const staged = event({ rawPath: "/prod/v1/a", requestContext: { stage: "prod", http: { method: "GET" } } });
    expect((await arrived(staged))?.path).toBe("/v1/a");
  });
  it("has its headers by lower-case name", async () =>
    expect((await arrived(event()))?.headers).toEqual({ "x-vault-token": ["t"] }));
  it("keeps repeated headers as the gateway joined them", async () =>
    expect((await arrived(event({ headers: { "x-vault-token": "a,b" } })))?.headers["x-vault-token"]).toEqual(["a,b"]));
  it("names the peer from the context, not from a header", async () => {
    const forged = event({ headers: { "x-forwarded-for": "127.0.0.1", forwarded: "for=127.0.0.1" } });
    expect((await arrived(forged))?.sourceAddress).toBe("198.51.100.7");
  });
  it("has its body decoded where it is base64", async () => {
    const encoded = event({ body: Buffer.from('{"é":1}').toString("base64"), isBase64Encoded: true });
    expect(Buffer.from((await arrived(encoded))?.body ?? []).toString()).toBe('{"é":1}');
  });
  it("has its body as UTF-8 otherwise", async () =>
    expect(Buffer.from((await arrived(event({ body: "é" })))?.body ?? []).toString()).toBe("é"));
  it("keeps its query as sent", async () =>
    expect((await arrived(event({ rawQueryString: "a=1%2C2&a=3" })))?.query).toBe("a=1%2C2&a=3"));
  it.each([
    ["nothing", undefined],
    ["a stream record", { Records: [{ eventSource: "aws:dynamodb" }] }],
    ["payload 1.0", event({ version: "1.0" })],
    ["no context", event({ requestContext: undefined })],
    ["no method", event({}, { method: undefined })],
    ["base64 that is none", event({ body: "a b", isBase64Encoded: true })],
    ["a body that is not text", event({ body: { a: 1 } })],
  ])("that is %s is a 400 in Vault's shape", async (_, given) => {
    const { seen, record } = recorder();
    const result = await createGatewayHandler(record, "http-api")(given);
    expect([result.statusCode, JSON.parse(result.body), seen]).toEqual([
      400,
      { errors: ["the event has no HTTP request"] },
      [],
    ]);
  });
});

describe("a function URL event", () => {
  it("has its path decoded once", async () =>
    expect((await arrived(event({ rawPath: "/v1/kv/a%2Fb%2520c" }), "function-url"))?.path).toBe("/v1/kv/a/b%20c"));
  it("with a bad escape is a 400", async () => {
    const result = await createGatewayHandler(handler, "function-url")(event({ rawPath: "/v1/%zz" }));
    expect([result.statusCode, result.body]).toEqual([400, '{"errors":["invalid URL escape in path"]}\n']);
  });
});

describe("a result", () => {
  it("carries JSON as text", async () => {
    const result = await createGatewayHandler(handler, "http-api")(event());
    expect([result.statusCode, result.isBase64Encoded, JSON.parse(result.body).data.path]).toEqual([
      200,
      false,
      "kv/a",
    ]);
  });
  it("carries other bytes as base64", async () => {
    const { record } = recorder("application/pkix-cert", Buffer.from([0, 255]));
    expect(await createGatewayHandler(record, "http-api")(event())).toMatchObject({
      isBase64Encoded: true,
      body: "AP8=",
    });
  });
  it("carries PEM as text, so that 100,000 revoked certificates fit", async () => {
    const { record } = recorder("application/x-pem-file", Buffer.alloc(5_500_000, 0x41));
    const { statusCode, isBase64Encoded } = await createGatewayHandler(record, "http-api")(event());
    expect([statusCode, isBase64Encoded]).toEqual([200, false]);
  });
  it("too large for Lambda is a 413 in Vault's shape", async () => {
    const { record } = recorder("application/json", Buffer.alloc(6_000_000, 0x20));
    const result = await createGatewayHandler(record, "http-api")(event());
    expect([result.statusCode, JSON.parse(result.body).errors.length]).toEqual([413, 1]);
  });
});

describe("a load balancer event", () => {
  const alb = (over: Record<string, unknown> = {}) => ({
    requestContext: { elb: { targetGroupArn: "arn:aws:elasticloadbalancing:x" } },
    httpMethod: "LIST",
    path: "/v1/kv/a%2Fb%20c",
    queryStringParameters: { version: "1%2B1" },
    headers: { "x-vault-token": "t", "x-forwarded-for": "127.0.0.1, 198.51.100.9" },
    body: "",
    isBase64Encoded: false,
    ...over,
  });
  const seenBy = async (given: unknown) => {
    const { seen, record } = recorder();
    await createAlbHandler(record)(given);
    return seen[0];
  };
  it("carries LIST and a path that is decoded once", async () =>
    expect(await seenBy(alb())).toMatchObject({ method: "LIST", path: "/v1/kv/a/b c", query: "version=1%2B1" }));
  it("names the peer by the entry the balancer wrote", async () =>
    expect((await seenBy(alb()))?.sourceAddress).toBe("198.51.100.9"));
  it("drops the port of the peer", async () =>
    expect((await seenBy(alb({ headers: { "x-forwarded-for": "198.51.100.9:4711" } })))?.sourceAddress).toBe(
      "198.51.100.9",
    ));
  it("keeps values of repeated headers and parameters apart", async () => {
    const many = alb({
      multiValueHeaders: { "X-Vault-Mfa": ["a:1", "b:2"], "x-forwarded-for": ["::1"] },
      multiValueQueryStringParameters: { a: ["1", "2"] },
    });
    expect(await seenBy(many)).toMatchObject({
      headers: { "x-vault-mfa": ["a:1", "b:2"] },
      query: "a=1&a=2",
      sourceAddress: "::1",
    });
  });
  it("is answered with headers in both shapes", async () =>
    expect(await createAlbHandler(handler)(alb())).toMatchObject({
      statusCode: 200,
      headers: { "cache-control": "no-store" },
      multiValueHeaders: { "cache-control": ["no-store"] },
    }));
  it("of another shape is a 400", async () => expect((await createAlbHandler(handler)(event())).statusCode).toBe(400));
});
