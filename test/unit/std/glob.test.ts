import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { matchesGlob } from "../../../src/std/glob.ts";

describe("a glob", () => {
  it.each([
    ["client1.*", "client1.example.com", true],
    ["*.example.com", "a.example.com", true],
    ["*.example.com", "example.com", false],
    ["spiffe://*/web", "spiffe://x/y/web", true],
    ["repo:acme/*", "repo:acme/app:ref:refs/heads/main", true],
    ["repo:acme/*:ref:refs/heads/main", "repo:acme/app:ref:refs/heads/main", true],
    ["repo:acme/*:ref:refs/heads/main", "repo:acme/app:ref:refs/heads/main2", false],
    ["repo:acme/*", "repo:acme2/app", false],
    ["a*b*c", "a-b-c", true],
    ["a*b*c", "a.b.b.c", true],
    ["a*b*c", "acb", false],
    ["a*a", "a", false],
    ["**a", "a", true],
    ["*", "", true],
    ["", "", true],
    ["", "a", false],
    ["a", "A", false],
    ["a.c", "abc", false],
    [".*", "x", false],
  ])("%j for %j: %j", (pattern, text, matches) => {
    expect(matchesGlob(pattern, text)).toBe(matches);
  });

  it("means what the expression with `.*` means", () => {
    const patterns = fc.string({ unit: fc.constantFrom("a", "b", "-", "*"), maxLength: 8 });
    const texts = fc.string({ unit: fc.constantFrom("a", "b", "-"), maxLength: 10 });
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "s");
        expect(matchesGlob(pattern, text)).toBe(expression.test(text));
      }),
    );
  });

  it("of two hundred stars takes no time", () => {
    expect(matchesGlob(`${"*a".repeat(200)}*b`, "a".repeat(10_000))).toBe(false);
  });
});
