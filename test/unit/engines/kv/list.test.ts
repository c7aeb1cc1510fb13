import { describe, expect, it } from "@jest/globals";
import { createMount } from "./support.ts";

const filled = async (...paths: string[]) => {
  const mount = createMount();
  for (const path of paths) await mount.fill(path, [1]);
  return mount;
};

describe("lists", () => {
  it("show one level in byte order, folders with a slash", async () => {
    const mount = await filled("foo", "foo/bar", "foo/baz/deep", "Zed", "a-b", "a/b", "a", "9", "10");

    expect((await mount.request("list", "metadata/")).data.keys).toEqual([
      "10",
      "9",
      "Zed",
      "a",
      "a-b",
      "a/",
      "foo",
      "foo/",
    ]);
    expect((await mount.request("list", "metadata/foo/")).data).toEqual({ keys: ["bar", "baz/"] });
  });

  it("are 404 when empty", async () => {
    const mount = await filled("foo");

    expect((await mount.request("list", "metadata/foo/")).status).toBe(404);
    expect((await mount.request("list", "metadata/none/")).status).toBe(404);
  });

  it("keep deleted and destroyed keys until their metadata goes", async () => {
    const mount = await filled("a", "b");
    await mount.request("delete", "data/a");
    await mount.request("update", "destroy/b", { versions: [1] });
    expect((await mount.request("list", "metadata/")).data.keys).toEqual(["a", "b"]);

    await mount.request("delete", "metadata/a");
    expect((await mount.request("list", "metadata/")).data.keys).toEqual(["b"]);
  });

  it("leave out what is or will be deleted when asked to", async () => {
    const mount = await filled("a", "b", "d/c");
    await mount.request("delete", "data/a");
    await mount.request("delete", "data/d/c");
    await mount.request("update", "config", { delete_version_after: "1h" });
    await mount.fill("later", [1]);

    expect((await mount.request("list", "metadata/", { exclude_deleted: "true" })).data.keys).toEqual(["b", "d/"]);
  });

  it("go on after a name, up to a limit", async () => {
    const mount = await filled("a", "b", "c", "d");

    expect((await mount.request("list", "metadata/", { after: "a", limit: "2" })).data.keys).toEqual(["b", "c"]);
    expect((await mount.request("list", "metadata/", { after: "d" })).status).toBe(404);
  });

  it("come with metadata from detailed-metadata", async () => {
    const mount = await filled("a", "d/b");

    const { data } = await mount.request("list", "detailed-metadata/");

    expect(data).toMatchObject({ keys: ["a", "d/"], key_info: { a: { current_version: 1 }, "d/": {} } });
  });
});

describe("paths that are none of version 2", () => {
  const text = (command: string) =>
    "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. " +
    `If using the Vault CLI, use 'vault kv ${command}' for this operation.`;

  it.each([
    ["read", "foo", "get"],
    ["read", "", "get"],
    ["read", "config/x", "get"],
    ["read", "data/a/", "get"],
    ["read", "data/", "get"],
    ["read", "Data/a", "get"],
    ["update", "foo/bar", "put"],
    ["patch", "foo", "patch"],
    ["delete", "foo", "delete"],
    ["delete", "data/a/", "delete"],
    ["list", "", "list"],
    ["list", "foo/", "list"],
  ] as const)("answer %s of %j with the command %s", async (verb, path, command) => {
    const mount = createMount();
    await mount.fill("a", [1]);

    const answer = await mount.request(verb, path, { x: 1 });

    expect(answer).toMatchObject({ status: 404, data: null });
    expect(answer.warnings[0]).toBe(text(command));
    expect((await mount.request("list", "metadata/")).data).toEqual({ keys: ["a"] });
  });

  it.each(["metadata", "data", "delete", "undelete", "destroy"])("answer %s alone with a warning", async (path) => {
    const mount = createMount();

    for (const verb of ["read", "update", "patch", "delete"] as const) {
      expect(await mount.request(verb, path)).toMatchObject({
        status: 404,
        data: null,
        warnings: ["Non-listing operations on the root of a K/V v2 mount are not supported."],
      });
    }
  });

  it.each([
    ["read", "delete/a"],
    ["delete", "destroy/a"],
    ["list", "undelete/a/"],
    ["update", "subkeys/a"],
    ["patch", "config"],
    ["delete", "config"],
    ["read", "detailed-metadata/a"],
  ] as const)("are not those that only lack an operation: %s %s", async (verb, path) => {
    const mount = createMount();

    await expect(mount.request(verb, path)).rejects.toMatchObject({ code: "unsupported_operation" });
  });
});
