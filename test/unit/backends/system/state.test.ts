import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { dynamoDbLike } from "../../../../src/aws-clients/stock.ts";
import { unseal } from "../../../../src/core/config/seal.ts";
import { createEmbeddedDynamo } from "../../../../src/local/dynamodb/index.ts";
import { buildServer } from "../../../../src/server.ts";
import { systemRandom } from "../../../../src/std/random.ts";
import { defineTable } from "../../../../src/storage/index.ts";
import { createKiller, type Killer } from "../../../support/crash.ts";
import { createFakeKms } from "../../../support/kms.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { createTestClock } from "../../../support/storage.ts";
import { sweptSoFar } from "../../core/schedule/support.ts";

let server: TestServer;
let killer: Killer;
beforeEach(async () => {
  killer = createKiller();
  server = await makeServer({ crash: killer.crash });
});
afterEach(() => server.dynamo.close());

const health = (query = "") => server.call("GET", `sys/health${query}`, { token: null });

describe("the kill switch", () => {
  beforeEach(async () => {
    await server.call("POST", "sys/mounts/t", { body: { type: "kv" } });
    await server.call("POST", "t/a", { body: { x: "1" } });
    await server.call("PUT", "sys/seal");
  });

  it("stops everything but what tells of it", async () => {
    const read = await server.call("GET", "t/a");
    const { status, body } = await health();

    expect(read.status).toBe(503);
    expect(read.body).toEqual({ errors: ["Vault is sealed"] });
    expect(status).toBe(503);
    expect(body).toMatchObject({ initialized: true, sealed: true, replication_dr_mode: "unknown" });
    expect(body["cluster_id"]).toBeUndefined();
    expect((await server.call("GET", "sys/seal-status", { token: null })).body["sealed"]).toBe(true);
    expect((await health("?sealedcode=299")).status).toBe(299);
  });

  it("cannot be taken back over HTTP, whoever asks", async () => {
    const asked = await server.call("PUT", "sys/unseal", { body: { key: "abcd" } });

    expect(asked.status).toBe(400);
    expect(asked.text).toContain("zeroth operator unseal");
    expect((await server.call("GET", "t/a")).status).toBe(503);
  });

  it("is taken back by the operator", async () => {
    await unseal(server.core);

    expect((await server.call("GET", "t/a")).data).toEqual({ x: "1" });
  });

  it("refuses other verbs as ever", async () => {
    expect((await server.call("LIST", "sys/health", { token: null })).status).toBe(405);
    expect((await server.call("HEAD", "sys/health", { token: null })).status).toBe(503);
  });
});

describe("before initialization", () => {
  const bare = async () => {
    const clock = createTestClock();
    const dynamo = createEmbeddedDynamo({ clock });
    const dynamodb = new DynamoDBClient({
      region: "us-east-1",
      credentials: { accessKeyId: "AKIATEST", secretAccessKey: "test" },
      requestHandler: dynamo.requestHandler,
    });
    await defineTable(dynamodb, "empty");
    const kms = createFakeKms();
    const { handle } = buildServer({
      dynamodb: dynamoDbLike(dynamodb),
      kms: kms.client,
      tableName: "empty",
      keyId: kms.keyId,
      clock,
      random: systemRandom,
      rows: [],
      auditSink: { write: async () => undefined },
      log: () => undefined,
    });
    const call = async (method: string, path: string, body = "") => {
      const response = await handle({
        method,
        path: `/v1/${path}`,
        query: "",
        headers: {},
        body: Buffer.from(body),
        sourceAddress: "",
      });
      const text = Buffer.from(response.body).toString();
      return { status: response.status, text };
    };
    return { call, close: () => dynamo.close() };
  };

  it("says so, and refuses to be initialized over HTTP with a text that says how", async () => {
    const { call, close } = await bare();

    const state = await call("GET", "sys/health");
    const init = await call("PUT", "sys/init", '{"secret_shares":1}');

    expect(state.status).toBe(501);
    expect(JSON.parse(state.text)).toMatchObject({ initialized: false, sealed: true });
    expect(JSON.parse((await call("GET", "sys/init")).text)).toEqual({ initialized: false });
    expect(JSON.parse((await call("GET", "sys/seal-status")).text)).toMatchObject({ initialized: false, t: 0, n: 0 });
    expect(init.status).toBe(400);
    expect(init.text).toContain("zeroth operator init");
    await close();
  });

  it("answers nothing else", async () => {
    const { call, close } = await bare();

    expect((await call("GET", "sys/mounts")).status).toBe(403);
    await close();
  });
});

