import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { z } from "zod";
import { VaultError } from "../../../src/framework/errors.ts";
import {
  checkPeriod,
  checkSourceAddress,
  emptyTokenFields,
  legacyTokenShape,
  mergeTokenFields,
  readTokenFields,
  storedTokenShape,
  type TokenFields,
  tokenParams,
  tokenShape,
} from "../../../src/framework/token-params.ts";
import { seconds } from "../../../src/std/time.ts";

const input = z.object({ ...tokenShape, ...legacyTokenShape });
const write = (body: object, previous: TokenFields = emptyTokenFields): TokenFields =>
  mergeTokenFields(previous, input.parse(body));
const refusal = (body: object, previous?: TokenFields): string | undefined => {
  try {
    write(body, previous);
    return undefined;
  } catch (error) {
    return error instanceof VaultError ? error.wire : String(error);
  }
};

const DEFAULTS = {
  token_bound_cidrs: [],
  token_explicit_max_ttl: 0,
  token_max_ttl: 0,
  token_no_default_policy: false,
  token_num_uses: 0,
  token_period: 0,
  token_policies: [],
  token_ttl: 0,
  token_type: "default",
};

describe("token fields of a write", () => {
  it("read back with every default when nothing was given", () => {
    expect(readTokenFields(write({}))).toEqual(DEFAULTS);
  });

  it("are stored as given, policies in their order, single addresses without their mask", () => {
    const fields = write({
      token_policies: "g-b, G-a",
      token_ttl: "20m",
      token_max_ttl: "1d",
      token_bound_cidrs: ["0.0.0.0/0", "192.0.2.9/32", "2001:DB8::0:1/128", "10.1.2.3/8"],
      token_type: "service",
      token_num_uses: "3",
      token_no_default_policy: "true",
    });
    expect(readTokenFields(fields)).toEqual({
      ...DEFAULTS,
      token_policies: ["g-b", "G-a"],
      token_ttl: 1200,
      token_max_ttl: 86400,
      token_bound_cidrs: ["0.0.0.0/0", "192.0.2.9", "2001:db8::1", "10.1.2.3/8"],
      token_type: "service",
      token_num_uses: 3,
      token_no_default_policy: true,
    });
  });

  it("keep what a later write does not name", () => {
    const first = write({ token_ttl: 60, token_policies: "a", token_num_uses: 4 });
    expect(readTokenFields(write({ token_ttl: 90 }, first))).toEqual({
      ...DEFAULTS,
      token_ttl: 90,
      token_policies: ["a"],
      token_num_uses: 4,
    });
  });

  it("clear addresses by an empty text", () => {
    expect(write({ token_bound_cidrs: "" }, write({ token_bound_cidrs: "10.0.0.0/8" })).token_bound_cidrs).toEqual([]);
  });

  it.each([
    [
      { token_type: "batch", token_period: 60 },
      "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens",
    ],
    [
      { token_type: "batch", token_num_uses: 2 },
      "'token_type' cannot be 'batch' or 'default_batch' when set to generate tokens with limited use count",
    ],
    [
      { token_type: "default-batch", token_period: 60 },
      "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens",
    ],
    [{ token_type: "nonsense" }, "invalid 'token_type' value \"nonsense\""],
    [{ token_num_uses: -1 }, "'token_num_uses' cannot be negative"],
    [{ token_ttl: "2h", token_max_ttl: "1h" }, "'token_ttl' cannot be greater than 'token_max_ttl'"],
    [{ token_bound_cidrs: ["bogus"] }, 'error parsing address "bogus": not an address or a range'],
    [{ token_bound_cidrs: ["192.0.2.0/33"] }, 'error parsing address "192.0.2.0/33": not an address or a range'],
    [{ token_bound_cidrs: ["fe80::1%eth0"] }, 'error parsing address "fe80::1%eth0": not an address or a range'],
  ])("%j is refused", (body, wire) => {
    expect(refusal(body)).toBe(wire);
  });

  it("are judged together with what is stored already", () => {
    expect(refusal({ token_ttl: "2h" }, write({ token_max_ttl: "1h" }))).toBe(
      "'token_ttl' cannot be greater than 'token_max_ttl'",
    );
  });

  it("repeat little of a long value in a refusal", () => {
    expect(refusal({ token_type: "x".repeat(5000) })?.length).toBeLessThan(100);
  });
});

