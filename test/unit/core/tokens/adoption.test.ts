import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** What becomes of the children of a token that is revoked without them. */

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
});
afterAll(() => server.dynamo.close());

const made = async (token?: string): Promise<string> => {
  const body = { policies: ["root"], ttl: "1h" };
  const answer = await server.call("POST", "auth/token/create", { body, ...(token === undefined ? {} : { token }) });
  return (answer.body["auth"] as { client_token: string }).client_token;
};
const lives = async (token: string): Promise<boolean> =>
  (await server.call("GET", "auth/token/lookup-self", { token })).status === 200;

/** The write of an item with this key fails once. */
const failOnce = (tag: string, failure: Error): void => {
  server.table.before = ({ operation, input }) => {
    if (!/Put|Update|Transact/.test(operation) || !JSON.stringify(input).includes(tag)) return;
    server.table.before = () => undefined;
    throw failure;
  };
};

const orphaned = async (failure?: Error) => {
  const parent = await made();
  const [child, other] = [await made(parent), await made(parent)];
  const grandchild = await made(child);
  const tag = (await server.core.tokens.tag(child)) ?? "";
  if (failure !== undefined) failOnce(tag, failure);
  const revoke = () => server.call("POST", "auth/token/revoke-orphan", { body: { token: parent } });
  return { first: await revoke(), revoke, family: [parent, child, other, grandchild] };
};

it("they live on, and their own children with them, though one was written meanwhile", async () => {
  for (const failure of [undefined, new ConditionalCheckFailedException({ message: "", $metadata: {} })]) {
    const { first, family } = await orphaned(failure);

    expect(first.status).toBe(204);
    expect(await Promise.all(family.map(lives))).toEqual([false, true, true, true]);
  }
});

it("a fault of the table is told, and what it left is done later", async () => {
  const { first, family } = await orphaned(Object.assign(new Error("no"), { name: "AccessDeniedException" }));

  expect(first.status).toBe(500);
  expect(await Promise.all(family.map(lives))).toEqual([false, true, true, true]);
  server.clock.advance(2000);
  await server.core.leases.sweep(server.clock.now() + 60_000);
  expect(await Promise.all(family.map(lives))).toEqual([false, true, true, true]);
});
