import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { wrapTtlOf } from "../../../src/http/headers.ts";
import { parseDuration, parseExactDuration } from "../../../src/std/time.ts";
import { makeServer, type TestServer } from "../../support/make-server.ts";

/** Who asks for wrapping never gets the answer in clear: only a zero as written means that nobody asked. */

const given = (text: string) => wrapTtlOf({ headers: { "x-vault-wrap-ttl": [text] } } as never);

const units = fc.constantFrom("ns", "us", "µs", "ms", "s", "m", "h");
const positive = fc
  .tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 0, max: 3 }), units)
  .map(([n, zeros, unit]) => (zeros === 0 ? `${n}${unit}` : `0.${"0".repeat(zeros - 1)}${n}${unit}`));

describe("X-Vault-Wrap-TTL", () => {
  it("is never nothing for what is not zero, in any spelling", () =>
    fc.assert(fc.property(positive, (text) => expect(given(text)).toBeGreaterThanOrEqual(1))));
  it.each(["0.1s", "1ms", "999ms", "1ns", "0h0m0.5s"])("%s is a second", (text) => expect(given(text)).toBe(1));
  it.each(["0", "0s", "0ms", "0.0s", "0h0m"])("%s is nothing", (text) => expect(given(text)).toBeUndefined());
  it.each(["-1ms", "-0.5s", "-1"])("%s is refused", (text) => expect(() => given(text)).toThrow("cannot be negative"));
});

describe("a duration", () => {
  it("is zero in whole seconds only where it is zero as written", () =>
    fc.assert(
      fc.property(fc.tuple(fc.boolean(), positive), ([negative, text]) => {
        const written = negative ? `-${text}` : text;
        const whole = parseDuration(written);
        expect(Math.sign(whole)).toBe(Math.sign(parseExactDuration(written)));
        expect(Math.abs(whole - parseExactDuration(written))).toBeLessThanOrEqual(1);
      }),
    ));
});

describe("the server", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await makeServer();
  });
  afterAll(() => server.dynamo.close());

  it.each(["0.1s", "1ms", "999ms"])("wraps for %s", async (ttl) => {
    const { body } = await server.call("GET", "auth/token/lookup-self", { headers: { "x-vault-wrap-ttl": ttl } });
    expect([body["data"], body["wrap_info"]]).toMatchObject([null, { ttl: 1 }]);
  });
});