describe("rotation", () => {
  it("keeps what was sealed before readable and raises the term", async () => {
    await server.call("POST", "cubbyhole/a", { body: { x: "1" } });
    await server.call("POST", "sys/rotate");
    server.store.drop();

    expect((await server.call("GET", "cubbyhole/a")).data).toEqual({ x: "1" });
    expect((await server.call("GET", "sys/key-status")).data["term"]).toBe(2);
  });

  it("reaches every domain that has a key", async () => {
    const wrappedKeys = async (): Promise<ReadonlyMap<string, number>> => {
      const { Items = [] } = await server.dynamodb.send(new ScanCommand({ TableName: "zeroth-test" }));
      const counts = new Map<string, number>();
      for (const { pk, sk } of Items) {
        if (pk?.S?.startsWith("key#") && sk?.S !== "!newest") counts.set(pk.S, (counts.get(pk.S) ?? 0) + 1);
      }
      return counts;
    };
    const before = await wrappedKeys();

    await server.call("POST", "sys/rotate");

    expect(before.size).toBeGreaterThan(8);
    expect(await wrappedKeys()).toEqual(new Map([...before].map(([domain, count]) => [domain, count + 1])));
  });

  it("does not raise the term when it was interrupted", async () => {
    killer.kill("keys.rotate", "after");
    await server.call("POST", "sys/rotate");

    expect((await server.call("GET", "sys/key-status")).data["term"]).toBe(1);
  });

  it("happens by itself when the interval is over", async () => {
    await server.call("POST", "sys/rotate/config", { body: { interval: "24h" } });
    const termAfterTick = async (): Promise<unknown> => {
      await server.core.schedule.tick(server.clock.now() + 60_000);
      return (await server.call("GET", "sys/key-status")).data["term"];
    };
    expect(await termAfterTick()).toBe(1);

    server.clock.advance(86_400_000);
    await sweptSoFar(server);

    expect(await termAfterTick()).toBe(2);
    expect(await termAfterTick()).toBe(2);
  });
});

describe("what the web page may know", () => {
  const tokenWith = async (policy: string): Promise<string> => {
    await server.call("POST", "sys/policies/acl/p", { body: { policy } });
    const made = await server.call("POST", "auth/token/create", { body: { policies: ["p"], no_default_policy: true } });
    return (made.body["auth"] as { client_token: string }).client_token;
  };
  const reach = async (policy: string): Promise<number> => {
    const token = await tokenWith(policy);
    return (await server.call("GET", "sys/internal/ui/mounts/t/a", { token })).status;
  };

  beforeEach(async () => {
    await server.call("POST", "sys/mounts/t", { body: { type: "kv" } });
  });

  it.each([
    ['path "t/*" { capabilities = ["read"] }', 200],
    ['path "t/deep/down" { capabilities = ["list"] }', 200],
    ['path "*" { capabilities = ["read"] }', 200],
    ['path "+/x" { capabilities = ["read"] }', 200],
    ['path "t" { capabilities = ["read"] }', 200],
    ['path "t/*" { capabilities = ["deny"] }', 403],
    ['path "*" { capabilities = ["read"] } path "t/*" { capabilities = ["deny"] }', 403],
    ['path "tt/*" { capabilities = ["read"] }', 403],
    ['path "+" { capabilities = ["deny"] }', 403],
  ])("counts %s as reach or not", async (policy, status) => {
    expect(await reach(policy)).toBe(status);
  });

  it("documents nothing to nobody", async () => {
    const { body } = await server.call("GET", "sys/internal/specs/openapi", { token: null });

    expect(body["paths"]).toEqual({});
  });

  it("documents what a token reaches, and only that", async () => {
    const token = await tokenWith('path "t/*" { capabilities = ["read"] }');

    const { body } = await server.call("GET", "sys/internal/specs/openapi", { token });

    const paths = Object.keys(body["paths"] as object);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.every((path) => path.startsWith("/t/"))).toBe(true);
  });

  it("refuses a bad token instead of answering as if there were none", async () => {
    for (const path of ["sys/internal/ui/mounts", "sys/internal/specs/openapi"]) {
      expect((await server.call("GET", path, { token: "hvs.none" })).status).toBe(403);
    }
  });
});
