import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { matchesAny } from "../../../../src/auth/kubernetes/glob.ts";
import { parseSelector } from "../../../../src/auth/kubernetes/selector.ts";

describe("a namespace selector", () => {
  it.each([
    ['{"matchLabels":{"env":"prod"}}', { env: "prod" }],
    ["matchLabels: {env: prod, example.com/team: blue}", { env: "prod", "example.com/team": "blue" }],
    ['{"matchLabels":{"a":""},"matchExpressions":null}', { a: "" }],
  ])("%j wants %j", async (text, labels) => {
    expect(await parseSelector(text)).toEqual(labels);
  });

  it.each([
    "",
    "not a selector",
    "[]",
    "{}",
    '{"matchLabels":{}}',
    '{"matchLables":{"env":"prod"}}',
    '{"matchlabels":{"env":"prod"}}',
    '{"matchLabels":{"env":"prod"},"more":1}',
    '{"matchExpressions":[{"key":"env","operator":"Exists"}]}',
    "matchLabels: {env: true}",
    "matchLabels: {env: [a]}",
    'matchLabels: {"": prod}',
    "matchLabels: {env: 'a b'}",
    "matchLabels: {a: b}\n---\nmatchLabels: {c: d}",
    "a: &a [x, x]\nb: &b [*a, *a]\nmatchLabels: {env: *b}",
    "matchLabels: {env: prod, env: dev}",
    `{"matchLabels":{"env":"${"x".repeat(5000)}"}}`,
    "{",
    "!!js/function 'x'",
  ])("%j is refused when the role is written", async (text) => {
    await expect(parseSelector(text)).rejects.toMatchObject({
      wire: 'invalid "bound_service_account_namespace_selector" configured',
    });
  });
});

describe("names with stars", () => {
  it("match as the text between the stars comes in order", () => {
    const text = fc.stringMatching(/^[ab-]{0,8}$/);
    const pattern = fc.stringMatching(/^[ab*-]{0,8}$/);
    fc.assert(
      fc.property(pattern, text, (star, plain) => {
        const expression = new RegExp(`^${star.replaceAll("*", ".*")}$`, "s");
        expect(matchesAny([star], plain)).toBe(expression.test(plain));
      }),
    );
  });

  it("match no longer text in no time", () => {
    expect(matchesAny([`${"*a".repeat(200)}*b`], "a".repeat(10_000))).toBe(false);
  });
});
