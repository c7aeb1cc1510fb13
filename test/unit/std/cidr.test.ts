import { isIP } from "node:net";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { canonicalAddress, inCidrs, isCidr } from "../../../src/std/cidr.ts";
import { runs } from "../../support/runs.ts";

describe("an address", () => {
  it.each([
    ["10.1.2.3", "10.1.2.3"],
    ["::ffff:10.1.2.3", "10.1.2.3"],
    ["::FFFF:0a01:0203", "10.1.2.3"],
    ["0:0:0:0:0:ffff:ff00:0001", "255.0.0.1"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:0db8:0000:0001:0000:0000:0000:0001", "2001:db8:0:1::1"],
    ["::", "::"],
    ["::1", "::1"],
    ["::10.1.2.3", "::a01:203"],
  ])("%s is written as %s", (given, written) => {
    expect(canonicalAddress(given)).toBe(written);
  });

  it.each([
    "",
    "banana",
    "10.1.2",
    "10.1.2.3.4",
    "10.1.2.3/32",
    "010.1.2.3",
    "256.0.0.1",
    " 10.1.2.3",
    "fe80::1%eth0",
    "[::1]",
    "1::2::3",
  ])("%j is none", (given) => {
    expect(canonicalAddress(given)).toBeUndefined();
  });

  it("has one spelling, which is in the same ranges", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (given) => {
        const written = canonicalAddress(given) ?? "";
        expect(isIP(written)).not.toBe(0);
        expect(canonicalAddress(written)).toBe(written);
        expect(inCidrs(written, [`${written}/${isIP(written) === 4 ? 32 : 128}`])).toBe(true);
      }),
      { numRuns: runs(200, 20_000) },
    );
  });
});

describe("a range", () => {
  it.each(["10.0.0.0/8", "10.1.2.3/32", "0.0.0.0/0", "::/0", "2001:db8::/32"])("is %s", (text) => {
    expect(isCidr(text)).toBe(true);
  });
  it.each([
    "10.0.0.0",
    "::1",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/08",
    "/8",
    "",
    "10.0.0.0/8/8",
    "::/129",
    "fe80::1%a/64",
  ])("is not %j", (text) => {
    expect(isCidr(text)).toBe(false);
  });
});
