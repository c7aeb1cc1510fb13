import { expect, test } from "@jest/globals";
import { matching, nameFrom } from "../../../../ui/client/match.ts";

const found = (typed: string, ...paths: string[]): readonly string[] =>
  matching(paths.map(nameFrom), typed, 50).shown.map(({ path }) => path);

test("all words, in any order, anywhere in the path", () => {
  const paths = ["secret/team-a/stripe-live", "secret/team-b/stripe-test", "old/mail/stripe"];
  expect(found("live team", ...paths)).toEqual(["secret/team-a/stripe-live"]);
  expect(found("STRIPE secret", ...paths)).toEqual(["secret/team-a/stripe-live", "secret/team-b/stripe-test"]);
  expect(found("team-b/stri", ...paths)).toEqual(["secret/team-b/stripe-test"]);
  expect(found("stripe nothing", ...paths)).toEqual([]);
});

test("the name itself comes first, then what begins so, then what contains it, then what is in such a folder", () => {
  const paths = ["secret/db/x", "secret/my-db", "secret/db-old", "secret/deep/deep/db"];
  expect(found("db", ...paths)).toEqual(["secret/deep/deep/db", "secret/db-old", "secret/my-db", "secret/db/x"]);
});

test("nothing typed finds nothing", () => {
  expect(matching([nameFrom("secret/a")], " / ", 50)).toEqual({ shown: [], total: 0 });
});

test("both forms of an accented letter, and none, find each other", () => {
  const composed = "secret/caf\u00e9";
  const decomposed = "secret/cafe\u0301";
  for (const typed of ["caf\u00e9", "cafe\u0301", "cafe", "CAF\u00c9"]) {
    expect(found(typed, composed, decomposed)).toEqual([composed, decomposed]);
  }
});

test("the total counts what is not shown, and the best is shown even when it was found last", () => {
  const many = Array.from({ length: 200 }, (_, index) => nameFrom(`secret/apple/${index}`));
  const matches = matching([...many, nameFrom("secret/apple")], "apple", 50);
  expect(matches.total).toBe(201);
  expect(matches.shown).toHaveLength(50);
  expect(matches.shown[0]?.path).toBe("secret/apple");
});
