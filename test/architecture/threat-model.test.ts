import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { filesOf, repository } from "./support/repository.ts";

/**
 * The threat model says which test shows each claim. Here every citation is looked up: the file exists, and has a test
 * with the quoted name or the id (`S17`, `C28`). A citation that leads nowhere is a claim without evidence.
 */

const text = readFileSync(join(repository, "docs/threat-model.md"), "utf8");

interface Citation {
  readonly line: number;
  readonly file: string;
  /** Quoted test names and ids behind the file, up to the next file. */
  readonly shown: readonly string[];
}

/** The cells of the column "shown by": the last of each row. */
const cells = text.split("\n").flatMap((row, index) => {
  const parts = row.startsWith("|") ? row.split("|") : [];
  const cell = parts[parts.length - 2]?.trim() ?? "";
  return cell === "" || /^-+$/.test(cell) || cell === "shown by" ? [] : [{ line: index + 1, cell }];
});

const citations = cells.flatMap(({ line, cell }): Citation[] =>
  [...cell.matchAll(/`([\w./-]+\.(?:ts|json|md|txt|py|go))`([^`]*)/g)].map(([, file, behind]) => ({
    line,
    file: file ?? "",
    shown: [...(behind ?? "").matchAll(/"([^"]+)"|\b([VCSFI]\d+)\b/g)].map(([, quoted, id]) => quoted ?? id ?? ""),
  })),
);

const located = (file: string): readonly string[] =>
  existsSync(join(repository, file)) ? [file] : filesOf(file).filter((path) => path.startsWith("test/"));

/** A quoted name is the text of a test or of a group, or part of it; ` › ` joins a group and a test. */
const isShown = (source: string, shown: string): boolean => {
  const names = [...source.matchAll(/\(\s*(["'`])((?:(?!\1)[\s\S])*)\1,/g)].map(([, , name]) => name ?? "");
  if (/^[VCSFI]\d+$/.test(shown)) return new RegExp(`\\b${shown}\\b`).test(source);
  return shown
    .replace(/ …$/, "")
    .split(" › ")
    .every((part) => names.some((name) => name === part || name.includes(part)));
};

describe("the threat model", () => {
  it("cites plenty", () => {
    expect(citations.length).toBeGreaterThan(50);
  });

  it.each(citations)("line $line: $file exists and shows $shown", ({ file, shown }) => {
    const paths = located(file);
    const sources = paths.map((path) => readFileSync(join(repository, path), "utf8"));

    expect(paths).not.toEqual([]);
    expect(shown.filter((name) => !sources.some((source) => isShown(source, name)))).toEqual([]);
  });
});
