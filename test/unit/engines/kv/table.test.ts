import { beforeAll, describe, expect, it } from "@jest/globals";
import { kv } from "../../../../src/engines/kv/backend.ts";
import { as, type MountId } from "../../../../src/std/brand.ts";
import { parseJson, writeJson } from "../../../../src/std/json.ts";
import { createHarness, type Harness } from "../../../support/backend-harness.ts";
import { createTestStore, type TestStore } from "../../../support/storage.ts";
import { upTo } from "./support.ts";

/** The engine over the sealed table: what the memory view cannot show. */

let stage: TestStore;
const mountAt = async (id: string, version = "2"): Promise<Harness> => {
  const options = { version };
  const view = await stage.store.view(as<MountId>(`kv:${id}`));
  return createHarness(kv.backendFor(options), { view, clock: stage.clock, options });
};

beforeAll(async () => {
  stage = await createTestStore();
});

describe("over the table", () => {
  it("a large secret with a history is written, listed, destroyed and removed", async () => {
    const mount = await mountAt("large");
    const text = (n: number) => `${n}:${"x".repeat(600000)}`;
    for (const n of [1, 2, 3]) await mount.request("update", "data/team/big", { data: { text: text(n) } });

    expect((await mount.request("read", "data/team/big", { version: "1" })).data.data.text).toBe(text(1));
    expect((await mount.request("list", "metadata/team/")).data).toEqual({ keys: ["big"] });
    await mount.request("update", "destroy/team/big", { versions: [3] });
    expect((await mount.request("read", "data/team/big")).status).toBe(404);
    await mount.request("delete", "metadata/team/big");
    expect((await mount.request("list", "metadata/")).reply).toBeUndefined();
  });

  it("every digit survives sealing", async () => {
    const mount = await mountAt("digits", "1");
    const text = '{"__proto__":1.0,"i":12345678901234567890,"d":0.1000}';
    await mount.request("update", "a", parseJson(text) as Record<string, never>);

    expect(writeJson((await mount.request("read", "a")).data)).toBe(text);
  });

  it("a warm read is one call and a warm write two", async () => {
    const mount = await mountAt("calls");
    for (const n of upTo(11)) await mount.request("update", "data/a", { data: { n } });
    stage.table.calls.length = 0;

    await mount.request("read", "data/a");
    await mount.request("read", "data/a", { version: "5" });
    await mount.request("update", "data/a", { data: { n: 12 } });

    expect(stage.table.calls.map(({ operation }) => operation)).toEqual([
      "BatchGetItem",
      "BatchGetItem",
      "BatchGetItem",
      "TransactWriteItems",
    ]);
  });

  it("a history longer than a transaction is removed", async () => {
    const mount = await mountAt("long");
    await mount.request("update", "metadata/a", { max_versions: 60 });
    for (const n of upTo(45)) await mount.request("update", "data/a", { data: { n } });

    await mount.request("delete", "metadata/a");

    const view = await stage.store.view(as<MountId>("kv:long"));
    expect((await view.items("a")).items).toEqual([]);
  });
});
