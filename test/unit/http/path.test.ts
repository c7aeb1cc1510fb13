import { describe, expect, it } from "@jest/globals";
import { VaultError } from "../../../src/framework/index.ts";
import { percentDecode } from "../../../src/http/message.ts";
import { apiPath, isPrintable } from "../../../src/http/path.ts";

const judge = (path: string): string | undefined => {
  try {
    return apiPath(path);
  } catch (error) {
    if (error instanceof VaultError) return `${error.code}: ${error.wire}`;
    throw error;
  }
};

describe("a path of the API", () => {
  it.each([
    ["/v1/kv/data/a", "kv/data/a"],
    ["/v1/", ""],
    ["/v1/kv/", "kv/"],
    ["/v1//kv///a", "kv/a"],
    ["//v1/kv", "kv"],
    ["/v1/kv/.../..a/b../a..b/.x/...y", "kv/.../..a/b../a..b/.x/...y"],
    ["/v1/kv/a\\b/c.;d/e..\\f", "kv/a\\b/c.;d/e..\\f"],
    ["/v1/kv/a+b*c d%e;f?g#h:é😀", "kv/a+b*c d%e;f?g#h:é😀"],
    ["/v1/kv/cafe\u0301", "kv/cafe\u0301"],
  ])("%j is %j", (path, wanted) => expect(judge(path)).toBe(wanted));
  it.each(["/", "/v1", "/V1/x", "/v2/x", "/ui/", "/v1x/y", "v1/x"])("is not %j", (path) =>
    expect(judge(path)).toBeUndefined(),
  );
  it.each(["/v1/..", "/v1/../x", "/v1/kv/./a", "/v1/kv/a/.", "/..", "/v1/kv//../a", "/ui/../v1/x", ".."])(
    "refuses the dots in %j",
    (path) => expect(judge(path)).toBe("invalid_request: relative paths not supported"),
  );
  it.each([
    "/v1/..;/x",
    "/v1/kv/team/..;a=b/x",
    "/v1/kv/.;/x",
    "/v1/kv/team/..\\other/x",
    "/v1/kv/team\\..\\other",
    "/v1/kv/team\\..",
  ])("V15: refuses what others may take for dots in %j", (path) =>
    expect(judge(path)).toBe("invalid_request: relative paths not supported"),
  );
  it.each(["/v1/a%2fb", "/v1/a%2Fb", "/v1/a%5cb", "/v1/%2e%2e/b", "/v1/.%2E/b", "/v1/a/%2e"])(
    "refuses the second encoding in %j",
    (path) => expect(judge(path)).toBe("invalid_request: path separators must not be encoded twice"),
  );
  it("may be 2 KiB long", () => expect(judge(`/v1/${"p".repeat(2048)}`)).toHaveLength(2048));
  it("may not be longer, in bytes", () =>
    expect(judge(`/v1/${"é".repeat(1025)}`)).toBe("invalid_request: path is too long"));
  it("may have 50 segments", () => expect(judge(`/v1/${"a/".repeat(49)}a/`)).toMatch(/^a/));
  it("may not have more", () =>
    expect(judge(`/v1/${"a/".repeat(60)}a`)).toBe("invalid_request: path has too many segments"));
});

describe("an unprintable path", () => {
  it.each([
    "\0",
    "a\nb",
    "\t",
    "\x7f",
    "\u0085",
    "\u00a0",
    "\u200b",
    "\u2028",
    "\u202e",
    "\ufeff",
    "\ud800",
    "\ufffd",
    "\u{e0001}",
  ])("is %j", (path) => expect(isPrintable(`/v1/${path}`)).toBe(false));
  it.each(["a b", "é", "e\u0301", "😀", "ž", "．．", "∕", "it's(ok)!*~@:;,$&="])("is not %j", (path) =>
    expect(isPrintable(`/v1/${path}`)).toBe(true),
  );
});

describe("percent-encoding", () => {
  it.each([
    ["a%2Fb%2f", "a/b/"],
    ["%68", "h"],
    ["a+b", "a+b"],
    ["%2525", "%25"],
    ["%C3%A9%F0%9F%98%80", "é😀"],
    ["%EF%BB%BFx", "\ufeffx"],
    ["\xc3\xa9", "é"],
  ])("of %j is undone once, to %j", (text, wanted) => expect(percentDecode(text)).toBe(wanted));
  it.each(["%", "%2", "%zz", "%-1", "%C0%AF", "%E0%80%AF", "%FF", "%ED%A0%80", "%F4%90%80%80", "%E2%82", "\xff"])(
    "of %j cannot be undone",
    (text) => expect(percentDecode(text)).toBeUndefined(),
  );
});
