import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { filesOf, isThere, repository } from "./support/repository.ts";

/** A folder's README is its map: what it names exists, and every room has one. */

const READMES = filesOf("README.md").filter((file) => !file.startsWith("docs/") && file !== "README.md");

/** File names in a README's code spans: `keys.ts`, `../policy/names.ts`, `test/infra/iam.json`. */
const namedFiles = (text: string): readonly string[] =>
  [...text.matchAll(/`([\w@./*-]+\.(?:ts|mjs|cjs|json|peggy|txt))`/g)].map(([, name]) => name ?? "");

describe("the README of", () => {
  it.each(READMES)("%s names only files that exist", (readme) => {
    const folder = dirname(readme);
    const named = namedFiles(readFileSync(join(repository, readme), "utf8"));

    expect(named.filter((name) => !name.includes("*") && !isThere(folder, name))).toEqual([]);
  });

  it("every room of the product is there", () => {
    const rooms = readdirSync(join(repository, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const without = rooms.filter(({ name }) => !READMES.some((readme) => readme.startsWith(`src/${name}/`)));

    expect(without.map(({ name }) => name)).toEqual([]);
  });
});
