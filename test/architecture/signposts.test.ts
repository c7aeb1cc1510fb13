import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { everyFile, isThere, repository } from "./support/repository.ts";

/** Comments are signposts: the files and the functions they name exist. */

const sources = everyFile.filter((file) => /^(?:src|lib|lambdas|scripts|bin|ui)\/.*\.tsx?$/.test(file));
const COMMENT = /\/\*\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;

interface Comment {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const texts = sources.map((file) => ({ file, text: readFileSync(join(repository, file), "utf8") }));

const comments = texts.flatMap(({ file, text }): Comment[] =>
  [...text.matchAll(COMMENT)].map(({ 0: comment, index }) => ({
    file,
    line: text.slice(0, index).split("\n").length,
    text: comment,
  })),
);

/** Every word of the code itself. */
const words = new Set(texts.flatMap(({ text }) => text.replace(COMMENT, " ").match(/[A-Za-z_]\w*/g) ?? []));

const FILE = /(?<![\w/.@-])((?:\.{1,2}\/)*[\w@-]+(?:[/.][\w@-]+)*\.tsx?)\b/g;
/** `likeThis`, or `this()`: a word with a hump or with parentheses names code. */
const CODE = /`([a-z]\w*[A-Z]\w*)(?:\([^`]*\))?`|`([a-z]+)\([^`]*\)`/g;

const astray = (all: readonly Comment[], marks: RegExp, leadsSomewhere: (name: string, file: string) => boolean) =>
  all.flatMap(({ file, line, text }) =>
    [...text.matchAll(marks)]
      .map((match) => match[1] ?? match[2] ?? "")
      .filter((name) => !leadsSomewhere(name, file))
      .map((name) => `${file}:${line}: ${name}`),
  );

const files = (all: readonly Comment[]) => astray(all, FILE, (name, file) => isThere(dirname(file), name));
const code = (all: readonly Comment[]) => astray(all, CODE, (name) => words.has(name));

describe("a comment", () => {
  it("is found in every corner", () => expect(comments.length).toBeGreaterThan(1000));
  it("names only files that exist", () => expect(files(comments)).toEqual([]));
  it("names only code that exists", () => expect(code(comments)).toEqual([]));

  it("would be found out", () => {
    const planted = [{ file: "src/core/x.ts", line: 1, text: "/** See `gone.ts`, `notHere` and `pipelines()`. */" }];
    expect([...files(planted), ...code(planted)]).toEqual([
      "src/core/x.ts:1: gone.ts",
      "src/core/x.ts:1: notHere",
      "src/core/x.ts:1: pipelines",
    ]);
  });
});
