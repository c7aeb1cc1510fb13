import { describe, expect, it } from "@jest/globals";
import { createMount, upTo } from "./support.ts";

describe("limits", () => {
  it("reports the oldest version as 0 until the limit is reached", async () => {
    const mount = createMount();
    const oldest: number[] = [];
    for (const n of upTo(12)) {
      await mount.fill("a", [n]);
      oldest.push((await mount.metadata("a")).oldest_version);
    }

    expect(oldest).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]);
  });

  it("takes the larger of the mount's and the key's", async () => {
    const mount = createMount();
    await mount.request("update", "config", { max_versions: 5 });
    await mount.request("update", "metadata/a", { max_versions: 2 });

    await mount.fill("a", upTo(6));

    expect(Object.keys((await mount.metadata("a")).versions)).toEqual(["2", "3", "4", "5", "6"]);
  });

  it("lowered, drops versions at the next write, however many", async () => {
    const mount = createMount();
    await mount.request("update", "metadata/a", { max_versions: 100 });
    await mount.fill("a", upTo(70));
    await mount.request("update", "metadata/a", { max_versions: 1 });
    expect(Object.keys((await mount.metadata("a")).versions)).toHaveLength(70);

    await mount.fill("a", [71]);

    expect(await mount.metadata("a")).toMatchObject({ oldest_version: 71, versions: { "71": {} } });
    expect((await mount.view.items("a")).items).toHaveLength(1);
  });

  it("warns when old versions cannot be erased, and erases them at the next write", async () => {
    const mount = createMount();
    await mount.request("update", "metadata/a", { max_versions: 100 });
    await mount.fill("a", upTo(70));
    await mount.request("update", "metadata/a", { max_versions: 1 });
    const { view } = mount;
    const write = view.write;
    let writes = 0;
    const { VaultError } = await import("../../../../src/framework/index.ts");
    view.write = async (list) => {
      writes += 1;
      if (writes > 1) throw new VaultError("storage_unavailable");
      await write(list);
    };

    const written = await mount.request("update", "data/a", { data: { n: 71 } });
    view.write = write;

    expect(written.status).toBe(200);
    expect(written.warnings).toEqual([
      expect.stringMatching(/^error occurred when cleaning up old versions, these will be cleaned up on next write: ./),
    ]);
    await mount.fill("a", [72]);
    expect((await view.items("a")).items).toHaveLength(1);
  });
});

describe("lifetimes", () => {
  it.each([
    ["0", "0", ""],
    ["0", "3h", "2026-01-02T06:04:05Z"],
    ["3h", "0", "2026-01-02T06:04:05Z"],
    ["6h", "3h", "2026-01-02T06:04:05Z"],
    ["3h", "6h", "2026-01-02T06:04:05Z"],
    ["-1s", "3h", ""],
  ])("with %s for the mount and %s for the key end at %j", async (ofMount, ofKey, end) => {
    const mount = createMount();
    await mount.request("update", "config", { delete_version_after: ofMount });
    await mount.request("update", "metadata/a", { delete_version_after: ofKey });

    expect((await mount.request("update", "data/a", { data: {} })).data.deletion_time).toBe(end);
  });

  it("end for the reader when their time comes", async () => {
    const mount = createMount();
    await mount.request("update", "config", { delete_version_after: "2s" });
    await mount.fill("a", [1]);

    mount.clock.advance(1999);
    expect((await mount.request("read", "data/a")).status).toBe(200);
    mount.clock.advance(1);
    expect((await mount.request("read", "data/a")).status).toBe(404);
  });

  it("give way to a deletion now", async () => {
    const mount = createMount();
    await mount.request("update", "config", { delete_version_after: "3h" });
    await mount.fill("a", [1]);

    await mount.request("delete", "data/a");

    expect((await mount.request("read", "data/a")).data.metadata.deletion_time).toBe("2026-01-02T03:04:05Z");
  });
});

describe("config", () => {
  it("changes only what is given", async () => {
    const mount = createMount();
    await mount.request("update", "config", { max_versions: "7", cas_required: "true" });
    await mount.request("update", "config", { delete_version_after: "1.5h" });
    await mount.request("update", "config", { unknown: 1 });

    expect((await mount.request("read", "config")).data).toEqual({
      max_versions: 7,
      cas_required: true,
      delete_version_after: "1h30m0s",
      metadata_cas_required: false,
    });
  });

  it("reads any negative lifetime back as -1s", async () => {
    const mount = createMount();
    await mount.request("update", "config", { delete_version_after: "-10m" });

    expect((await mount.request("read", "config")).data.delete_version_after).toBe("-1s");
  });

  it("refuses a negative number of versions", async () => {
    const mount = createMount();

    await expect(mount.request("update", "config", { max_versions: -1 })).rejects.toMatchObject({
      code: "invalid_request",
    });
  });
});
