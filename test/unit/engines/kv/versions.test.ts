import { describe, expect, it } from "@jest/globals";
import { createMount, upTo } from "./support.ts";

const HOUR = 3600_000;

describe("deletion", () => {
  it("answers 404 with metadata for the deleted version", async () => {
    const mount = createMount();
    await mount.fill("a", [1]);
    mount.clock.advance(1500);
    await mount.request("delete", "data/a");

    const { status, data } = await mount.request("read", "data/a");

    expect(status).toBe(404);
    expect(data).toEqual({
      data: null,
      metadata: {
        version: 1,
        created_time: "2026-01-02T03:04:05Z",
        deletion_time: "2026-01-02T03:04:06.5Z",
        destroyed: false,
        custom_metadata: null,
      },
    });
  });

  it("changes nothing the second time", async () => {
    const mount = createMount();
    await mount.fill("a", [1]);
    await mount.request("delete", "data/a");
    const before = await mount.metadata("a");
    mount.clock.advance(1000);

    await mount.request("delete", "data/a");
    await mount.request("update", "delete/a", { versions: [1] });

    expect(await mount.metadata("a")).toEqual(before);
  });

  it("holds for a reader whose clock is behind", async () => {
    const mount = createMount();
    await mount.fill("a", [1]);
    mount.clock.advance(5000);
    await mount.request("delete", "data/a");
    mount.clock.advance(-5000);

    expect((await mount.request("read", "data/a")).status).toBe(404);
  });

  it("passes over versions that are unknown or destroyed", async () => {
    const mount = createMount();
    await mount.fill("a", upTo(4));
    await mount.request("update", "destroy/a", { versions: "3" });

    await mount.request("update", "delete/a", { versions: [1, 3, 99, -1, 0] });

    const { versions } = await mount.metadata("a");
    expect(upTo(4).map((n) => versions[n].deletion_time !== "")).toEqual([true, false, false, false]);
  });

  it.each(["data/none", "metadata/none"])("of %s is 204 and makes nothing", async (path) => {
    const mount = createMount();

    expect((await mount.request("delete", path)).status).toBe(204);
    expect(mount.view.keys()).toEqual([]);
  });

  it.each([
    ["delete", "No version number provided"],
    ["undelete", "No version number provided"],
    ["destroy", "no version number provided"],
  ])("by %s without versions says so", async (path, wire) => {
    const mount = createMount();

    await expect(mount.request("update", `${path}/a`, {})).rejects.toMatchObject({ code: "invalid_request", wire });
    await expect(mount.request("update", `${path}/a`, { versions: [] })).rejects.toMatchObject({ wire });
  });

  it.each([[["x"]], ["1,x"], ["1, 2"], [[1.5]], [[[1]]], [{ a: 1 }]])("refuses versions %j", async (versions) => {
    const mount = createMount();

    await expect(mount.request("update", "delete/a", { versions })).rejects.toMatchObject({
      wire: expect.stringMatching(/^Field validation failed: error converting input for field "versions": ./),
    });
  });
});

describe("undeletion", () => {
  it("brings data back and restarts its lifetime", async () => {
    const mount = createMount();
    await mount.request("update", "metadata/a", { delete_version_after: "1h" });
    await mount.fill("a", [1, 2]);
    mount.clock.advance(2 * HOUR);
    expect((await mount.request("read", "data/a")).status).toBe(404);

    await mount.request("update", "undelete/a", { versions: "1,2" });

    const { status, data } = await mount.request("read", "data/a", { version: "1" });
    expect(status).toBe(200);
    expect(data).toMatchObject({ data: { n: 1 }, metadata: { deletion_time: "2026-01-02T06:04:05Z" } });
  });

  it("does nothing for a destroyed version", async () => {
    const mount = createMount();
    await mount.fill("a", [1]);
    await mount.request("update", "destroy/a", { versions: [1] });

    await mount.request("update", "undelete/a", { versions: [1] });

    expect((await mount.request("read", "data/a")).data).toMatchObject({ data: null, metadata: { destroyed: true } });
  });
});

describe("destruction", () => {
  it("erases the data wherever it is", async () => {
    const mount = createMount();
    await mount.request("update", "data/a", { data: { secret: "canary-1" } });
    await mount.request("update", "data/a", { data: { secret: "canary-2" } });

    await mount.request("update", "destroy/a", { versions: [1, 2, 50] });

    const page = await mount.view.items("a");
    expect(JSON.stringify(page.items)).not.toContain("canary");
    expect(page.items).toHaveLength(1);
  });

  it("leaves the number of the latest version", async () => {
    const mount = createMount();
    await mount.fill("a", [1, 2]);
    await mount.request("update", "destroy/a", { versions: [2] });

    expect((await mount.request("update", "data/a", { data: {} })).data.version).toBe(3);
    expect((await mount.request("read", "data/a", { version: "2" })).data.metadata.destroyed).toBe(true);
  });

  it("destroys more versions than fit into one transaction", async () => {
    const mount = createMount();
    await mount.request("update", "metadata/a", { max_versions: 100 });
    await mount.fill("a", upTo(60));

    await mount.request("update", "destroy/a", { versions: upTo(60) });

    const { versions } = await mount.metadata("a");
    expect(upTo(60).every((n) => versions[n].destroyed)).toBe(true);
    expect((await mount.view.items("a")).items).toHaveLength(1);
  });
});
