import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { emptyTokenFields, mergeTokenFields } from "../../../src/framework/token-params.ts";
import { compileAcl, decide, type Folding, foldPattern, parsePolicy } from "../../../src/policy/index.ts";
import { canonicalPolicyNames } from "../../../src/policy/names.ts";
import { FOLDS, type Fold, foldStart } from "../../../src/std/fold.ts";

/** Letters whose folds differ: ASCII, beyond it, and those whose lower case is ASCII. */
const letter = fc.constantFrom(
  "a",
  "A",
  "b",
  "B",
  "k",
  "K",
  "\u212a",
  "\u0130",
  "\u017f",
  "é",
  "É",
  "Σ",
  "1",
  " ",
  "/",
);
const name = fc.string({ unit: letter, minLength: 1, maxLength: 6 });
const folds = fc.constantFrom(...(Object.keys(FOLDS) as Fold[]));

describe("a fold", () => {
  it("leaves what it made as it is", () =>
    fc.assert(fc.property(folds, name, (fold, text) => FOLDS[fold](FOLDS[fold](text)) === FOLDS[fold](text))));

  it("never makes an ASCII letter of another", () =>
    fc.assert(
      fc.property(folds, name, (fold, text) => {
        const ascii = (one: string): number => [...one].filter((each) => /[a-z]/i.test(each)).length;
        expect(ascii(FOLDS[fold](text))).toBe(ascii(text));
      }),
    ));

  it("folds the start of a name as it folds the name", () =>
    fc.assert(
      fc.property(folds, name, name, (fold, start, rest) => {
        fc.pre(start.trim() !== "" && rest.trim() !== "" && !rest.endsWith("/"));
        expect(FOLDS[fold](start + rest).startsWith(foldStart(fold, start))).toBe(true);
      }),
    ));

  it("of a policy's name is the same in a role's fields as in the policy store", () =>
    fc.assert(
      fc.property(name, (text) => {
        const { token_policies: kept } = mergeTokenFields(emptyTokenFields, { policies: [text] });
        expect(kept).toEqual(canonicalPolicyNames([text]));
        expect(kept).toEqual([FOLDS.policy(text)].filter((one) => one !== ""));
      }),
    ));
});

const rule = (path: string, words: readonly string[]): string =>
  `path ${JSON.stringify(path)} { capabilities = ${JSON.stringify(words)} }\n`;

const cased = fc.string({ unit: fc.constantFrom("a", "A", "b", "B"), minLength: 1, maxLength: 3 });
const words = fc.constantFrom(["deny"], ["read"], ["update"], ["read", "update"]);
const rules = fc.array(fc.tuple(cased, fc.constantFrom("", "*", "/x", "/+"), words), { maxLength: 6 });
const folding: Folding = { segment: 1, rest: false, fold: "case" };

describe("rules for a path in which a name folds", () => {
  const acl = (given: readonly (readonly [string, string, readonly string[]])[]) =>
    compileAcl([parsePolicy("p", given.map(([text, end, list]) => rule(`users/${text}${end}`, list)).join(""))]);
  const ask = { operation: "read", sudoPath: false } as const;

  it("keep a name of which a fold would leave nothing", () => {
    const policy: Folding = { segment: 1, rest: false, fold: "policy" };

    expect(foldPattern("policies/ /x", policy)).toBe("policies/ /x");
    expect(foldPattern("policies/ A /x", policy)).toBe("policies/a/x");
  });

  it("fold where the path does: one segment, or all from there on, and never before it", () => {
    const one: Folding = { segment: 1, rest: false, fold: "case" };

    expect(foldPattern("Users", one)).toBe("Users");
    expect(foldPattern("Users/A/B*", one)).toBe("Users/a/B*");
    expect(foldPattern("Users/A/B*", { ...one, rest: true })).toBe("Users/a/b*");
  });

  it("are asked for a LIST in both of its spellings", () => {
    const list = { operation: "list", sudoPath: false, path: "users/a/", folding } as const;

    expect(decide(acl([["A", "/*", ["list"]]]), list).allowed).toBe(true);
    expect(
      decide(
        acl([
          ["A", "/*", ["list"]],
          ["a", "", ["deny"]],
        ]),
        list,
      ).allowed,
    ).toBe(false);
  });

  it("count the same in whatever spelling they are written", () =>
    fc.assert(
      fc.property(rules, cased, fc.constantFrom("", "/x"), (given, user, end) => {
        const path = `users/${FOLDS.case(user)}${end}`;
        const lower = given.map(([text, ...more]) => [FOLDS.case(text), ...more] as const);
        const written = decide(acl(given), { ...ask, path, folding });
        const folded = decide(acl(lower), { ...ask, path, folding });
        // As written a deny on the canonical path holds besides; nothing is ever granted that the folded rules refuse.
        if (written.allowed) expect(folded.allowed).toBe(true);
        if (!written.allowed && folded.allowed) expect(written.reason).toBe("explicit_deny");
      }),
    ));

  it("never grant what they deny as they are written", () =>
    fc.assert(
      fc.property(rules, cased, (given, user) => {
        const path = `users/${FOLDS.case(user)}`;
        if (decide(acl(given), { ...ask, path }).reason !== "explicit_deny") return;
        expect(decide(acl(given), { ...ask, path, folding }).reason).toBe("explicit_deny");
      }),
    ));
});
