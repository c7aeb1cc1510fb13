import { PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { anotherEnvironment, callsOf, makeServer, type TestServer } from "../../../support/make-server.ts";

/** Entries that do not open, and who is told. */

let server: TestServer;
let denied: string;

/** Changes the last byte of every entry whose partition begins so. */
const damage = async (partition: string): Promise<void> => {
  const { Items = [] } = await server.dynamodb.send(new ScanCommand({ TableName: server.table.tableName }));
  const found = Items.filter(({ pk }) => pk?.S?.startsWith(partition));
  expect(found.length).toBeGreaterThan(0);
  for (const item of found) {
    const sealed = Uint8Array.from(item["v"]?.B ?? []);
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    const Item = { ...item, v: { B: sealed } };
    await server.dynamodb.send(new PutItemCommand({ TableName: server.table.tableName, Item }));
  }
};

beforeAll(async () => {
  server = await makeServer();
  await server.call("POST", "sys/mounts/kv", { body: { type: "kv", options: { version: "2" } } });
  await server.call("POST", "kv/data/there", { body: { data: { a: 1 } } });
  const made = await server.call("POST", "auth/token/create", { body: { policies: ["default"] } });
  denied = (made.body["auth"] as { client_token: string }).client_token;
  await damage("rec#kv:");
});
afterAll(() => server.dynamo.close());

describe("a secret that does not open", () => {
  const verbs = ["GET", "POST", "PATCH", "DELETE"];

  it.each(verbs)("is to those who may not %s it as one that is not there, and both are recorded", async (verb) => {
    const headers = verb === "PATCH" ? { "content-type": "application/merge-patch+json" } : {};
    for (const token of [null, "hvs.unknown", denied]) {
      const answers = [];
      for (const name of ["there", "none"]) {
        const from = server.auditLines.length;
        const { status, body } = await server.call(verb, `kv/data/${name}`, { token, headers, body: { data: {} } });
        answers.push([status, body["errors"], server.auditLines.length - from]);
      }
      expect(answers[0]).toEqual([403, expect.anything(), 2]);
      expect(answers[0]).toEqual(answers[1]);
    }
  });

  it("fails for those who may, and is recorded", async () => {
    const from = server.auditLines.length;
    expect((await server.call("GET", "kv/data/there")).status).toBe(500);
    const lines = server.auditLines.slice(from).map((line) => JSON.parse(line) as { type: string; error?: string });
    expect(lines.map(({ type, error }) => [type, error])).toEqual([
      ["request", undefined],
      ["response", "internal"],
    ]);
  });

  it("is the same to the first request of a process", async () => {
    for (const [token, status] of [
      [denied, 403],
      [server.root, 500],
    ] as const) {
      const first = callsOf(anotherEnvironment(server), server.root);
      expect((await first("GET", "kv/data/there", { token })).status).toBe(status);
    }
  });
});