describe("reading a whole role's token fields", () => {
  it("shows nothing else of the role", () => {
    const user = { ...write({ token_ttl: 5 }), password_hash: "secret" };
    expect(readTokenFields(user)).toEqual({ ...DEFAULTS, token_ttl: 5 });
  });
});

describe("older names", () => {
  it("set both names and are read back together with the new ones", () => {
    expect(
      readTokenFields(write({ policies: "G-B,g-a,g-a", ttl: "10m", max_ttl: "20m", bound_cidrs: "0.0.0.0/0" })),
    ).toEqual({
      ...DEFAULTS,
      policies: ["g-a", "g-b"],
      token_policies: ["g-a", "g-b"],
      ttl: 600,
      token_ttl: 600,
      max_ttl: 1200,
      token_max_ttl: 1200,
      bound_cidrs: ["0.0.0.0/0"],
      token_bound_cidrs: ["0.0.0.0/0"],
    });
  });

  it("take the new name's value when both are given", () => {
    expect(readTokenFields(write({ ttl: 60, token_ttl: 90 }))).toEqual({ ...DEFAULTS, ttl: 90, token_ttl: 90 });
  });

  it("vanish when the new name alone is written", () => {
    expect(readTokenFields(write({ token_ttl: 90 }, write({ ttl: 60 })))).toEqual({ ...DEFAULTS, token_ttl: 90 });
  });

  it("can be ignored next to the new one", () => {
    const given = input.parse({ period: "10m", token_period: "20m", explicit_max_ttl: 5 });
    expect(readTokenFields(mergeTokenFields(write({ period: 5 }), given, { ignoreDoubles: true }))).toEqual({
      ...DEFAULTS,
      token_period: 1200,
      token_explicit_max_ttl: 5,
      explicit_max_ttl: 5,
    });
  });
});

describe("stored token fields", () => {
  it("come back from storage as they went in, whatever was written", () => {
    const stored = z.object(storedTokenShape);
    const bodies = fc.record(
      {
        token_ttl: fc.nat(1000),
        token_max_ttl: fc.integer({ min: 1000, max: 2000 }),
        policies: fc.array(fc.string()),
        token_policies: fc.array(fc.string()),
        period: fc.nat(),
        token_type: fc.constantFrom("default", "service", "default-service"),
        bound_cidrs: fc.array(fc.ipV4()),
        token_bound_cidrs: fc.array(fc.ipV6()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(bodies, bodies, (first, second) => {
        const fields = write(second, write(first));
        expect(stored.parse(JSON.parse(JSON.stringify(fields)))).toEqual(fields);
      }),
      { numRuns: 200 },
    );
  });

  it("become the parameters of a token", () => {
    expect(tokenParams(write({ token_ttl: 60, token_period: 30, token_policies: "a", token_num_uses: 2 }))).toEqual({
      policies: ["a"],
      noDefaultPolicy: false,
      ttl: 60,
      maxTtl: 0,
      explicitMaxTtl: 0,
      period: 30,
      numUses: 2,
      boundCidrs: [],
      type: "default",
    });
  });

  it("refuse a period beyond the mount in Go's words", () => {
    expect(() => checkPeriod(write({ period: "100000h" }), seconds(2764800))).toThrow(
      'period of "100000h0m0s" is greater than the backend\'s maximum lease TTL of "768h0m0s"',
    );
  });
});

describe("the source address of a login", () => {
  const bound = write({ token_bound_cidrs: ["192.0.2.0/24", "2001:db8::/32"] });

  it.each(["192.0.2.77", "::ffff:192.0.2.77", "2001:db8:1::5"])("%s is inside", (address) => {
    expect(() => checkSourceAddress(bound, address)).not.toThrow();
  });

  it.each(["192.0.3.1", "2001:db9::1", "", "unknown", "192.0.2.1.evil.example"])(
    "%j is outside and gets 403",
    (address) => {
      expect(() => checkSourceAddress(bound, address)).toThrow(
        expect.objectContaining({ code: "permission_denied", wire: "permission denied" }),
      );
    },
  );

  it("does not matter when no addresses are bound", () => {
    expect(() => checkSourceAddress(emptyTokenFields, "")).not.toThrow();
  });
});
