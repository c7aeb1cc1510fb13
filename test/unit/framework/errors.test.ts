import { describe, expect, it } from "@jest/globals";
import { multiError, VaultError } from "../../../src/framework/index.ts";

describe("a Go multi-error", () => {
  it("counts one error", () => expect(multiError("x")).toBe("1 error occurred:\n\t* x\n\n"));
  it("counts two errors", () =>
    expect(multiError("permission denied", "invalid token")).toBe(
      "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n",
    ));
});

describe("a VaultError", () => {
  const error = new VaultError("internal", {
    wire: "w",
    reason: "r",
    multi: true,
    retryAfter: 3,
    data: { a: 1 },
    cause: "c",
  });
  it("keeps everything but the multi-error on an unauthenticated route", () =>
    expect({ ...error.bare() }).toEqual({ ...error, multi: false }));
  it("keeps its cause there", () => expect(error.bare().cause).toBe("c"));
  it("has the reason as its message, not the wire text", () => expect(error.message).toBe("r"));
});
