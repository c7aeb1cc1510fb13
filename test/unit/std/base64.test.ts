import { describe, expect, it } from "@jest/globals";
import { plainText } from "../../../src/std/base64.ts";

describe("a text that may be sent in base64", () => {
  const text = 'path "ü" { capabilities = ["read"] }\n';
  const packed = Buffer.from(text).toString("base64");

  it.each([packed, `${packed.slice(0, 20)}\n${packed.slice(20)}\n`])("is decoded from base64", (sent) => {
    expect(plainText(sent)).toBe(text);
  });

  it.each([text, "path", "\n", "", packed.slice(0, -1), "a_b-", "////"])("%j is taken unchanged", (sent) => {
    expect(plainText(sent)).toBe(sent);
  });
});
