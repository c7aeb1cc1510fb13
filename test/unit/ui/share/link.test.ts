import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Fill, newCode, readCode, shownCode } from "../../../../ui/share/code.ts";
import { fragmentOf, linkOf, readLink, tokenOf } from "../../../../ui/share/link.ts";
import { opened, sealed } from "../../../../ui/share/seal.ts";
import { codePoint } from "../../../support/text.ts";

const fill: Fill = (bytes) => crypto.getRandomValues(bytes);
const END = 1_790_000_000;

const of = (alphabet: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength });
const token = of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", 24, 95).map(
  (rest) => `hvs.${rest}`,
);
const code = fc.uint8Array({ minLength: 5, maxLength: 5 }).map((bytes) =>
  newCode((into) => {
    into.set(bytes);
    return into;
  }),
);
/** 600,000 rounds take their time. */
const few = { numRuns: 4 };

describe("codes", () => {
  it("are a bijection of 40 bits, so that none is likelier than another", () => {
    const seen = fc.sample(code, 500);
    const letters = [...new Set(seen.join(""))].sort().join("");

    expect(letters).toBe("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 5, maxLength: 5 }), (bytes) => {
        const made = newCode((into) => {
          into.set(bytes);
          return into;
        });
        const bits = [...made].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
        expect(bits).toBe([...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join(""));
      }),
    );
  });

  it("are read as people write them", () => {
    fc.assert(
      fc.property(
        code,
        fc.constantFrom("-", " ", "–", "", " - "),
        fc.boolean(),
        fc.boolean(),
        (made, gap, low, alike) => {
          const half = `${made.slice(0, 4)}${gap}${made.slice(4)}`;
          const written = alike ? half.replaceAll("0", "O").replaceAll("1", "l") : half;

          expect(readCode(` ${low ? written.toLowerCase() : written} `)).toBe(made);
          expect(readCode(shownCode(made))).toBe(made);
        },
      ),
    );
  });

  it.each(["", "K7QM-3FX", "K7QM-3FXDD", "K7QM-3FXU", "K7QM*3FXD", "ключ-ключ", "K7QM3FX\u0000"])(
    "are not: %j",
    (text) => {
      expect(readCode(text)).toBeUndefined();
    },
  );
});

describe("links", () => {
  it("carry a token and its end", async () => {
    await fc.assert(
      fc.asyncProperty(token, fc.integer({ min: 1_000_000_000, max: 9_999_999_999 }), async (given, end) => {
        const fragment = await linkOf(given, end, undefined, fill);
        const link = await readLink(fragmentOf(`https://vault.test/ui/open#${fragment}\n`));

        expect(link).toEqual({ kind: "open", end, body: given });
        expect(link && (await tokenOf(link, undefined))).toBe(given);
      }),
    );
  });

  it("are not whole when a character is missing, added or another", async () => {
    await fc.assert(
      fc.asyncProperty(token, fc.nat(), fc.constantFrom("", "a", ".", "%", "xx"), async (given, where, put) => {
        const fragment = await linkOf(given, END, undefined, fill);
        const at = where % fragment.length;
        const broken = fragment.slice(0, at) + put + fragment.slice(at + 1);
        fc.pre(broken !== fragment);

        expect(await readLink(broken)).toBeUndefined();
        expect(await readLink(fragment.slice(0, at))).toBeUndefined();
        expect(await readLink(fragment + put)).toEqual(put === "" ? expect.anything() : undefined);
      }),
    );
  });

  it("of others are none", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: codePoint, maxLength: 200 }), async (text) => {
        expect(await readLink(text)).toBeUndefined();
      }),
    );
    await expect(linkOf("javascript:alert(1)", END, undefined, fill)).rejects.toThrow("not a wrapping token");
  });

  it("with a code hold the token sealed; only the code opens it", async () => {
    await fc.assert(
      fc.asyncProperty(token, code, code, async (given, right, wrong) => {
        fc.pre(right !== wrong);
        const fragment = await linkOf(given, END, right, fill);
        const link = await readLink(fragment);

        expect(fragment).not.toContain(given);
        if (!link) throw new Error("a link of our own must be read");
        expect(await tokenOf(link, undefined)).toBeUndefined();
        expect(await tokenOf(link, wrong)).toBeUndefined();
        expect(await tokenOf({ ...link, end: END + 1 }, right)).toBeUndefined();
        expect(await tokenOf(link, right)).toBe(given);
      }),
      few,
    );
  });

  it("are sealed with a new salt and nonce each time", async () => {
    const made = newCode(fill);
    const one = await sealed("hvs.x", made, "b", fill);
    const two = await sealed("hvs.x", made, "b", fill);

    expect(one.slice(0, 38)).not.toBe(two.slice(0, 38));
    expect(await opened(one, made, "b")).toBe("hvs.x");
    expect(await opened(one, made, "c")).toBeUndefined();
    expect(await opened("AAAA", made, "b")).toBeUndefined();
  });
});
