import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { as, type MountId } from "../../../src/std/brand.ts";
import type { Address, Image } from "../../../src/storage/index.ts";
import { createTestStore, type TestStore } from "../../support/storage.ts";

let test: TestStore;

beforeEach(async () => {
  test = await createTestStore();
});

const imageOf = async ({ pk, sk }: Pick<Address, "pk" | "sk">): Promise<Image> => {
  const Key = { pk: { S: pk }, sk: { S: sk } };
  const command = new GetItemCommand({ TableName: test.table.tableName, Key, ConsistentRead: true });
  return (await test.table.client.send(command)).Item ?? {};
};

/** As a Lambda event shows it. */
const inEvent = (image: Image): Image =>
  Object.fromEntries(
    Object.entries(image).map(([name, value]) => [
      name,
      value.B instanceof Uint8Array ? { B: Buffer.from(value.B).toString("base64") } : value,
    ]),
  );

describe("an item out of the stream", () => {
  it("opens, with its domain found from its key", async () => {
    const view = await test.store.view(as<MountId>("kv:1"));
    const places: Address[] = [
      { pk: "token#a", sk: "t", domain: "token" },
      { pk: "lease#a", sk: "l", domain: "lease" },
      view.at("role/a"),
      view.record("a", "m"),
    ];
    for (const address of places) {
      await test.store.write([{ op: "put", address, body: address.pk, when: "any" }]);
      const image = await imageOf(address);
      expect((await test.store.openImage(image))?.body).toBe(address.pk);
      expect((await test.store.openImage(inEvent(image)))?.body).toBe(address.pk);
    }
  });

  it("is refused when it was not written here", async () => {
    const address: Address = { pk: "lease#a", sk: "l", domain: "lease" };
    await test.store.write([{ op: "put", address, body: {}, when: "any" }]);
    const image = await imageOf(address);

    await expect(test.store.openImage({ ...image, exp: { N: "1" } })).rejects.toMatchObject({ code: "internal" });
    await expect(test.store.openImage({ ...image, pk: { S: "lease#b" } })).rejects.toMatchObject({ code: "internal" });
  });

  it("answers null for the body of a spread entry, and nothing for its parts", async () => {
    const address: Address = { pk: "token#a", sk: "t", domain: "token" };
    await test.store.write([{ op: "put", address, body: "x".repeat(500_000), when: "any" }]);
    const image = await imageOf(address);
    const part = await imageOf({ pk: "token#a", sk: `~${Number(image["n"]?.N).toString(36)}#1` });

    expect(await test.store.openImage(image)).toMatchObject({ address, body: null, clear: {} });
    expect(part["v"]).toBeDefined();
    expect(await test.store.openImage(part)).toBeUndefined();
  });

  it("is nothing when it is a wrapped key", async () => {
    await test.store.names("token");
    expect(await test.store.openImage(await imageOf({ pk: "key#token", sk: "index" }))).toBeUndefined();
  });
});
