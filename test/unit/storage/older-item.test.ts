import { type AttributeValue, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../support/make-server.ts";

/**
 * C33: who writes the table puts an older item in a newer one's place. Between versions of a secret that is found out;
 * an item's own older state in its own place is not (`docs/threat-model.md`, "Not protected").
 */

type Item = Record<string, AttributeValue>;

let server: TestServer;
let versions: readonly Item[];
const secret = "kv/data/rolled";

beforeAll(async () => {
  server = await makeServer();
  await server.call("POST", "sys/mounts/kv", { body: { type: "kv", options: { version: "2" } } });
  const before = new Set((await items()).map(nameOf));
  for (const value of ["first", "second", "third"]) await server.call("POST", secret, { body: { data: { value } } });
  versions = (await items()).filter((item) => !before.has(nameOf(item)) && /\d$/.test(item["sk"]?.S ?? ""));
});
afterAll(() => server.dynamo.close());

const items = async (): Promise<readonly Item[]> =>
  (await server.dynamodb.send(new ScanCommand({ TableName: "zeroth-test" }))).Items ?? [];
const nameOf = (item: Item): string => `${item["pk"]?.S} ${item["sk"]?.S}`;
const put = (item: Item) => server.dynamodb.send(new PutItemCommand({ TableName: "zeroth-test", Item: item }));

describe("C33: an older version of a secret", () => {
  it("has an item of its own once there is a newer one", () => expect(versions).toHaveLength(2));

  it("in the place of the newer one is refused, never given out as it", async () => {
    const [one = {}, two = {}] = [...versions].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    await put({ ...one, pk: two["pk"] ?? { S: "" }, sk: two["sk"] ?? { S: "" } });

    const answer = await server.call("GET", `${secret}?version=2`);
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(answer.text).not.toContain("first");
    await put(two);
    const read = await server.call("GET", `${secret}?version=2`);
    expect(read.data["data"]).toEqual({ value: "second" });
  });
});
