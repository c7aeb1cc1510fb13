import { beforeEach, describe, expect, it } from "@jest/globals";
import { as, type MountId } from "../../../src/std/brand.ts";
import type { Address, View } from "../../../src/storage/index.ts";
import { createTestStore, type TestStore } from "../../support/storage.ts";

const KV = as<MountId>("kv:1");
const OTHER = as<MountId>("kv:2");

let test: TestStore;
let view: View;

beforeEach(async () => {
  test = await createTestStore();
  view = await test.store.view(as<MountId>("kv:1"));
});

describe("view", () => {
  it("reads back, lists and takes what it wrote", async () => {
    await view.write([{ op: "put", address: view.at("role/web"), body: { a: [1, "x"] }, when: "absent" }]);

    expect((await view.get(view.at("role/web")))?.body).toEqual({ a: [1, "x"] });
    expect(await view.list("")).toEqual(["role/"]);
    expect(await view.list("role/")).toEqual(["web"]);
    expect((await view.take(view.at("role/web")))?.address.name).toBe("role/web");
    expect(await view.list("")).toEqual([]);
  });

  it("keeps keys and listings apart", async () => {
    await view.write([{ op: "put", address: view.listing("a"), body: null, when: "absent" }]);
    expect(await view.list("", "data")).toEqual([]);
    expect(await view.list("", "listing")).toEqual(["a"]);
  });

  it("lists a key next to the folder of the same name", async () => {
    await view.write([
      { op: "put", address: view.at("a"), body: 1, when: "absent" },
      { op: "put", address: view.at("a/b"), body: 1, when: "absent" },
    ]);
    expect(await view.list("")).toEqual(["a", "a/"]);
  });

  it.each<[string, Address]>([
    ["another mount's data", { pk: "data#kv:2", sk: "x", domain: OTHER }],
    ["another mount's data under its own keys", { pk: "data#kv:2", sk: "x", domain: KV }],
    ["its own data under other keys", { pk: "data#kv:1", sk: "x", domain: "token" }],
    ["a token", { pk: "token#a", sk: "t", domain: "token" }],
    ["the configuration", { pk: "config", sk: "x", domain: "config" }],
    ["wrapped keys", { pk: "key#kv:1", sk: "index", domain: KV }],
    ["a mount whose id begins like its own", { pk: "data#kv:11", sk: "x", domain: KV }],
    ["another mount's records", { pk: "rec#kv:2#a", sk: "m", domain: KV }],
    ["a space that looks like its own", { pk: "other#kv:1#a", sk: "m", domain: KV }],
  ])("does not reach %s", async (_, address) => {
    const failure = { code: "internal" };
    await expect(async () => view.get(address)).rejects.toMatchObject(failure);
    await expect(async () => view.getMany([view.at("a"), address])).rejects.toMatchObject(failure);
    await expect(async () => view.take(address)).rejects.toMatchObject(failure);
    await expect(async () => view.write([{ op: "delete", address, when: "any" }])).rejects.toMatchObject(failure);
  });

  it("keeps the records of every type in one space, by the mount's id", () => {
    expect(view.record("a", "m").pk).toMatch(/^rec#kv:1#[\w-]+$/);
  });

  it("refuses paths no sort key can hold, and takes the deepest that one can", async () => {
    const deep = (segments: number): string => Array.from({ length: segments }, () => "s").join("/");
    expect(() => view.at(deep(45))).toThrow(expect.objectContaining({ code: "invalid_request" }));

    await view.write([{ op: "put", address: view.at(deep(44)), body: 1, when: "absent" }]);

    expect((await view.get(view.at(deep(44))))?.body).toBe(1);
  });

  it.each(["~1#1", "", "é", "a\n"])("refuses %j as the item of a record", async (item) => {
    await expect(view.get(view.record("a", item))).rejects.toMatchObject({ code: "internal" });
  });
});

describe("sealed text", () => {
  it("opens for its domain and purpose only", async () => {
    const text = await test.store.sealText("token", "batch", { a: 1 });

    expect(await test.store.openText("token", "batch", text)).toEqual({ a: 1 });
    expect(await test.store.openText("token", "other", text)).toBeUndefined();
    expect(await test.store.openText("lease", "batch", text)).toBeUndefined();
    expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it("is never the same twice", async () => {
    const texts = await Promise.all([1, 2].map(() => test.store.sealText("token", "batch", 1)));
    expect(texts[0]).not.toBe(texts[1]);
  });

  it.each(["", "x", "AAAA", "!!!!", "a".repeat(200)])("answers nothing for %j", async (text) => {
    expect(await test.store.openText("token", "batch", text)).toBeUndefined();
  });

  it("answers nothing for any change to it, also to what a decoder would ignore", async () => {
    const text = await test.store.sealText("token", "batch", { a: 1 });
    const changed = [`${text}=`, `${text} `, ` ${text}`, `${text}A`, text.slice(1), text.slice(0, -1)];
    for (let at = 0; at < text.length; at += 7) {
      changed.push(text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1));
    }
    for (const one of changed) expect(await test.store.openText("token", "batch", one)).toBeUndefined();
  });

  it("opens after a rotation, and is a 503 while KMS is away", async () => {
    const text = await test.store.sealText("token", "batch", 1);
    await test.store.rotate("token");
    expect(await test.store.openText("token", "batch", text)).toBe(1);

    test.kms.fail = Object.assign(new Error("slow"), { name: "ThrottlingException" });
    await expect(test.another().openText("token", "batch", text)).rejects.toMatchObject({
      code: "storage_unavailable",
    });
  });
});

describe("domains", () => {
  it("are limited to those allowed, before KMS is asked", async () => {
    const limited = test.another({ domainsAllowed: ["token", "kv:*"] });
    await limited.view(as<MountId>("kv:9"));
    await limited.names("token");
    const before = test.kms.calls.length;

    await expect(limited.names("config")).rejects.toMatchObject({ code: "internal" });
    await expect(limited.names(as<MountId>("database:kv:1"))).rejects.toMatchObject({ code: "internal" });
    expect(test.kms.calls).toHaveLength(before);
  });

  it("of core cannot be shredded", async () => {
    await expect(test.store.shred("token")).rejects.toMatchObject({ code: "internal" });
  });
});
