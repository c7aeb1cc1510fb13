import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { everyFile, repository } from "./support/repository.ts";

/**
 * Phrases that are a translation, not English, in what people read: documents, comments, texts and test names. A
 * newcomer should read a sentence once. Texts recorded from Vault are data and are not read here.
 */

const PHRASES: readonly { readonly phrase: RegExp; readonly say: string }[] = [
  { phrase: /(?<!\bthere )\b(?:is|are|was|were) no (?!longer|more|such|need|way)/gi, say: "is not a ..." },
  { phrase: /\banew\b/gi, say: "again" },
  { phrase: /\balso (?:what|those)\b/gi, say: "even ..." },
  { phrase: /\bstands? (?:beside|here|for itself|in (?!the way))/gi, say: "is in ..." },
  { phrase: /\bl(?:ies?|ay) (?:in|under|below|beside|there|nowhere)\b/gi, say: "is in ..." },
  { phrase: /\bbeside\b/gi, say: "next to, besides" },
  { phrase: /\bfor ever\b/gi, say: "forever" },
  { phrase: /\bof no (?:effect|use)\b/gi, say: "has no effect" },
  { phrase: /\bso (?:many|few) \w+ as\b/gi, say: "as many ... as" },
];

const THIS = "test/architecture/prose.test.ts";
const RECORDED = /^(?:docs\/(?:api|bundles)|test\/golden\/cases|test\/vectors)\/|^test\/golden\/exceptions\.ts$/;

const files = everyFile.filter(
  (file) => /\.(?:tsx?|css|html|md|mjs)$/.test(file) && !RECORDED.test(file) && file !== THIS,
);

/** A phrase may break over a line: each line is read with the start of the next one, without its comment mark. */
const found = (text: string): readonly { readonly line: number; readonly words: string; readonly say: string }[] => {
  const lines = text.split("\n");
  return lines.flatMap((own, index) => {
    const next = (lines[index + 1] ?? "").replace(/^\s*(?:\*(?!\/)|\/\/)?\s*/, "");
    return PHRASES.flatMap(({ phrase, say }) =>
      [...`${own} ${next}`.matchAll(phrase)]
        .filter(({ index: at }) => at < own.length)
        .map(([words]) => ({ line: index + 1, words, say })),
    );
  });
};

describe("the prose", () => {
  it("is looked for in many files", () => expect(files.length).toBeGreaterThan(500));

  it("has none of the phrases that read as translated", () => {
    const faults = files.flatMap((file) =>
      found(readFileSync(join(repository, file), "utf8")).map(
        ({ line, words, say }) => `${file}:${line}: "${words.trim()}", say "${say}"`,
      ),
    );

    expect(faults).toEqual([]);
  });

  it("would be found out", () => {
    expect(
      found("It is no\n * boolean, made anew.\nThere is no key, it is no longer kept.").map(({ line }) => line),
    ).toEqual([1, 2]);
  });
});
