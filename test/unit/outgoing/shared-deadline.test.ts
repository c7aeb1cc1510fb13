import { describe, expect, it } from "@jest/globals";
import { type Fetch, NoAnswer, type OutgoingRequest, sharedDeadline } from "../../../src/outgoing/index.ts";

const REQUEST: OutgoingRequest = {
  method: "GET",
  url: new URL("https://issuer.example.com/"),
  headers: {},
  deadlineMs: 5000,
  mostBytes: 1000,
};

describe("a deadline for several requests", () => {
  it("leaves each what is left, and never more than it may take for itself", async () => {
    let now = 1000;
    const given: number[] = [];
    const fetch: Fetch = async ({ deadlineMs }) => {
      given.push(deadlineMs);
      now += 4000;
      return { status: 200, headers: {}, body: "" };
    };
    const within = sharedDeadline(fetch, 10_000, () => now);
    for (let calls = 0; calls < 3; calls++) await within(REQUEST);

    expect(given).toEqual([5000, 5000, 2000]);
    await expect(within(REQUEST)).rejects.toThrow(NoAnswer);
    expect(given).toHaveLength(3);
  });
});
