import { describe, expect, it } from "@jest/globals";
import { pageSources, productSources } from "./support/sources.ts";

/** Code that somebody meant to write later. */

const STUB = /\b(?:TODO|FIXME|XXX)\b|not (?:yet )?implemented/i;

describe("the product", () => {
  it("has no stub", () => {
    const stubs = [...productSources, ...pageSources].flatMap(({ file, text }) =>
      text.split("\n").flatMap((line, at) => (STUB.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
    );
    expect(stubs).toEqual([]);
  });

  it.each(["// TODO: later", 'throw new Error("TODO: Not implemented yet");', "not implemented"])(
    "would be found out with %s",
    (line) => expect(line).toMatch(STUB),
  );
});
