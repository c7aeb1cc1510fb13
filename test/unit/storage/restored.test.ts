import { type AttributeValue, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { as, type MountId } from "../../../src/std/brand.ts";
import { type Address, defineTable } from "../../../src/storage/index.ts";
import { createTestStore, type TestStore } from "../../support/storage.ts";

/** A table restored from a backup has another name and the same items. */

const MOUNT = as<MountId>("kv:restored");
const RESTORED = "zeroth-restored";

describe("a table restored under another name", () => {
  let test: TestStore;
  let address: Address;
  let text: string;

  beforeEach(async () => {
    test = await createTestStore();
    const view = await test.store.view(MOUNT);
    address = view.at("role/web");
    await view.write([{ op: "put", address, body: { ttl: 60 }, when: "absent" }]);
    text = await test.store.sealText("token", "batch", { id: 1 });

    const { client, tableName } = test.table;
    await defineTable(client, RESTORED);
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
    for (const Item of Items as readonly Record<string, AttributeValue>[]) {
      await client.send(new PutItemCommand({ TableName: RESTORED, Item }));
    }
  });

  const restored = () => test.another({ tableName: RESTORED, tableIdentity: test.table.tableName });

  it("opens under the first table's identity", async () => {
    expect((await restored().get([address])).map((entry) => entry?.body)).toEqual([{ ttl: 60 }]);
  });

  it("finds the names it had", async () => {
    expect((await restored().view(MOUNT)).at("role/web")).toEqual(address);
  });

  it("opens texts that are not in a table", async () => {
    expect(await restored().openText("token", "batch", text)).toEqual({ id: 1 });
  });

  it("does not open under its own name", async () => {
    await expect(test.another({ tableName: RESTORED }).get([address])).rejects.toThrow();
  });

  it("takes new entries that the first table's environments would open", async () => {
    const entry = { op: "put", address, body: { ttl: 90 }, when: "present" } as const;
    await restored().write([entry]);

    const [read] = await test.another({ tableName: RESTORED, tableIdentity: test.table.tableName }).get([address]);
    expect(read?.body).toEqual({ ttl: 90 });
  });
});
