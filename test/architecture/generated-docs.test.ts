import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { apiPages } from "../../scripts/docs/api-pages.ts";

const API = new URL("../../docs/api/", import.meta.url);

describe("the API reference", () => {
  it("is what npm run docs writes", async () => {
    const made = (await apiPages()).map(({ file, text }) => [file, text] as const);
    const files = (await readdir(API)).sort();
    const committed = await Promise.all(
      files.map(async (file) => [file, await readFile(new URL(file, API), "utf8")] as const),
    );

    expect(new Map(committed)).toEqual(new Map(made));
  });

  it("has a page for more than the backends every server has", async () => {
    expect((await apiPages()).length).toBeGreaterThan(7);
  });
});
