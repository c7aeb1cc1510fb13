import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { curlOf } from "../../../../ui/kit/curl.ts";
import { diffLines } from "../../../../ui/kit/diff-lines.ts";
import { changeOf, linesOf } from "../../../../ui/kit/diff-rows.ts";
import { durationText, parseDuration } from "../../../../ui/kit/durations.ts";
import { fitting } from "../../../../ui/kit/fitting.ts";
import { piecesOf } from "../../../../ui/kit/invisible.ts";
import { targetOf } from "../../../../ui/kit/menu-keys.ts";
import { apart, frameOf } from "../../../../ui/kit/plot-scale.ts";
import { relativeTime } from "../../../../ui/kit/times.ts";
import { codePoint } from "../../../support/text.ts";

const drawn = (text: string): string =>
  piecesOf(text)
    .map(({ text: as, mark }) => (mark ? `<${mark}>` : as))
    .join("");

describe("invisible characters", () => {
  it.each([
    ["a\tb", "a<tab>b"],
    ["a\0b", "a<NUL>b"],
    ["a\r\nb", "a<CR>\nb"],
    ["pay\u202egro.evil", "pay<U+202E>gro.evil"],
    ["a\u200bb\ufeff", "a<U+200B>b<BOM>"],
    ["a\u00a0b", "a<nbsp>b"],
    ["  a b ", "<·><·>a b<·>"],
    ["a \n b", "a<·>\n<·>b"],
    ["one\ntwo", "one\ntwo"],
    ["\ud800", "<U+D800>"],
    ["Überweg 🏔 é e\u0301", "Überweg 🏔 é e\u0301"],
  ])("%j is drawn %s", (text, expected) => {
    expect(drawn(text)).toBe(expected);
  });

  it("nothing of a text is lost or added", () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint }), (text) => {
        expect(
          piecesOf(text)
            .map((piece) => piece.text)
            .join(""),
        ).toBe(text);
      }),
    );
  });
});

const text = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 12 }).map((lines) => lines.join("\n"));

describe("differences", () => {
  it("kept and removed lines are the old text, kept and added ones the new", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after);
        const without = (change: string): string =>
          lines
            .filter((line) => line.change !== change)
            .map((line) => line.text)
            .join("\n");

        expect(without("added")).toBe(before);
        expect(without("removed")).toBe(after);
      }),
    );
  });

  it("only what changed is marked", () => {
    expect(diffLines("1\n2\n3\n4", "1\n3\nx\n4").map(({ change, text: line }) => `${change} ${line}`)).toEqual([
      "same 1",
      "removed 2",
      "same 3",
      "added x",
      "same 4",
    ]);
  });

  it("texts too long to compare in a moment are old and new as wholes", () => {
    const lines = (prefix: string): string => Array.from({ length: 2_000 }, (_, at) => `${prefix}${at}`).join("\n");
    const changes = diffLines(lines("a"), lines("b"));

    expect(changes).toHaveLength(4_000);
    expect(changes.findIndex(({ change }) => change === "added")).toBe(2_000);
  });

  it("a field is added, removed, changed or the same; an empty value is a value", () => {
    expect(changeOf({ name: "a", after: "" })).toBe("added");
    expect(changeOf({ name: "a", before: "" })).toBe("removed");
    expect(changeOf({ name: "a", before: "", after: "x" })).toBe("changed");
    expect(changeOf({ name: "a", before: "x", after: "x" })).toBe("same");
    expect(linesOf({ after: "1\n2" }).map(({ change }) => change)).toEqual(["added", "added"]);
    expect(linesOf({ before: "1" })).toEqual([{ change: "removed", text: "1" }]);
  });
});

const NOW = new Date(2026, 10, 30, 12).getTime();
const [MINUTE, DAY] = [60_000, 86_400_000];

