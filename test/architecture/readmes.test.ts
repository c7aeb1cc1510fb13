import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { filesOf, isThere, repository } from "./support/repository.ts";

/** A folder's README is its map: what it names exists, no file of the folder is missing from it, and every room has one. */

const READMES = filesOf("README.md").filter((file) => !file.startsWith("docs/") && file !== "README.md");

/** File names in a README's code spans: `keys.ts`, `../policy/names.ts`, `test/infra/iam.json`. */
const namedFiles = (text: string): readonly string[] =>
  [...text.matchAll(/`([\w@./*-]+\.(?:tsx?|mjs|cjs|json|peggy|txt))`/g)].map(([, name]) => name ?? "");

/** `types.ts` holds what a folder promises to the others, `index.ts` what they import: in every folder the same. */
const EVERYWHERE = /^(?:index|types)\.tsx?$|\.(?:test|d)\.ts$/;

/** Files a README answers for: those next to it, and subfolders without a README of their own. */
const covered = (folder: string): readonly string[] =>
  readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return existsSync(join(repository, path, "README.md")) ? [] : [`${entry.name}/`];
    return /\.(?:tsx?|peggy)$/.test(entry.name) && !EVERYWHERE.test(entry.name) ? [entry.name] : [];
  });

describe("the README of", () => {
  it.each(READMES)("%s names only files that exist", (readme) => {
    const folder = dirname(readme);
    const named = namedFiles(readFileSync(join(repository, readme), "utf8"));

    expect(named.filter((name) => !name.includes("*") && !isThere(folder, name))).toEqual([]);
  });

  it.each(READMES.filter((readme) => /^(src|lib|lambdas|ui)\//.test(readme)))("%s leaves out no file", (readme) => {
    const text = readFileSync(join(repository, readme), "utf8");
    const names = new Set(text.match(/[\w.-]+(?:\.tsx?|\.peggy|\/)/g));

    expect(covered(dirname(readme)).filter((name) => !names.has(name))).toEqual([]);
  });

  it("every room of the product is there", () => {
    const rooms = readdirSync(join(repository, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const without = rooms.filter(({ name }) => !READMES.some((readme) => readme.startsWith(`src/${name}/`)));

    expect(without.map(({ name }) => name)).toEqual([]);
  });
});
