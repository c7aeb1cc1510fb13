import { describe, expect, it } from "@jest/globals";
import { failureLine } from "../../../src/cli/failure.ts";
import { isAboutVersions } from "../../../src/cli/warnings.ts";
import { VaultError } from "../../../src/std/errors.ts";

describe("a failed command", () => {
  it.each([
    [
      Object.assign(new Error("listen EACCES"), { code: "EACCES", syscall: "listen", address: "::1", port: 80 }),
      "cannot listen on ::1:80: permission denied; ports below 1024 need it (--listen and --aws-listen choose others)",
    ],
    [
      Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND", syscall: "getaddrinfo", hostname: "nowhere.test" }),
      "cannot listen on nowhere.test: no such host (--listen and --aws-listen choose others)",
    ],
    [
      Object.assign(new Error("mkdir"), { code: "EROFS", syscall: "mkdir", path: "/data" }),
      "cannot use /data: the file system is read-only",
    ],
    [new VaultError("invalid_request", { wire: "for callers", reason: "for operators" }), "for callers"],
    [new Error("first\n    at second"), "first at second"],
    ["a text", "a text"],
    [undefined, "undefined"],
    [new Error(""), "unknown error"],
  ])("is told in one line (%#)", (error, line) => {
    expect(failureLine(error)).toBe(line);
  });
});

describe("a warning", () => {
  it("is about versions by its name or its text, as the AWS SDK and Node.js have it", () => {
    const named = Object.assign(new Error("no longer supported"), { name: "NodeDeprecationWarning" });
    const texted = Object.assign(new Error("NodeVersionSupportWarning: The AWS SDK"), { name: "Warning" });
    const other = Object.assign(new Error("Possible EventEmitter memory leak"), {
      name: "MaxListenersExceededWarning",
    });

    expect([named, texted, other].map(isAboutVersions)).toEqual([true, true, false]);
  });
});
