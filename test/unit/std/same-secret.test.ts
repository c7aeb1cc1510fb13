import { expect, it } from "@jest/globals";
import { sameSecret } from "../../../src/std/same-secret.ts";

it("C18: compares secrets of any two lengths, and takes none for another", () => {
  const texts = Array.from({ length: 1001 }, (_, length) => "s".repeat(length));
  for (const [index, text] of texts.entries()) {
    expect(sameSecret(text, `${text}`)).toBe(true);
    expect(sameSecret(text, texts[(index + 1) % texts.length] ?? "")).toBe(false);
    expect(sameSecret(text, `${text.slice(0, -1)}t`)).toBe(false);
  }
});

it("C18: does not take text that is not Unicode for the same", () => {
  expect(sameSecret("\ud800", "\udfff")).toBe(false);
  expect(sameSecret("\ud800", "\ufffd")).toBe(false);
});
