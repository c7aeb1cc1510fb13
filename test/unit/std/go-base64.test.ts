import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { base64Bytes, base64Fault, base64UrlBytes } from "../../../src/std/go-base64.ts";
import { runs } from "../../support/runs.ts";

const { texts }: { readonly texts: readonly (readonly [text: string, error: string | null])[] } = JSON.parse(
  readFileSync(new URL("../../vectors/go-base64.json", import.meta.url), "utf8"),
);

describe("base64 as Go reads it", () => {
  it("takes what the recorded server took, and refuses the rest with its words", () => {
    const wrong = texts.filter(([text, error]) => (base64Bytes(text) ? null : base64Fault(text)) !== error);
    expect(wrong).toEqual([]);
    expect(texts.length).toBeGreaterThan(200);
  });

  it("reads back whatever was written, with line breaks anywhere", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(), fc.constantFrom("\n", "\r\n", ""), (bytes, at, gap) => {
        const text = Buffer.from(bytes).toString("base64");
        const place = at % (text.length + 1);
        expect(base64Bytes(text.slice(0, place) + gap + text.slice(place))).toEqual(Buffer.from(bytes));
        expect(base64UrlBytes(Buffer.from(bytes).toString("base64url"))).toEqual(Buffer.from(bytes));
      }),
      { numRuns: runs(200, 20_000) },
    );
  });

  it("never takes a text of another alphabet, whatever node makes of it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const plain = text.replace(/[\r\n]/g, "");
        const wanted = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(plain);
        expect(base64Bytes(text) !== undefined).toBe(wanted);
        if (!wanted) expect(base64Fault(text)).toMatch(/^illegal base64 data at input byte \d+$/);
      }),
      { numRuns: runs(500, 50_000) },
    );
  });
});
