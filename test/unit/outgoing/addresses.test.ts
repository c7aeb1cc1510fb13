import { isIPv6 } from "node:net";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type AddressKind, kindOf, plainAddress } from "../../../src/outgoing/addresses.ts";

const judged = (text: string): AddressKind | undefined => {
  const plain = plainAddress(text);
  return plain === undefined ? undefined : kindOf(plain);
};

describe("an address", () => {
  it.each<[string, AddressKind]>([
    ["127.0.0.1", "loopback"],
    ["127.255.255.254", "loopback"],
    ["::1", "loopback"],
    ["0:0:0:0:0:0:0:1", "loopback"],
    ["::ffff:127.0.0.1", "loopback"],
    ["::ffff:7f00:1", "loopback"],
    ["64:ff9b::7f00:1", "loopback"],
    ["169.254.169.254", "link-local"],
    ["169.254.170.2", "link-local"],
    ["::ffff:a9fe:a9fe", "link-local"],
    ["64:ff9b::169.254.169.254", "link-local"],
    ["100.100.100.200", "link-local"],
    ["fe80::1", "link-local"],
    ["febf::1", "link-local"],
    ["fd00:ec2::254", "link-local"],
    ["10.0.0.1", "private"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["100.64.0.1", "private"],
    ["fc00::1", "private"],
    ["fd12:3456::1", "private"],
    ["::ffff:10.0.0.1", "private"],
    ["0.0.0.0", "special"],
    ["::", "special"],
    ["224.0.0.1", "special"],
    ["255.255.255.255", "special"],
    ["ff02::1", "special"],
    ["2002:7f00:1::", "special"],
    ["2001:0:4136:e378::", "special"],
    ["::7f00:1", "special"],
    ["64:ff9b:1::7f00:1", "special"],
    ["fec0::1", "special"],
    ["172.32.0.1", "public"],
    ["8.8.8.8", "public"],
    ["::ffff:8.8.8.8", "public"],
    ["2606:4700::1111", "public"],
  ])("%s is %s", (text, kind) => {
    expect(judged(text)).toBe(kind);
  });

  it.each(["", "localhost", "127.1", "0177.0.0.1", "2130706433", "0x7f000001", "fe80::1%eth0", "1.2.3.4/32"])(
    "%p is not an address",
    (text) => {
      expect(plainAddress(text)).toBeUndefined();
    },
  );

  const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });

  it("is the same kind in every spelling of IPv6", () => {
    fc.assert(
      fc.property(groups, fc.boolean(), (numbers, upper) => {
        const long = numbers.map((n) => n.toString(16).padStart(4, "0")).join(":");
        const short = new URL(`http://[${long}]/`).hostname.slice(1, -1);
        const spelt = upper ? long.toUpperCase() : long;
        expect(isIPv6(short)).toBe(true);
        expect(judged(spelt)).toBe(judged(short));
      }),
    );
  });

  it("of IPv4 is the same kind inside IPv6, mapped or translated", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const kind = judged(address);
        for (const prefix of ["::ffff:", "64:ff9b::", "::FFFF:", "0:0:0:0:0:ffff:"])
          expect(judged(`${prefix}${address}`)).toBe(kind);
      }),
    );
  });
});
