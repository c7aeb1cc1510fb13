import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { awsOver } from "../../../../src/engines/aws/adapters/index.ts";
import { NEARBY, PUBLIC, type Reach } from "../../../../src/outgoing/index.ts";
import { Sensitive } from "../../../../src/std/sensitive.ts";

/** Endpoints that an operator wrote, dialled for real. */

let server: Server;
let port: number;
let asked: string[];
let answer: { status: number; body: string } | "silence" = { status: 200, body: "" };
beforeAll(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    request.resume();
    if (answer === "silence") return;
    response.writeHead(answer.status, { "content-type": "text/xml", location: "http://169.254.169.254/" });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on a port has an address with one.
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const identity = (endpoint: string, reach: Reach, left = 400) => {
  const aws = awsOver({ region: "us-east-1", reach, sleep: async () => undefined });
  const scope = {
    keys: { accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: new Sensitive("secret") },
    iam: { region: "us-east-1", endpoint },
    sts: [{ region: "us-east-1", endpoint }],
    retries: 0,
  } as const;
  return aws.sts(scope, { left: () => left }).callerIdentity();
};

describe("an endpoint that leads to the server itself", () => {
  it.each([
    () => `http://127.0.0.1:${port}`,
    () => `http://localhost:${port}`,
    () => `http://[::ffff:127.0.0.1]:${port}`,
    () => "http://169.254.169.254",
    () => `http://2130706433:${port}`,
  ])("is not dialled where only public addresses may be (%#)", async (endpoint) => {
    const before = asked.length;
    await expect(identity(endpoint(), PUBLIC)).rejects.toMatchObject({ kind: "refused", code: "AddressRefused" });
    expect(asked.length).toBe(before);
  });
});

describe("an endpoint that may be dialled", () => {
  const here = () => `http://127.0.0.1:${port}`;

  it("is asked, and read", async () => {
    answer = {
      status: 200,
      body: '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::000000000012:user/a</Arn><UserId>A</UserId><Account>000000000012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
    };

    expect(await identity(here(), NEARBY)).toEqual({
      account: "000000000012",
      arn: "arn:aws:iam::000000000012:user/a",
    });
  });

  it.each([
    ["redirects", { status: 302, body: "" }],
    ["is not AWS", { status: 404, body: "<html>intranet</html>" }],
    ["answers nonsense", { status: 200, body: "}{" }],
    ["answers too much", { status: 200, body: "x".repeat(2_000_000) }],
    ["is silent", "silence" as const],
  ])("and %s fails in time, the same way as every other", async (_, given) => {
    answer = given;

    await expect(identity(here(), NEARBY)).rejects.toMatchObject({ name: "AwsFailure", kind: "unknown" });
  });

  it("and is closed fails as one that was not reached", async () => {
    await expect(identity("http://127.0.0.1:9", NEARBY)).rejects.toMatchObject({ kind: "unreachable" });
  });
});
