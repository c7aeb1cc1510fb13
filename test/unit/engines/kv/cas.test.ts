import { describe, expect, it } from "@jest/globals";
import { parseJson } from "../../../../src/std/json.ts";
import { createMount } from "./support.ts";

const MISMATCH = "check-and-set parameter did not match the current version";
const REQUIRED = "check-and-set parameter required for this call";

describe("check-and-set", () => {
  it.each([[3], ["3"]])("writes with %j while that is the latest version", async (cas) => {
    const mount = createMount();
    await mount.fill("a", [1, 2, 3]);

    expect((await mount.request("update", "data/a", { data: {}, options: { cas } })).data.version).toBe(4);
  });

  it.each([[0], [2], [4], [-1], [null], [""], [false]])("refuses %j while the latest version is 3", async (cas) => {
    const mount = createMount();
    await mount.fill("a", [1, 2, 3]);

    await expect(mount.request("update", "data/a", { data: {}, options: { cas } })).rejects.toMatchObject({
      code: "cas_mismatch",
      wire: MISMATCH,
    });
  });

  it.each([['"abc"'], ["{}"], ["[3]"], ["3.0"], ['" 3"'], ["99999999999999999999"]])(
    "cannot parse %s",
    async (text) => {
      const mount = createMount();
      const data = parseJson(`{"data":{},"options":{"cas":${text}}}`) as Record<string, never>;

      await expect(mount.request("update", "data/a", data)).rejects.toMatchObject({
        code: "invalid_request",
        wire: "error parsing check-and-set parameter",
      });
    },
  );

  it("takes an option named otherwise for no check at all", async () => {
    const mount = createMount();
    await mount.fill("a", [1]);

    expect((await mount.request("update", "data/a", { data: {}, options: { CAS: 0 } })).status).toBe(200);
  });

  it("still counts a deleted or destroyed version", async () => {
    const mount = createMount();
    await mount.fill("a", [1]);
    await mount.request("delete", "data/a");
    await mount.request("update", "destroy/a", { versions: [1] });

    await expect(mount.request("update", "data/a", { data: {}, options: { cas: 0 } })).rejects.toMatchObject({
      wire: MISMATCH,
    });
    expect((await mount.request("update", "data/a", { data: {}, options: { cas: 1 } })).data.version).toBe(2);
  });

  it.each([
    ["config", "the mount"],
    ["metadata/a", "the key"],
  ])("is required by %s when set there", async (path) => {
    const mount = createMount();
    await mount.request("update", path, { cas_required: true });

    await expect(mount.request("update", "data/a", { data: {} })).rejects.toMatchObject({ wire: REQUIRED });
    expect((await mount.request("update", "data/a", { data: {}, options: { cas: 0 } })).status).toBe(200);
    await expect(mount.request("patch", "data/a", { data: {} })).rejects.toMatchObject({ wire: REQUIRED });
  });

  it("outside options is only a field nobody knows", async () => {
    const mount = createMount();

    expect((await mount.request("update", "data/a", { data: {}, cas: 5 })).warnings).toEqual([
      "Endpoint ignored these unrecognized parameters: [cas]",
    ]);
  });
});

describe("patching", () => {
  it("merges into the latest version and keeps that as the one before", async () => {
    const mount = createMount();
    await mount.request("update", "data/a", { data: { a: 1, n: { x: 1, y: 2 }, l: [1, 2] } });

    const patched = await mount.request("patch", "data/a", { data: { a: null, n: { x: null, z: 3 }, l: [9] } });

    expect(patched.data.version).toBe(2);
    expect((await mount.request("read", "data/a")).data.data).toEqual({ n: { y: 2, z: 3 }, l: [9] });
    expect((await mount.request("read", "data/a", { version: "1" })).data.data).toEqual({
      a: 1,
      n: { x: 1, y: 2 },
      l: [1, 2],
    });
  });

  it.each([["none"], ["only-metadata"]])("answers 404 without a body for %s", async (name) => {
    const mount = createMount();
    await mount.request("update", "metadata/only-metadata", { max_versions: 3 });

    const { status, reply } = await mount.request("patch", `data/${name}`, { data: { a: 1 } });

    expect(status).toBe(404);
    expect(reply).toEqual({ status: 404 });
  });

  it("answers 404 with the version's metadata when that is deleted", async () => {
    const mount = createMount();
    await mount.fill("a", [1, 2]);
    await mount.request("delete", "data/a");

    const { status, data } = await mount.request("patch", "data/a", { data: { a: 1 } });

    expect(status).toBe(404);
    expect(data).toMatchObject({ version: 2, destroyed: false, deletion_time: "2026-01-02T03:04:05Z" });
  });

  it("checks the key, then cas, then deletion", async () => {
    const mount = createMount();
    await expect(mount.request("patch", "data/none", { options: { cas: 9 } })).rejects.toMatchObject({
      wire: "no data provided",
    });
    expect((await mount.request("patch", "data/none", { data: {}, options: { cas: 9 } })).status).toBe(404);
    await mount.fill("a", [1]);
    await mount.request("delete", "data/a");
    await expect(mount.request("patch", "data/a", { data: {}, options: { cas: 9 } })).rejects.toMatchObject({
      wire: MISMATCH,
    });
  });
});
