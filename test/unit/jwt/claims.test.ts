import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { checkClaims } from "../../../src/jwt/index.ts";
import { CLAIMS, judged, NOW, sign } from "./kit.ts";

const at = NOW / 1000;
const AUDIENCE = "invalid audience (aud) claim: ";
const OTHER = `${AUDIENCE}audience claim does not match any expected audience`;
const EXPIRED = "invalid expiration time (exp) claim: token is expired";
const EARLY = "invalid not before (nbf) claim: token not yet valid";
const FUTURE = "invalid issued at (iat) claim: token issued in the future";
const timed = (times: object) => ({ iss: CLAIMS.iss, sub: "job", ...times });

describe("registered claims", () => {
  it("are checked in Vault's order: issuer, subject, audience, times", async () => {
    const token = await sign({ iss: "x", sub: "x", aud: "x", exp: 1, nbf: at + 9999, iat: at + 9999 });
    const issuer = { issuer: "x" };
    const subject = { ...issuer, subject: "x" };
    const audiences = { ...subject, audiences: ["x"] };
    expect(await judged(token, { ...audiences, issuer: "y" })).toBe("invalid issuer (iss) claim");
    expect(await judged(token, { ...audiences, subject: "y" })).toBe("invalid subject (sub) claim");
    expect(await judged(token, { ...audiences, audiences: ["y"] })).toBe(OTHER);
    expect(await judged(token, audiences)).toBe(EARLY);
    expect(await judged(await sign({ ...timed({ exp: 1, iat: at + 9999, nbf: 1 }) }))).toBe(EXPIRED);
    expect(await judged(await sign({ ...timed({ exp: at + 99999, iat: at + 9999, nbf: 1 }) }))).toBe(FUTURE);
  });

  it.each([
    ["no audience", undefined, OTHER],
    ["another", "other", OTHER],
    ["one that begins alike", "zeroth.example.com", OTHER],
    ["one in other letters", "Zeroth", OTHER],
    ["an empty text", "", OTHER],
    ["an empty list", [], OTHER],
    ["the same", "zeroth", "accepted"],
    ["a list with it", ["a", "zeroth"], "accepted"],
    ["a number", 7, `${AUDIENCE}neither a text nor a list of texts`],
    ["null", null, `${AUDIENCE}neither a text nor a list of texts`],
    ["a list of lists", [["zeroth"]], `${AUDIENCE}neither a text nor a list of texts`],
    ["an object", { zeroth: true }, `${AUDIENCE}neither a text nor a list of texts`],
    ["a list with it and a number", ["zeroth", 7], `${AUDIENCE}neither a text nor a list of texts`],
  ])("V76: of audiences only exact membership passes: %s", async (_, aud, outcome) => {
    expect(await judged(await sign({ ...CLAIMS, aud }), { audiences: ["x", "zeroth"] })).toBe(outcome);
  });

  it.each([
    ["iss", 7, "invalid issuer (iss) claim"],
    ["iss", ["https://issuer.example.com"], "invalid issuer (iss) claim"],
    ["sub", 7, "invalid subject (sub) claim"],
    ["sub", { a: 1 }, "invalid subject (sub) claim"],
    ["exp", "tomorrow", "invalid expiration time (exp) claim: not a time"],
    ["exp", String(at + 60), "invalid expiration time (exp) claim: not a time"],
    ["nbf", true, "invalid not before (nbf) claim: not a time"],
    ["iat", [at], "invalid issued at (iat) claim: not a time"],
    ["exp", 1e300, "invalid expiration time (exp) claim: not a time"],
  ])("%s as %p is refused, wanted or not", async (name, value, outcome) => {
    expect(await judged(await sign({ ...CLAIMS, [name]: value }))).toBe(outcome);
  });

  it("numbers too large for any clock are refused as they are written", async () => {
    expect(await judged(await sign(JSON.stringify(CLAIMS).replace(/"exp":\d+/, '"exp":1e999')))).toBe(
      "invalid expiration time (exp) claim: not a time",
    );
    expect(await judged(await sign(JSON.stringify(CLAIMS).replace(/"exp":\d+/, `"exp":${at + 60}.5`)))).toBe(
      "accepted",
    );
  });

  it.each([
    ["no time at all", {}, "no issued at (iat), not before (nbf), or expiration time (exp) claims in token"],
    ["an end 60 s ago", { exp: at - 60 }, "accepted"],
    ["an end 61 s ago", { exp: at - 61 }, EXPIRED],
    ["only an end in 210 s", { exp: at + 210 }, "accepted"],
    ["only an end in 211 s", { exp: at + 211 }, EARLY],
    ["issued 210 s ago, no end", { iat: at - 210 }, "accepted"],
    ["issued 211 s ago, no end", { iat: at - 211 }, EXPIRED],
    ["valid from 210 s ago, no end", { nbf: at - 210 }, "accepted"],
    ["valid from 211 s ago, no end", { nbf: at - 211 }, EXPIRED],
    ["valid in 60 s", { nbf: at + 60, exp: at + 999 }, "accepted"],
    ["valid in 61 s", { nbf: at + 61, exp: at + 999 }, EARLY],
    ["issued in 61 s", { nbf: at, iat: at + 61, exp: at + 999 }, FUTURE],
  ])("by default: %s", async (_, times, outcome) => {
    expect(await judged(await sign(timed(times)))).toBe(outcome);
  });

  it.each([
    ["none: an end 1 s ago", { exp: at - 1, iat: at - 9 }, { clockSkew: -1 }, EXPIRED],
    ["none: an end now", { exp: at, iat: at - 9 }, { clockSkew: -1 }, "accepted"],
    ["none: issued 61 s ago, no end", { iat: at - 61 }, { expiration: -1 }, EXPIRED],
    ["none: only an end in 61 s", { exp: at + 61 }, { notBefore: -1 }, EARLY],
    ["600: issued 650 s ago, no end", { iat: at - 650 }, { expiration: 600 }, "accepted"],
    ["600: only an end in 650 s", { exp: at + 650 }, { notBefore: 600 }, "accepted"],
    ["5: an end 6 s ago", { exp: at - 6, iat: 1 }, { clockSkew: 5 }, EXPIRED],
  ])("with a leeway of %s", async (_, times, given, outcome) => {
    const leeways = { expiration: 0, notBefore: 0, clockSkew: 0, ...given };
    expect(await judged(await sign(timed(times)), { leeways })).toBe(outcome);
  });

  it("are judged alone where another server judges the signature", () => {
    expect(() => checkClaims({ iss: "x", exp: at + 60, iat: at }, { issuer: "x" }, NOW)).not.toThrow();
    expect(() => checkClaims({ iss: "y", exp: at + 60, iat: at }, { issuer: "x" }, NOW)).toThrow(
      "invalid issuer (iss) claim",
    );
  });

  it("a token without times passes where its judge allows that", async () => {
    expect(await judged(await sign(timed({})), { timeless: true })).toBe("accepted");
    expect(await judged(await sign(timed({ exp: 1 })), { timeless: true })).toBe(EXPIRED);
  });

  it("V11, a property: violating only one expectation refuses the token", async () => {
    const word = fc.string({ minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        word,
        word,
        fc.array(word, { minLength: 1, maxLength: 3 }),
        word,
        async (iss, sub, aud, other) => {
          const token = await sign({ ...timed({ exp: at + 60, iat: at }), iss, sub, aud });
          const expected = { issuer: iss, subject: sub, audiences: aud };
          expect(await judged(token, expected)).toBe("accepted");
          if (other !== iss) expect(await judged(token, { ...expected, issuer: other })).toMatch(/\(iss\)/);
          if (other !== sub) expect(await judged(token, { ...expected, subject: other })).toMatch(/\(sub\)/);
          if (!aud.includes(other)) expect(await judged(token, { ...expected, audiences: [other] })).toMatch(/\(aud\)/);
        },
      ),
      { numRuns: 50 },
    );
  });
});
