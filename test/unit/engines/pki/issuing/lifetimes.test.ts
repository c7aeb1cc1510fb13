import { describe, expect, it } from "@jest/globals";
import { type LifetimeInput, lifetimeOf } from "../../../../../src/engines/pki/issuing/lifetimes.ts";
import { NEW_ROLE, type Role } from "../../../../../src/engines/pki/issuing/role.ts";
import type { SigningIssuer, StoredIssuer } from "../../../../../src/engines/pki/model.ts";
import { type Accessor, as, type MountId, type MountPath } from "../../../../../src/std/brand.ts";
import { seconds } from "../../../../../src/std/time.ts";

const NOW = Date.UTC(2030, 0, 1);
const HOUR = 3600;

const mount = {
  id: as<MountId>("pki:1"),
  path: as<MountPath>("pki/"),
  type: "pki",
  accessor: as<Accessor>("pki_1"),
  options: {},
  defaultTtl: seconds(10 * HOUR),
  maxTtl: seconds(20 * HOUR),
};
const cx = { mount, clock: { now: () => NOW + 123 } };

/** An issuer that ends after so many hours. */
const issuer = (hours: number, outlives: StoredIssuer["outlives"] = "err") =>
  ({ stored: { outlives }, certificate: { notAfter: NOW + hours * HOUR * 1000 } }) as unknown as SigningIssuer;

/** Begin and end in seconds from now. */
const spanOf = (input: LifetimeInput, role: Partial<Role> = {}, from = issuer(1000)) => {
  const { notBefore, notAfter, warnings } = lifetimeOf(input, { ...NEW_ROLE, ...role }, from, cx);
  return [(notBefore - NOW) / 1000, (notAfter - NOW) / 1000, ...warnings];
};
const refused = (input: LifetimeInput, role: Partial<Role> = {}, from = issuer(1000)) => {
  expect(() => spanOf(input, role, from)).toThrow();
  try {
    spanOf(input, role, from);
    return "";
  } catch (cause) {
    return cause instanceof Error ? cause.message : "";
  }
};

