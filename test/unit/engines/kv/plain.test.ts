import { describe, expect, it } from "@jest/globals";
import { parseJson, writeJson } from "../../../../src/std/json.ts";
import { createMount } from "./support.ts";

describe("version 1", () => {
  it("replaces a secret as a whole", async () => {
    const mount = createMount("1");
    await mount.request("update", "app/db", { a: 1, b: 2 });

    const written = await mount.request("update", "app/db", { c: null });

    expect(written).toMatchObject({ operation: "update", status: 204 });
    expect((await mount.request("read", "app/db")).data).toEqual({ c: null });
  });

  it("keeps every digit and every name of a field", async () => {
    const mount = createMount("1");
    const text = '{"__proto__":{"x":1.0},"constructor":"c","i":12345678901234567890,"e":1e2,"z":-0,"d":0.1000}';
    await mount.request("update", "a", parseJson(text) as Record<string, never>);

    expect(writeJson((await mount.request("read", "a")).data)).toBe(text);
  });

  it.each([
    [{ ttl: "1h" }, 3600],
    [{ ttl: 30 }, 30],
    [{ ttl: "0" }, 0],
    [{ ttl: null }, 0],
    [{ ttl: "" }, 0],
    [{ lease: "5m" }, 300],
    [{ ttl: "banana", lease: "5m" }, 2764800],
    [{ ttl: true }, 2764800],
    [{ ttl: ["1h"] }, 2764800],
    [{ ttl: 1.5 }, 2764800],
    [{ TTL: "1h" }, 2764800],
    [{ ttl: "-5" }, 0],
  ])("reports the lease duration of %j as %i seconds", async (secret, duration) => {
    const mount = createMount("1");
    await mount.request("update", "t", secret);

    expect((await mount.request("read", "t")).reply?.leaseDuration).toBe(duration);
  });

  it("refuses a write without fields", async () => {
    const mount = createMount("1");

    await expect(mount.request("update", "a", {})).rejects.toMatchObject({
      code: "invalid_request",
      wire: "missing data fields",
    });
  });

  it("refuses a write without a path", async () => {
    const mount = createMount("1");

    await expect(mount.request("update", "", { a: 1 })).rejects.toMatchObject({ wire: "missing path" });
  });

  it("has no patch", async () => {
    const mount = createMount("1");

    await expect(mount.request("patch", "a", { a: 1 })).rejects.toMatchObject({ code: "unsupported_operation" });
  });

  it("tells a create from an update by what is stored", async () => {
    const mount = createMount("1");

    expect((await mount.request("update", "a", { a: 1 })).operation).toBe("create");
    await mount.request("delete", "a");
    expect((await mount.request("update", "a", { a: 1 })).operation).toBe("create");
  });

  it("lists one level, and forgets a folder with its last secret", async () => {
    const mount = createMount("1");
    for (const path of ["foo", "foo/bar", "foo/baz/deep"]) await mount.request("update", path, { v: 1 });
    expect((await mount.request("list", "")).data).toEqual({ keys: ["foo", "foo/"] });
    expect((await mount.request("list", "foo/")).data).toEqual({ keys: ["bar", "baz/"] });

    await mount.request("delete", "foo/bar");
    await mount.request("delete", "foo/baz/deep");

    expect((await mount.request("list", "foo/")).status).toBe(404);
    expect((await mount.request("list", "")).data).toEqual({ keys: ["foo"] });
  });

  it("finds and deletes nothing at a path that ends in a slash", async () => {
    const mount = createMount("1");
    await mount.request("update", "foo", { v: 1 });

    expect((await mount.request("read", "foo/")).status).toBe(404);
    await expect(mount.request("delete", "foo/")).rejects.toThrow("cannot delete a path ending in '/'");
    await mount.request("delete", "bar/");
    expect((await mount.request("read", "foo")).status).toBe(200);
  });

  it("lists a secret again that is deleted while it is being overwritten", async () => {
    const mount = createMount("1");
    await mount.request("update", "a", { v: 1 });
    let raced = false;
    mount.view.pause = async () => {
      if (raced || mount.view.calls.at(-1)?.kind !== "write") return;
      raced = true;
      await createMount("1", { view: mount.view }).request("delete", "a");
    };

    await mount.request("update", "a", { v: 2 });

    expect((await mount.request("read", "a")).data).toEqual({ v: 2 });
    expect((await mount.request("list", "")).data).toEqual({ keys: ["a"] });
  });

  it("reads with the one call of the prefetch and overwrites with one more", async () => {
    const mount = createMount("1");
    await mount.request("update", "a", { v: 1 });
    mount.view.calls.length = 0;

    await mount.request("read", "a");
    expect(mount.view.calls).toEqual([{ kind: "get", members: 1 }]);
    await mount.request("update", "a", { v: 2 });
    expect(mount.view.calls.slice(1)).toEqual([
      { kind: "get", members: 1 },
      { kind: "write", members: 1 },
    ]);
  });
});

describe("a mount upgraded to version 2", () => {
  it("shows every secret as version 1 of a key", async () => {
    const old = createMount("1");
    await old.request("update", "app/db", { user: "app" });
    const mount = createMount("2", { view: old.view });

    expect((await mount.request("read", "data/app/db")).data).toMatchObject({
      data: { user: "app" },
      metadata: { version: 1, destroyed: false, deletion_time: "", custom_metadata: null },
    });
    expect(await mount.metadata("app/db")).toMatchObject({ current_version: 1, oldest_version: 1 });
    expect((await mount.request("list", "metadata/app/")).data).toEqual({ keys: ["db"] });
  });

  it("keeps the old value as a version when the key is written", async () => {
    const old = createMount("1");
    await old.request("update", "a", { n: 1 });
    const mount = createMount("2", { view: old.view });

    await mount.request("update", "data/a", { data: { n: 2 }, options: { cas: 1 } });

    expect((await mount.request("read", "data/a", { version: "1" })).data.data).toEqual({ n: 1 });
    expect((await mount.request("read", "data/a")).data.data).toEqual({ n: 2 });
  });
});
