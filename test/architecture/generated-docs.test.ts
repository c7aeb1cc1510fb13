import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { apiPages } from "../../scripts/docs/api-pages.ts";

const API = new URL("../../docs/api/", import.meta.url);

describe("the API reference", () => {
  it("is what npm run docs writes", async () => {
    const made = new Map((await apiPages()).map(({ file, text }) => [file, text]));
    const files = await readdir(API);
    const stale: string[] = [...made.keys()].filter((file) => !files.includes(file));
    for (const file of files) {
      if ((await readFile(new URL(file, API), "utf8")) !== made.get(file)) stale.push(file);
    }

    expect(stale).toEqual([]);
  });

  it("has a page for more than the backends every server has", async () => {
    expect((await apiPages()).length).toBeGreaterThan(7);
  });
});
