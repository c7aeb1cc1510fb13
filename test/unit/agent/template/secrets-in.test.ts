import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { redacted, textsIn } from "../../../../src/agent/template/secrets-in.ts";
import { version } from "../support/scripted.ts";

const NEXT = { kind: "after", ms: 1 } as const;
const texts = (data: Record<string, unknown>) => textsIn([{ kind: "secret", secret: version(data), next: NEXT }]);

describe("V67: a message without secrets", () => {
  it.each([
    ["a whole value", 'parsing "hunter2-hunter2": bad', 'parsing "[redacted]": bad'],
    ["a part of one, as a parser quotes it", "unexpected token in hunter2-h", "unexpected token in [redacted]"],
    ["a number", "got 918273645", "got [redacted]"],
    ["a value inside a list", "no entry for item-of-a-list", "no entry for [redacted]"],
  ])("hides %s", (_, message, expected) => {
    const known = texts({ a: "hunter2-hunter2", b: 918_273_645, c: [{ d: "item-of-a-list" }] });
    expect(redacted(message, known, "{{ .Data }}")).toBe(expected);
  });

  it("keeps what the template's own text says", () => {
    expect(redacted('map has no entry for key "password"', texts({ a: "password" }), "{{ .password }}")).toBe(
      'map has no entry for key "password"',
    );
  });

  it("hides what is written, which the server may repeat", () => {
    const known = textsIn([], [{ kind: "write", path: "p", data: { key: "hunter2-hunter2" } }]);
    expect(redacted("bad input hunter2-hunter2", known, "")).toBe("bad input [redacted]");
  });

  it("shows no six characters of a secret in a row, whatever surrounds them", () => {
    const text = fc.string({ minLength: 6, maxLength: 30 });
    fc.assert(
      fc.property(text, fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (secret, before, behind) => {
        const shown = redacted(`${before}${secret}${behind}`, new Set([secret]), "").replaceAll("[redacted]", "\0");
        for (let at = 0; at + 6 <= secret.length; at += 1) expect(shown).not.toContain(secret.slice(at, at + 6));
      }),
    );
  });
});
