import { describe, expect, it } from "@jest/globals";
import { createMount, upTo } from "./support.ts";

const failed = (...lines: string[]) =>
  `${lines.length} ${lines.length === 1 ? "error" : "errors"} occurred:\n${lines
    .map((line) => `\t* custom_metadata validation failed: ${line}\n`)
    .join("")}\n`;

describe("metadata of a key", () => {
  it("shows settings and versions", async () => {
    const mount = createMount();
    await mount.fill("a", [1]);
    mount.clock.advance(1000);
    await mount.fill("a", [2]);
    await mount.request("update", "metadata/a", { custom_metadata: { owner: "team" }, delete_version_after: "3h" });

    expect(await mount.metadata("a")).toEqual({
      cas_required: false,
      created_time: "2026-01-02T03:04:05Z",
      current_metadata_version: 1,
      current_version: 2,
      custom_metadata: { owner: "team" },
      delete_version_after: "3h0m0s",
      max_versions: 0,
      metadata_cas_required: false,
      oldest_version: 0,
      updated_time: "2026-01-02T03:04:06Z",
      versions: {
        "1": { created_time: "2026-01-02T03:04:05Z", deletion_time: "", destroyed: false },
        "2": { created_time: "2026-01-02T03:04:06Z", deletion_time: "", destroyed: false },
      },
    });
  });

  it("is made by a write of it, and not by one that names nothing", async () => {
    const mount = createMount();
    await mount.request("update", "metadata/none", { foo: "bar", metadata_cas: 0 });
    await mount.request("update", "metadata/new", { max_versions: 3 });

    expect((await mount.request("list", "metadata/")).data).toEqual({ keys: ["new"] });
    expect(await mount.metadata("new")).toMatchObject({ current_version: 0, versions: {} });
  });

  it("warns of cas_required false while the mount requires it", async () => {
    const mount = createMount();
    await mount.request("update", "config", { cas_required: true });

    const written = await mount.request("update", "metadata/a", { cas_required: false });

    expect(written).toMatchObject({
      status: 200,
      data: null,
      warnings: ['"cas_required" set to false, but is mandated by backend config. This value will be ignored.'],
    });
  });

  it("refuses a negative lifetime", async () => {
    const mount = createMount();

    await expect(mount.request("update", "metadata/a", { delete_version_after: "-5s" })).rejects.toMatchObject({
      wire: `error converting input for field "delete_version_after": cannot provide negative value '-5'`,
    });
  });
});

describe("deletion of metadata", () => {
  it("leaves nothing of the key and starts numbers again", async () => {
    const mount = createMount();
    await mount.fill("a", upTo(3));
    await mount.fill("a/b", [1]);

    await mount.request("delete", "metadata/a");

    expect(mount.view.keys().filter((key) => !key.includes("a/b"))).toEqual([]);
    expect((await mount.request("list", "metadata/")).data).toEqual({ keys: ["a/"] });
    expect((await mount.request("update", "data/a", { data: {}, options: { cas: 0 } })).data.version).toBe(1);
  });

  it("leaves nothing of a history longer than a transaction", async () => {
    const mount = createMount();
    await mount.request("update", "metadata/a", { max_versions: 300 });
    await mount.fill("a", upTo(210));

    await mount.request("delete", "metadata/a");

    expect(mount.view.keys()).toEqual([]);
  });

  it("of a folder touches nothing below it", async () => {
    const mount = createMount();
    await mount.fill("d/a", [1]);

    await mount.request("delete", "metadata/d");
    await mount.request("delete", "metadata/d/");

    expect((await mount.request("read", "data/d/a")).status).toBe(200);
  });
});

