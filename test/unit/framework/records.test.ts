import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { defineBackend, field } from "../../../src/framework/index.ts";
import { recordPaths } from "../../../src/framework/records.ts";
import { createHarness } from "../../support/backend-harness.ts";
import { createMemoryView } from "../../support/memory-view.ts";

const Kept = z.object({ size: z.number() });

const backend = defineBackend({
  kind: "secret",
  type: "boxes",
  help: "Keeps boxes.",
  paths: recordPaths({
    at: "box/{name}",
    params: { name: "which" },
    lists: ["box", "boxes"],
    summary: {
      all: "the boxes",
      one: "a box",
      list: "list the boxes",
      read: "read a box",
      write: "write a box",
      delete: "delete a box",
    },
    input: z.object({ size: field.integer("how large") }),
    answers: z.object({ size: z.number(), large: z.boolean() }),
    names: (cx) => cx.storage.list("box/"),
    find: async (name, cx) => {
      const entry = await cx.storage.get(cx.storage.at(`box/${name}`));
      return entry && Kept.parse(entry.body);
    },
    show: ({ size }) => ({ size, large: size > 9 }),
    write: async (name, { size = 1 }, cx) => {
      await cx.storage.write([{ op: "put", address: cx.storage.at(`box/${name}`), body: { size }, when: "any" }]);
      return size > 99 ? ["that is a very large box"] : undefined;
    },
    remove: (name, cx) => cx.storage.write([{ op: "delete", address: cx.storage.at(`box/${name}`), when: "any" }]),
  }),
});

const boxes = () => createHarness(backend, { view: createMemoryView(), clock: { now: () => 0 } });

describe("the paths of named records", () => {
  it("create, change, read and delete one", async () => {
    const { request } = boxes();

    const written = [await request("update", "box/a", { size: 10 }), await request("update", "box/a", { size: 11 })];
    const read = await request("read", "box/a");
    const deleted = await request("delete", "box/a");

    expect(written.map(({ operation, status }) => [operation, status])).toEqual([
      ["create", 204],
      ["update", 204],
    ]);
    expect(read.data).toEqual({ size: 11, large: true });
    expect([deleted.status, (await request("read", "box/a")).status]).toEqual([204, 404]);
  });
  it("list the names by each of their templates", async () => {
    const { request } = boxes();
    await request("update", "box/b", {});

    expect([(await request("list", "box/")).data, (await request("list", "boxes/")).data]).toEqual([
      { keys: ["b"] },
      { keys: ["b"] },
    ]);
  });
  it("pass on what the write warns of", async () =>
    expect((await boxes().request("update", "box/c", { size: 100 })).warnings).toEqual(["that is a very large box"]));
  it("do not mind deleting what is not there", async () =>
    expect((await boxes().request("delete", "box/none")).status).toBe(204));
});
