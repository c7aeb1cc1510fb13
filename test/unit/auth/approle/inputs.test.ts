import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isRange, liesWithin } from "../../../../src/auth/approle/addresses.ts";
import { parseMetadata } from "../../../../src/auth/approle/metadata.ts";
import { inCidrs } from "../../../../src/std/cidr.ts";

const address = fc.ipV4();
const bits = fc.integer({ min: 0, max: 32 });

describe("ranges of a secret id", () => {
  it("are inside their role's exactly when each of their addresses is", () => {
    fc.assert(
      fc.property(address, bits, address, bits, (inner, long, outer, short) => {
        const within = liesWithin([`${inner}/${long}`], [`${outer}/${short}`]);
        expect(within).toBe(long >= short && inCidrs(inner, [`${outer}/${short}`]));
      }),
    );
  });

  it.each([
    [["2001:db8:1::/48"], ["2001:db8::/32"], true],
    [["2001:db9::/32"], ["2001:db8::/32"], false],
    [["192.0.2.0/24"], ["::/0"], false],
    [["192.0.2.1/32"], ["192.0.2.1"], true],
    [["192.0.2.0/24", "198.51.100.0/24"], ["192.0.2.0/24"], false],
    [["192.0.2.0/25", "192.0.2.128/25"], ["198.51.100.0/24", "192.0.2.0/24"], true],
    [["bogus"], ["0.0.0.0/0"], false],
  ])("%j in %j: %s", (inner, outer, expected) => {
    expect(liesWithin(inner, outer)).toBe(expected);
  });

  it.each([
    ["192.0.2.0/24", true],
    ["192.0.2.1", false],
    ["192.0.2.0/33", false],
    ["::/0", true],
    ["", false],
  ])("%j is a range: %s", (text, expected) => {
    expect(isRange(text)).toBe(expected);
  });
});

describe("metadata of a secret id", () => {
  it.each([
    ["", {}],
    ['{"a":"b"}', { a: "b" }],
    ["a=b, c = d=e", { a: "b", c: "d=e" }],
    [Buffer.from('{"a":"b"}').toString("base64"), { a: "b" }],
    [Buffer.from("a=b").toString("base64"), { a: "b" }],
  ])("is read from %j", (text, expected) => {
    expect(parseMetadata(text)).toEqual(expected);
  });

  it.each(["novalue", "a=", "=b", '{"a":1}', '{"a":{"b":"c"}}', '["a"]', "a=b,c"])("is not read from %j", (text) => {
    expect(() => parseMetadata(text)).toThrow("failed to parse metadata");
  });
});
