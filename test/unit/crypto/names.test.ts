import { createSecretKey } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { SEGMENT_ALPHABET } from "../../../src/crypto/index.ts";
import { createNames } from "../../../src/crypto/names.ts";
import { anyText } from "../../support/text.ts";

const KEY = createSecretKey(Buffer.alloc(32, 1));
const names = createNames(KEY);
const segment = anyText(5).map((text) => text.replaceAll("/", ""));
const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => segments.join("/"));

describe("opaque names", () => {
  it("keep prefixes: the opaque folder begins every opaque path in it", () => {
    fc.assert(
      fc.property(path, path, (folder, rest) => names.path(`${folder}/${rest}`).startsWith(names.path(`${folder}/`))),
    );
  });

  it("have as many segments as the path", () => {
    fc.assert(fc.property(path, (text) => names.path(text).split("/").length === text.split("/").length));
  });

  it("differ where paths differ", () => {
    fc.assert(
      fc.property(path, path, (a, b) => (names.path(a) === names.path(b)) === (a === b)),
      { numRuns: 1000 },
    );
  });

  it("hide that a name repeats in another folder", () => {
    expect(names.path("a/x").split("/")[1]).not.toBe(names.path("b/x").split("/")[1]);
  });

  it("hide that a name repeats below itself", () => {
    const [first, second] = names.path("a/a").split("/");
    expect(first).not.toBe(second);
  });

  it("are the same whether or not the path was asked for lately", () => {
    const few = fc.constantFrom(...Array.from({ length: 40 }, (_, index) => `${"a/".repeat(index % 4)}${index}`), "");
    fc.assert(
      fc.property(fc.array(few, { maxLength: 100 }), (paths) => {
        const fresh = paths.map((one) => createNames(KEY).path(one));
        const remembering = createNames(KEY);
        expect(paths.map((one) => remembering.path(one))).toEqual(fresh);
      }),
    );
  });

  it("keep a trailing slash and the empty path", () => {
    expect(names.path("a/")).toBe(`${names.path("a")}/`);
    expect(names.path("")).toBe("");
  });

  it("never give a tag that is also a path", () => {
    expect(names.tag("a")).not.toBe(names.path("a"));
  });

  it("tell a lone surrogate from the replacement character", () => {
    expect(names.tag("\ud800")).not.toBe(names.tag("\ufffd"));
  });

  it("carry 128 bits in their alphabet", () => {
    expect(Buffer.from(names.tag("a"), "base64url")).toHaveLength(16);
    for (const character of names.path("a/b/c").replaceAll("/", "")) expect(SEGMENT_ALPHABET).toContain(character);
  });

  it("depend on the index key", () => {
    const other = createNames(createSecretKey(Buffer.alloc(32, 2)));
    expect(other.tag("a")).not.toBe(names.tag("a"));
    expect(other.path("a")).not.toBe(names.path("a"));
  });
});