describe("custom metadata", () => {
  it("is replaced by a write and read as null when empty", async () => {
    const mount = createMount();
    await mount.request("update", "metadata/a", { custom_metadata: { a: "1" } });
    await mount.request("update", "metadata/a", { custom_metadata: { b: true, c: 3, d: 1.5, e: false } });
    expect((await mount.metadata("a")).custom_metadata).toEqual({ b: "1", c: "3", d: "1.5", e: "0" });

    await mount.request("update", "metadata/a", { custom_metadata: {} });
    expect((await mount.metadata("a")).custom_metadata).toBeNull();
  });

  it("keeps a key named __proto__", async () => {
    const mount = createMount();
    const custom = JSON.parse('{"__proto__":"p","a":"1"}');
    await mount.request("update", "metadata/a", { custom_metadata: custom });
    await mount.request("patch", "metadata/a", { custom_metadata: { b: "2" } });

    expect(JSON.stringify((await mount.metadata("a")).custom_metadata)).toBe('{"__proto__":"p","a":"1","b":"2"}');
  });

  it("is merged pair by pair by a patch, and removed by null", async () => {
    const mount = createMount();
    await mount.request("update", "metadata/a", { custom_metadata: { a: "1", b: "2" } });
    await mount.request("patch", "metadata/a", { custom_metadata: { b: null, c: 3 } });
    expect((await mount.metadata("a")).custom_metadata).toEqual({ a: "1", c: "3" });

    await mount.request("patch", "metadata/a", { custom_metadata: null });
    expect((await mount.metadata("a")).custom_metadata).toBeNull();
  });

  it.each([
    [{ a: "" }, 'length of value for key "a" is 0 but must be 0 < len(value) <= 512'],
    [{ a: null }, 'length of value for key "a" is 0 but must be 0 < len(value) <= 512'],
    [{ a: "é".repeat(257) }, 'length of value for key "a" is 514 but must be 0 < len(value) <= 512'],
    [{ "": "x" }, 'length of key "" is 0 but must be 0 < len(key) <= 128'],
    [{ a: "x\ty" }, 'value for key "a" contains unprintable characters'],
    [{ "a\n\u200b": "x" }, 'key "a\\n\\u200b" (a\n\u200b) contains unprintable characters'],
    [{ a: "x\u00a0y" }, 'value for key "a" contains unprintable characters'],
  ])("refuses %j", async (custom_metadata, line) => {
    const mount = createMount();

    await expect(mount.request("update", "metadata/a", { custom_metadata })).rejects.toMatchObject({
      code: "invalid_request",
      wire: failed(line),
    });
  });

  it("names every violation at once, but only the number when there are too many pairs", async () => {
    const mount = createMount();
    await expect(mount.request("update", "metadata/a", { custom_metadata: { a: "", b: "\t" } })).rejects.toMatchObject({
      wire: failed(
        'length of value for key "a" is 0 but must be 0 < len(value) <= 512',
        'value for key "b" contains unprintable characters',
      ),
    });

    const many = Object.fromEntries(upTo(65).map((n) => [`k${n}`, ""]));
    await expect(mount.request("update", "metadata/a", { custom_metadata: many })).rejects.toMatchObject({
      wire: failed("payload must contain at most 64 keys, provided 65"),
    });
  });

  it("cannot grow beyond 64 pairs by patches", async () => {
    const mount = createMount();
    const half = (start: number) => Object.fromEntries(upTo(40).map((n) => [`k${start + n}`, "v"]));
    await mount.request("update", "metadata/a", { custom_metadata: half(0) });

    await expect(mount.request("patch", "metadata/a", { custom_metadata: half(100) })).rejects.toMatchObject({
      wire: failed("payload must contain at most 64 keys, provided 80"),
    });
  });

  it("refuses nested values with the decoder's text alone", async () => {
    const mount = createMount();

    await expect(mount.request("update", "metadata/a", { custom_metadata: { k: { a: 1 } } })).rejects.toMatchObject({
      wire: expect.stringMatching(/^custom_metadata validation failed: ./),
    });
  });
});

describe("a patch of metadata", () => {
  it("resets by null, but not the lifetime", async () => {
    const mount = createMount();
    await mount.request("update", "metadata/a", { max_versions: 5, cas_required: true, delete_version_after: "2h" });

    await mount.request("patch", "metadata/a", { max_versions: null, cas_required: null, delete_version_after: null });

    expect(await mount.metadata("a")).toMatchObject({
      max_versions: 0,
      cas_required: false,
      delete_version_after: "2h0m0s",
    });
  });

  it("of a missing key is 404 without a body, whatever it names", async () => {
    const mount = createMount();

    for (const patch of [{ max_versions: 3 }, { unknown: 1 }]) {
      const { status, reply } = await mount.request("patch", "metadata/none", patch);
      expect([status, reply]).toEqual([404, { status: 404 }]);
    }
  });
});

describe("the version of metadata", () => {
  it("counts writes of metadata and guards them when given", async () => {
    const mount = createMount();
    await mount.fill("a", [1]);
    await mount.request("update", "metadata/a", { max_versions: 3, metadata_cas: 0 });

    await expect(mount.request("update", "metadata/a", { max_versions: 4, metadata_cas: 0 })).rejects.toMatchObject({
      code: "cas_mismatch",
      wire: "metadata check-and-set parameter does not match the current version",
    });
    await expect(mount.request("update", "metadata/new", { max_versions: 4, metadata_cas: 1 })).rejects.toMatchObject({
      wire: "metadata_cas must be 0 when creating new metadata",
    });
  });

  it("is required once metadata_cas_required is set", async () => {
    const mount = createMount();
    await mount.request("update", "metadata/a", { metadata_cas_required: true });

    await expect(mount.request("patch", "metadata/a", { max_versions: 5 })).rejects.toMatchObject({
      wire: "metadata check-and-set parameter required for this call",
    });
    expect((await mount.request("patch", "metadata/a", { max_versions: 5, metadata_cas: 1 })).status).toBe(204);
  });
});
