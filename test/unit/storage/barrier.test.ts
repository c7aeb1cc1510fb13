import { describe, expect, it } from "@jest/globals";
import { as, type MountId } from "../../../src/std/brand.ts";
import { createTestStore } from "../../support/storage.ts";

const MOUNT = as<MountId>("kv:0f3c");

describe("barrier", () => {
  it("reads back what was written", async () => {
    const { store } = await createTestStore();
    const view = await store.view(MOUNT);
    await view.write([{ op: "put", address: view.at("role/web"), body: { a: [1, "x"] }, when: "absent" }]);

    const entry = await view.get(view.at("role/web"));

    expect(entry?.body).toEqual({ a: [1, "x"] });
    expect(await view.list("")).toEqual(["role/"]);
    expect(await view.list("role/")).toEqual(["web"]);
  });
});