describe("how long a certificate lasts", () => {
  it("is what is asked for, else the role's, else the mount's, at most the role's or the mount's maximum", () => {
    expect(spanOf({ ttl: 60 })).toEqual([-30, 60]);
    expect(spanOf({})).toEqual([-30, 10 * HOUR]);
    expect(spanOf({}, { ttl: 2 * HOUR })).toEqual([-30, 2 * HOUR]);
    const cut = (long: string, short: string) =>
      `TTL "${long}" is longer than permitted maxTTL "${short}", so maxTTL is being used`;
    expect(spanOf({ ttl: 30 * HOUR })).toEqual([-30, 20 * HOUR, cut("30h0m0s", "20h0m0s")]);
    expect(spanOf({ ttl: 30 * HOUR }, { max_ttl: 25 * HOUR })).toEqual([-30, 25 * HOUR, cut("30h0m0s", "25h0m0s")]);
    expect(spanOf({}, { max_ttl: HOUR })).toEqual([-30, HOUR, cut("10h0m0s", "1h0m0s")]);
  });

  it("ends at the time that role or request name", () => {
    expect(spanOf({ not_after: "2030-01-01T02:00:00+01:00" })).toEqual([-30, HOUR]);
    expect(spanOf({ not_after: "2030-01-01T05:00:00Z" }, { not_after: "2030-01-01T01:00:00Z" })).toEqual([-30, HOUR]);
    expect(spanOf({ not_after: "" })).toEqual([-30, 10 * HOUR]);
    expect(refused({ ttl: 60, not_after: "2030-01-01T01:00:00Z" })).toContain("Both should not be provided");
    expect(refused({ ttl: 60 }, { not_after: "2030-01-01T01:00:00Z" })).toContain("Both should not be provided");
  });

  it("ends within the bound of the role", () => {
    const not_after = "2030-01-01T05:00:00Z";
    expect(refused({ not_after }, { not_after_bound: "forbid" })).toBe(
      "not_after_bound is set to forbid. not_after cannot be provided.",
    );
    expect(refused({ not_after }, { not_after_bound: "ttl-limited", ttl: HOUR })).toBe(
      "not_after_bound is set to ttl-limited. Cannot satisfy request as that would result in notAfter of 2030-01-01T05:00:00Z that is beyond the TTL of 1h0m0s",
    );
    expect(spanOf({ not_after }, { not_after_bound: "ttl-limited", ttl: 6 * HOUR })).toEqual([-30, 5 * HOUR]);
    const bound = { not_after_bound: "2030-01-01T04:00:00Z" };
    expect(refused({ not_after }, bound)).toContain("beyond the maximum timestamp of 2030-01-01T04:00:00Z");
    expect(refused({ ttl: 5 * HOUR }, bound)).toContain("beyond the maximum timestamp");
    expect(spanOf({ ttl: 3 * HOUR }, bound)).toEqual([-30, 3 * HOUR]);
  });

  it("begins back by the role's measure, or when role or request say, within the bound", () => {
    const not_before = "2029-12-31T23:50:00Z";
    expect(spanOf({ ttl: 60 }, { not_before_duration: HOUR })).toEqual([-HOUR, 60]);
    expect(spanOf({ ttl: 60 }, { not_before_duration: 0 })).toEqual([-30, 60]);
    expect(spanOf({ ttl: 60, not_before })).toEqual([-600, 60]);
    expect(spanOf({ ttl: 60, not_before }, { not_before: "2030-01-01T00:00:05Z" })).toEqual([5, 60]);
    expect(refused({ ttl: 60, not_before }, { not_before_bound: "forbid" })).toContain("not_before cannot be provided");
    expect(spanOf({ ttl: 60, not_before }, { not_before_bound: "duration", not_before_duration: HOUR })).toEqual([
      -600, 60,
    ]);
    expect(refused({ ttl: 60, not_before }, { not_before_bound: "duration" })).toContain(
      "older than the allowed not_before_duration of 30s",
    );
  });

  it("goes past the end of the issuer only where that is permitted", () => {
    const ask = { ttl: 5 * HOUR };
    for (const outlives of ["err", "always_enforce_err"] as const) {
      expect(refused(ask, {}, issuer(2, outlives))).toBe(
        "cannot satisfy request, as TTL would result in notAfter of 2030-01-01T05:00:00.123Z that is beyond the expiration of the CA certificate at 2030-01-01T02:00:00Z",
      );
    }
    expect(spanOf(ask, {}, issuer(2, "truncate"))).toEqual([-30, 2 * HOUR]);
    expect(spanOf(ask, {}, issuer(2, "permit"))).toEqual([-30, 5 * HOUR]);
    expect(refused({ not_after: "2029-12-31T00:00:00Z" }, {}, issuer(-48, "truncate"))).toBe(
      "cannot satisfy request, as NotAfter date 2029-12-31T00:00:00Z is in the past",
    );
  });

  it("is not nothing, nor less, nor before certificates can say when", () => {
    const text = (how: string) =>
      new RegExp(`The certificate's Not Before \\(.+\\) is ${how} the certificate's Not After`);
    expect(refused({ ttl: 60, not_before: "2030-01-02T00:00:00Z" })).toMatch(text("later than"));
    expect(refused({ ttl: 60, not_before: "2030-01-01T00:01:00.9Z" })).toMatch(text("equal to"));
    expect(refused({ not_after: "2020-01-01T00:00:00Z" })).toMatch(text("later than"));
    expect(refused({}, { not_before_duration: 9_000_000_000 })).toBe(
      "a certificate cannot begin before 1950-01-01T00:00:00Z",
    );
  });

  it.each([
    "tomorrow",
    "2030-02-30T00:00:00Z",
    "2030-01-01",
    "2030-01-01T00:00:00",
    "1900-01-01T00:00:00Z",
    "2030-01-01T24:00:00Z",
  ])("is not read out of %j", (text) => {
    expect(refused({ not_after: text })).not.toBe("");
    expect(refused({ not_before: text })).not.toBe("");
  });
});
