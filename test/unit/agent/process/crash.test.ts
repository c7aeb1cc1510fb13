import { describe, expect, it } from "@jest/globals";
import { describeCrash, takeCrashes } from "../../../../src/agent/process/crash.ts";

describe("a failure nobody caught", () => {
  it("is told by its name and place, never by its text (V67)", () => {
    const error = new SyntaxError('Unexpected token, "hvs.canary" is not valid JSON\n    at canary (/x:1:1)');

    expect(describeCrash(error)).toMatch(/^unexpected SyntaxError at .*crash\.test\.ts:\d+:\d+/);
    expect(describeCrash(error)).not.toContain("canary");
  });

  it.each([["hvs.canary"], [undefined], [{ message: "canary" }]])(
    "is told where it is not even an error: %p",
    (what) => {
      expect(describeCrash(what)).toBe("unexpected failure");
    },
  );

  it("is taken from the process until it is given back", async () => {
    const before = process.listenerCount("uncaughtException");
    const crashes = takeCrashes();
    process.emit("uncaughtException", new TypeError("canary"));
    await expect(crashes.first).resolves.toMatch(/^unexpected TypeError/);
    crashes.release();
    expect(process.listenerCount("uncaughtException")).toBe(before);
  });
});
