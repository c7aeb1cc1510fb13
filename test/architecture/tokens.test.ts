import { describe, expect, it } from "@jest/globals";
import { productSources } from "./support/sources.ts";

/**
 * Who makes tokens. Whatever a login needs besides its first factor is asked in `core/login`, so a token of a login that
 * is made elsewhere would be one without it.
 */

/** Each file that makes tokens, and of what. A new one is a decision, made here. */
const MAKERS: Readonly<Record<string, string>> = {
  "src/backends/identity/oidc/access-tokens.ts": "a client's authorization code, which somebody logged in asked for",
  "src/backends/token/create.ts": "another token",
  "src/core/config/initialize.ts": "the operator's order",
  "src/core/login/finish.ts": "a waiting login and its codes",
  "src/core/login/login.ts": "a login, and its codes where they are asked for",
  "src/core/wrapping/wrapping.ts": "an answer that is wrapped",
};

const filesWith = (pattern: RegExp): readonly string[] =>
  productSources.flatMap(({ file, code }) => (pattern.test(code) ? [file] : [])).sort();

describe("V45: a token is made", () => {
  it("in the files of this list", () => {
    expect(filesWith(/\btokens\.create\(/)).toEqual(Object.keys(MAKERS));
  });

  it("of what an auth method vouches for in one place, which asks for the second factor first", () => {
    expect(filesWith(/\blogIn\(core,/)).toEqual(["src/core/request/conclude.ts"]);
    const [login] = productSources.filter(({ file }) => file === "src/core/login/login.ts");
    expect(login?.code).toMatch(/await secondFactor\(identity\)[\s\S]*tokens\.create\(/);
    expect(login?.code.match(/tokens\.create\(/g)).toHaveLength(1);
  });
});
