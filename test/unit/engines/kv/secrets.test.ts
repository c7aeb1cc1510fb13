import { describe, expect, it } from "@jest/globals";
import { parseJson, writeJson } from "../../../../src/std/json.ts";
import { createMount, upTo } from "./support.ts";

describe("writing and reading", () => {
  it("answers a write with the new version", async () => {
    const mount = createMount();

    const written = await mount.request("update", "data/a", { data: { n: 1 } });

    expect(written).toMatchObject({ operation: "create", status: 200 });
    expect(written.data).toEqual({
      version: 1,
      created_time: "2026-01-02T03:04:05Z",
      deletion_time: "",
      destroyed: false,
      custom_metadata: null,
    });
  });

  it("prints times without trailing zeros", async () => {
    const mount = createMount();
    mount.clock.advance(120);

    expect((await mount.request("update", "data/a", { data: {} })).data.created_time).toBe("2026-01-02T03:04:05.12Z");
  });

  it("reads the latest version for 0, a negative number or none, and others by number", async () => {
    const mount = createMount();
    await mount.fill("a", [1, 2, 3]);

    const read = async (version: string) =>
      (await mount.request("read", "data/a", { version })).data?.data?.n as number | undefined;

    expect([await read(""), await read("0"), await read("-3"), await read("1"), await read("2")]).toEqual([
      3, 3, 3, 1, 2,
    ]);
    expect((await mount.request("read", "data/a", { version: "4" })).reply).toBeUndefined();
  });

  it("keeps every digit and every name of a field through both items", async () => {
    const mount = createMount();
    const text = '{"data":{"__proto__":{"admin":1.0},"constructor":"c","i":12345678901234567890,"n":null,"e":1e2}}';
    await mount.request("update", "data/a", parseJson(text) as Record<string, never>);
    await mount.request("update", "data/a", { data: {} });

    const { data } = await mount.request("read", "data/a", { version: "1" });

    expect(writeJson({ data: data.data })).toBe(text);
  });

  it("keeps null and takes an empty list for an empty object", async () => {
    const mount = createMount();
    await mount.request("update", "data/a", { data: null });
    expect((await mount.request("read", "data/a")).data).toMatchObject({ data: null, metadata: { version: 1 } });

    await mount.request("update", "data/a", { data: [] });
    expect((await mount.request("read", "data/a")).data.data).toEqual({});
  });

  it("refuses a body without data before it looks at cas", async () => {
    const mount = createMount();

    await expect(mount.request("update", "data/a", { value: "x", options: { cas: 5 } })).rejects.toMatchObject({
      wire: "no data provided",
    });
  });

  it.each([["x"], [5], [true], [[1]]])("refuses data that is %j", async (data) => {
    const mount = createMount();

    await expect(mount.request("update", "data/a", { data })).rejects.toMatchObject({
      code: "invalid_request",
      wire: expect.stringMatching(/^error converting input for field "data": ./),
    });
  });

  it("has no version to show for a key with metadata only", async () => {
    const mount = createMount();
    await mount.request("update", "metadata/a", { max_versions: 3 });

    expect((await mount.request("read", "data/a")).reply).toBeUndefined();
    expect((await mount.request("read", "data/a", { version: "1" })).reply).toBeUndefined();
  });

  it("refuses a value above 1 MiB and keeps what was there", async () => {
    const mount = createMount();
    await mount.fill("a", [1]);

    await expect(mount.request("update", "data/a", { data: { x: "x".repeat(1100000) } })).rejects.toMatchObject({
      code: "payload_too_large",
    });
    expect((await mount.request("read", "data/a")).data.data).toEqual({ n: 1 });
  });
});

describe("subkeys", () => {
  const secret = { a: { b: { c: 1 }, x: [{ y: 1 }] }, l: [1], o: {}, s: "v", n: null };
  const leaves = { l: null, o: null, s: null, n: null };

  it.each([
    ["0", { a: { b: { c: null }, x: null }, ...leaves }],
    ["1", { a: null, ...leaves }],
    ["2", { a: { b: null, x: null }, ...leaves }],
    ["-1", { a: null, ...leaves }],
  ])("to depth %s", async (depth, subkeys) => {
    const mount = createMount();
    await mount.request("update", "data/t", { data: secret });

    expect((await mount.request("read", "subkeys/t", { depth })).data).toMatchObject({ subkeys });
  });

  it("of a deleted version are 404 with metadata", async () => {
    const mount = createMount();
    await mount.fill("t", [1]);
    await mount.request("delete", "data/t");

    expect(await mount.request("read", "subkeys/t")).toMatchObject({
      status: 404,
      data: { subkeys: null, metadata: { version: 1 } },
    });
  });
});

describe("the number of calls", () => {
  it("is one for a read, of the latest version or another", async () => {
    const mount = createMount();
    await mount.fill("a", upTo(3));
    mount.view.calls.length = 0;

    await mount.request("read", "data/a");
    await mount.request("read", "data/a", { version: "1" });

    expect(mount.view.calls).toEqual([
      { kind: "get", members: 1 },
      { kind: "get", members: 2 },
    ]);
  });

  it("is two for a write: key and settings, then one transaction", async () => {
    const mount = createMount();
    await mount.fill("a", upTo(10));
    mount.view.calls.length = 0;

    await mount.fill("a", [11]);

    // The key, the version before, the version that fell out of the limit.
    expect(mount.view.calls).toEqual([
      { kind: "get", members: 2 },
      { kind: "write", members: 3 },
    ]);
  });
});

describe("a version read while it changes", () => {
  it("is what the key says after the race", async () => {
    const mount = createMount();
    await mount.fill("a", [1, 2]);
    // Between the key's item and the version's own another caller destroys it.
    const { view } = mount;
    let raced = false;
    const getMany = view.getMany;
    view.getMany = async (addresses) => {
      const entries = await getMany(addresses);
      if (raced || addresses.length < 2) return entries;
      raced = true;
      await createMount("2", { view }).request("update", "destroy/a", { versions: [1] });
      return [entries[0], undefined];
    };

    expect(await mount.request("read", "data/a", { version: "1" })).toMatchObject({
      status: 404,
      data: { data: null, metadata: { destroyed: true } },
    });
  });

  it("is an internal error when its item is lost for good", async () => {
    const mount = createMount();
    await mount.fill("a", [1, 2]);
    await mount.view.take(mount.view.record("a", "v#0000000001"));

    await expect(mount.request("read", "data/a", { version: "1" })).rejects.toMatchObject({ code: "internal" });
  });

  it("is an internal error when two versions were exchanged in the table", async () => {
    const mount = createMount();
    await mount.fill("a", [1, 2, 3]);
    const [one, two] = ["v#0000000001", "v#0000000002"].map((item) => mount.view.record("a", item));
    const other = two && (await mount.view.get(two));
    if (one && other) await mount.view.write([{ op: "put", address: one, body: other.body, when: "any" }]);

    await expect(mount.request("read", "data/a", { version: "1" })).rejects.toMatchObject({ code: "internal" });
  });
});
