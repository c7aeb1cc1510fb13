import { describe, expect, it } from "@jest/globals";
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
