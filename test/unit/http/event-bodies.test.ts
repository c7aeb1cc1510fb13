import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { removalBatchOf } from "../../../src/core/leases/removals.ts";
import { createGatewayHandler } from "../../../src/http/index.ts";
import { recorded } from "../../infra/support/events.ts";
import { makeServer, type TestServer } from "../../support/make-server.ts";

/** S31: a body is data, whatever it looks like: an event of the gateway, of a stream or queue, an order. */

const SHAPES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "an HTTP event": recorded("get"),
  "an HTTP event that was handed on": { ...recorded("post-json"), zerothHandedOn: true },
  "a stream's records": recorded("stream"),
  "a schedule's event": recorded("schedule"),
  "an order": { zeroth: "generate-root" },
  "an answer of another function": { zerothNotServed: true },
  "a queue's messages": { Records: [{ eventSource: "aws:sqs", body: "{}", messageId: "m" }] },
  "an authoriser's request": { type: "REQUEST", routeArn: "arn:aws:execute-api:x", identitySource: ["token"] },
  "a load balancer's request": { requestContext: { elb: {} }, httpMethod: "DELETE", path: "/v1/sys/mounts/kv" },
};

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
  await server.call("POST", "sys/mounts/kv", { body: { type: "kv" } });
});
afterAll(() => server.dynamo.close());

describe.each(Object.entries(SHAPES))("S31: a body like %s", (_what, shape) => {
  it("is stored and read back as it is", async () => {
    const event = {
      version: "2.0",
      rawPath: "/v1/kv/shaped",
      rawQueryString: "",
      headers: { "x-vault-token": server.root, "content-type": "application/json" },
      requestContext: { http: { method: "POST", sourceIp: "192.0.2.1" } },
      body: JSON.stringify(shape),
    };
    const written = await createGatewayHandler(server.handle, "http-api")(event);
    const read = await server.call("GET", "kv/shaped");

    expect(written.statusCode).toBe(204);
    expect(read.data).toEqual(shape);
    expect((await server.call("GET", "sys/mounts/kv")).status).toBe(200);
  });

  it("makes no removals of a request that carries it", () => {
    const event = { ...recorded("post-json"), body: JSON.stringify(shape) };
    expect(removalBatchOf(event)).toBeUndefined();
  });
});
