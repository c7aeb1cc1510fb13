import { describe, expect, it } from "@jest/globals";
import type { Entry, Names } from "../../../src/storage/store.ts";
import { walkNames } from "../../../src/storage/walk.ts";

const partition: Parameters<typeof walkNames>[1] = { pk: "list#kv:test", domain: "token" };
/** Opaque paths are the paths themselves, so rows are in the order of names. */
const names: Names = { tag: (name) => name, path: (path) => path };

const everywhere = async () => true;
const row = (name: string, sk = name): Entry => ({ address: { ...partition, sk, name }, body: null, n: 1, clear: {} });

/** A table of these names; `pages` has what was read of it. */
const tableOf = (all: readonly string[]) => {
  const sorted = [...all].sort();
  const pages: { readonly after: string; readonly limit: number }[] = [];
  const read: Parameters<typeof walkNames>[0] = async (_partition, { prefix = "", after = "", limit = 1000 }) => {
    pages.push({ after, limit });
    const rows = sorted.filter((name) => name.startsWith(prefix) && name > after);
    const found = rows.slice(0, limit);
    return { items: found.map((name) => row(name)), next: rows.length > limit ? found.at(-1) : undefined };
  };
  return { read, pages };
};

const numbered = (count: number, folder = ""): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${folder}${String(index).padStart(6, "0")}`);

describe("a walk", () => {
  it("reads a page for each thousand names", async () => {
    const { read, pages } = tableOf(numbered(2500));

    const { names: found, more } = await walkNames(read, partition, names, "", { limit: 10_000, enter: everywhere });

    expect([found.length, more]).toEqual([2500, false]);
    expect(pages.map(({ limit }) => limit)).toEqual([1001, 1001, 1001]);
  });

  it("of a thousand names is one page, though there are more", async () => {
    const { read, pages } = tableOf(numbered(2500));

    expect((await walkNames(read, partition, names, "", { limit: 1000, enter: everywhere })).more).toBe(true);
    expect(pages).toHaveLength(1);
  });

  it("reads no more rows than are wanted, and one", async () => {
    const { read, pages } = tableOf(numbered(2500));

    const { names: found, more } = await walkNames(read, partition, names, "", { limit: 7, enter: everywhere });

    expect([found, more]).toEqual([numbered(7), true]);
    expect(pages.map(({ limit }) => limit)).toEqual([8]);
  });

  it("passes over a folder that is not entered, however large", async () => {
    const { read, pages } = tableOf([...numbered(5000, "a/"), "b", ...numbered(5000, "c/d/"), "c/e"]);
    const asked: string[] = [];
    const enter = async (folder: string) => {
      asked.push(folder);
      return folder === "c/";
    };

    const found = await walkNames(read, partition, names, "", { limit: 1000, enter });

    expect(found).toEqual({ names: ["b", "c/e"], more: false });
    expect(pages).toHaveLength(3);
    expect(asked).toEqual(["a/", "c/", "c/d/"]);
  });

  it("ends early where the names are long, and goes on behind the last", async () => {
    const long = numbered(5000).map((name) => `${name}${"x".repeat(1500)}`);
    const { read } = tableOf(long);
    const options = { limit: 10_000, enter: everywhere };

    const first = await walkNames(read, partition, names, "", options);
    const rest = await walkNames(read, partition, names, "", { ...options, after: first.names.at(-1) });

    expect(first.more).toBe(true);
    expect(first.names.join("").length).toBeLessThanOrEqual(4_000_000);
    expect([...first.names, ...rest.names].join()).toBe(long.join());
  });

  it("gives up in a table of folders that are not entered", async () => {
    const { read, pages } = tableOf(
      Array.from({ length: 60 }, (_, index) => numbered(1100, `f${index + 100}/`)).flat(),
    );
    const options = { limit: 10_000, enter: async () => false };

    expect(await walkNames(read, partition, names, "", options)).toEqual({ names: [], more: true });
    expect(pages).toHaveLength(50);
  });

  it("refuses a row that bears no name of the folder", async () => {
    const read = async () => ({ items: [row("elsewhere", "a/x")] });

    await expect(walkNames(read, partition, names, "a/", { limit: 1, enter: everywhere })).rejects.toMatchObject({
      code: "internal",
    });
  });
});
