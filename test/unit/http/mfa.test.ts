import { describe, expect, it } from "@jest/globals";
import { mfaOf, visibleHeaders } from "../../../src/http/headers.ts";
import { request } from "./fixtures.ts";

/** `X-Vault-MFA`, however a gateway passes it on. */

const shownBy = (...lines: readonly string[]): unknown => {
  const shown = mfaOf({ ...request("POST", "/v1/a"), headers: { "x-vault-mfa": lines } });
  return Object.fromEntries([...(shown ?? [])].map(([method, codes]) => [method, codes.map((code) => code.reveal())]));
};

describe("the codes of a request", () => {
  it("are nothing where the header is absent", () => expect(mfaOf(request("POST", "/v1/a"))).toBeUndefined());

  it.each<[lines: readonly string[], shown: object]>([
    [["m:1"], { m: ["1"] }],
    [["m"], { m: [] }],
    [["m:1", "n:2"], { m: ["1"], n: ["2"] }],
    [["m:1,n:2"], { m: ["1"], n: ["2"] }],
    [["m:1, n:2,o"], { m: ["1"], n: ["2"], o: [] }],
    [["m:1", "m:2"], { m: ["1", "2"] }],
    [["m", "m:2"], { m: ["2"] }],
    [["m:a:b"], { m: ["a:b"] }],
    [["__proto__:1"], Object.fromEntries([["__proto__", ["1"]]])],
  ])("%j are %j", (lines, shown) => expect(shownBy(...lines)).toEqual(shown));

  it.each([[[""]], [[","]], [["m:1,"]], [[":1"]], [["m:"]], [["m:1", "n: "]]])("%j is refused", (lines) => {
    expect(() => shownBy(...lines)).toThrow("failed to parse X-Vault-MFA header");
  });

  it("are seen by no backend and no audit line", () => {
    const headers = { "x-vault-mfa": ["m:1"], "x-other": ["a"] };
    expect(visibleHeaders({ ...request("POST", "/v1/a"), headers })).toEqual({ "x-other": ["a"] });
    expect(JSON.stringify([...(mfaOf({ ...request("POST", "/v1/a"), headers }) ?? [])])).not.toContain("1");
  });
});