describe("times", () => {
  it.each([
    [0, "now"],
    [-MINUTE, "1 minute ago"],
    [-90 * MINUTE, "1 hour ago"],
    [-DAY, "yesterday"],
    [6 * DAY - 1_000, "in 6 days"],
    [6.25 * DAY, "in 6 days"],
    [179 * MINUTE, "in 3 hours"],
    [DAY, "tomorrow"],
    [1.75 * DAY, "in 2 days"],
    [-1.75 * DAY, "2 days ago"],
    [-40 * DAY, "last month"],
    [-400 * DAY, "last year"],
  ])("%d ms from now is %s", (ahead, expected) => {
    expect(relativeTime(NOW + ahead, NOW)).toBe(expected);
  });

  it.each([
    [0, "0 s"],
    [41 * 60, "41 min"],
    [65, "1 min 5 s"],
    [31 * 86_400 + 23 * 3_600 + 59, "31 d 23 h"],
    [86_400 + 5, "1 d"],
    [-3, "0 s"],
  ])("%d seconds are %s", (seconds, expected) => {
    expect(durationText(seconds)).toBe(expected);
  });

  it.each([
    ["90", 90],
    ["30m", 1_800],
    ["1h30m", 5_400],
    ["7d", 604_800],
    ["1.5h", 5_400],
    [" 1h ", 3_600],
    ["", undefined],
    ["soon", undefined],
    ["1h-30m", undefined],
    ["1.2.3h", undefined],
  ])("%j is %s seconds", (written, seconds) => {
    expect(parseDuration(written)).toBe(seconds);
  });
});

describe("commands", () => {
  it("quote what a shell would read, and hold no token", () => {
    expect(curlOf({ method: "POST", path: "secret/data/a b/d'b", body: '{"x":"$HOME"}' }, "https://vault.test")).toBe(
      `curl -X POST -H "X-Vault-Token: $VAULT_TOKEN" -d '{"x":"$HOME"}' 'https://vault.test/v1/secret/data/a%20b/d'\\''b'`,
    );
    expect(curlOf({ method: "GET", path: "secret/metadata/", query: { list: "true" } }, "https://vault.test")).toBe(
      `curl -H "X-Vault-Token: $VAULT_TOKEN" 'https://vault.test/v1/secret/metadata/?list=true'`,
    );
  });
});

describe("keys of a menu", () => {
  const all = ["Rename", "Move", "Remove"].map((textContent) => ({ textContent }));
  it.each([
    [0, "ArrowDown", "Move"],
    [2, "ArrowDown", "Rename"],
    [0, "ArrowUp", "Remove"],
    [-1, "ArrowDown", "Rename"],
    [-1, "ArrowUp", "Remove"],
    [1, "Home", "Rename"],
    [1, "End", "Remove"],
    [0, "r", "Remove"],
    [2, "R", "Rename"],
    [0, "x", undefined],
    [0, "Shift", undefined],
  ])("from %d, %s leads to %s", (at, key, expected) => {
    expect(targetOf(all, at, key)?.textContent).toBe(expected);
  });
});

describe("suggestions", () => {
  it("hold what was typed, in any case; the typed one itself is none; 50 at most", () => {
    expect(fitting(["secret/A", "secret/b", "a"], "a")).toEqual(["secret/A"]);
    expect(
      fitting(
        Array.from({ length: 99 }, (_, at) => `x${at}`),
        "x",
      ),
    ).toHaveLength(50);
  });
});

describe("plots", () => {
  it("labels keep their distance, in the order of their lines", () => {
    expect(apart([10, 12, 100], 18)).toEqual([10, 28, 100]);
    expect(apart([12, 10], 18)).toEqual([28, 10]);
  });

  it("every point lies within the frame, also where all values are one", () => {
    const point = fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: -1e6, max: 1e6 }));
    fc.assert(
      fc.property(fc.array(point, { maxLength: 6 }), fc.boolean(), (points, narrow) => {
        const frame = frameOf([{ label: "a", points }], 600, narrow);
        for (const [x, y] of points) {
          expect(frame.x(x)).toBeGreaterThanOrEqual(frame.left);
          expect(frame.x(x)).toBeLessThanOrEqual(frame.right);
          expect(frame.y(y)).toBeGreaterThanOrEqual(0);
          expect(frame.y(y)).toBeLessThanOrEqual(frame.height);
        }
      }),
    );
  });
});
