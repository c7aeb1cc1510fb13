import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { allowsCommonName, allowsName, type NameRole } from "../../../../../src/engines/pki/issuing/name-rules.ts";
import { NEW_ROLE } from "../../../../../src/engines/pki/issuing/role.ts";
import { naiveAllows } from "./naive-names.ts";

const role = (given: Partial<NameRole> = {}): NameRole => ({
  ...NEW_ROLE,
  cn_validations: ["email", "hostname"],
  ...given,
});
const SUB = role({ allow_subdomains: true, allow_bare_domains: true });
const ANY = role({ allow_any_name: true });
const DOMAINS = ["example.com"];

describe("a role with a domain, its subdomains and wildcards", () => {
  it.each([
    "example.com",
    "EXAMPLE.com",
    "a.example.com",
    "A.example.com",
    "a.b.example.com",
    "*.example.com",
    "*.a.example.com",
    "b*z.example.com",
    "bücher.example.com",
    "xn--bcher-kva.example.com",
    "x@example.com",
    "x@a.example.com",
    "x@EXAMPLE.COM",
    "localhost",
    "a.localhost",
    "x@localhost",
  ])("allows %j", (name) => {
    expect(allowsName(name, SUB, DOMAINS)).toBe(true);
  });

  it.each([
    ["another domain", "example.org"],
    ["one that ends alike", "aexample.com"],
    ["one in front of it", "example.com.evil.org"],
    ["case below the domain, which is compared as it is written", "a.Example.com"],
    ["a dot at the end", "a.example.com."],
    ["a dot at the end of the domain", "example.com."],
    ["an empty label", "a..example.com"],
    ["a dot in front", ".example.com"],
    ["a letter of another script", "ex\u0430mple.com"],
    ["full-width letters", "\uFF45xample.com"],
    ["full-width letters below it", "\uFF41.example.com"],
    ["a dot of another script", "evil\u3002example.com"],
    ["a sign that is left out", "a.exam\u00ADple.com"],
    ["a space that joins nothing", "a.exam\u200Bple.com"],
    ["a zero byte", "a.example.com\u0000.evil.org"],
    ["a zero byte in front", "evil.org\u0000.example.com"],
    ["a line break", "evil.org\n.example.com"],
    ["white space at the end", "a.example.com "],
    ["white space in front", " a.example.com"],
    ["an underscore", "a_b.example.com"],
    ["a hyphen in front", "-a.example.com"],
    ["a URL", "http://a.example.com"],
    ["a port", "a.example.com:443"],
    ["a path", "evil.org/.example.com"],
    ["an IPv4 address", "10.0.0.1"],
    ["an IPv6 address", "::1"],
    ["a wildcard in the middle", "a.*.example.com"],
    ["two wildcards", "*.*.example.com"],
    ["two wildcards in a label", "**.example.com"],
    ["a wildcard alone", "*"],
    ["a wildcard of another domain", "*.example.org"],
    ["a wildcard one label too high", "*.com"],
    ["a wildcard in an e-mail address", "x@*.example.com"],
    ["a wildcard in a label beyond ASCII", "*ü.example.com"],
    ["two at signs", "x@example.com@evil.org"],
    ["an at sign and another domain", "example.com@evil.org"],
    ["an A-label that stands for ASCII", "xn--example-.example.com"],
    ["an A-label that cannot be read", "xn--zzzzzz999999.example.com"],
    ["an A-label for a control character", "xn--a.example.com"],
    ["an A-label of letters that no name has", "xn--BCHER-2pa.example.com"],
    ["a hyphen in front of a letter beyond ASCII", "-é.example.com"],
    ["the A-label of such", "xn----eha.example.com"],
    ["hyphens where A-labels have them", "ab--é.example.com"],
    ["a label that is too long", `${"a".repeat(64)}.example.com`],
    ["a name that is too long", `${"a.".repeat(125)}example.com`],
    ["localhost in other letters", "LOCALHOST"],
    ["nothing", ""],
  ])("refuses %s: %j", (_, name) => {
    expect(allowsName(name, SUB, DOMAINS)).toBe(false);
  });
});

describe("a role", () => {
  it("allows nothing when no flag allows it", () => {
    const none = role({ allow_localhost: false });
    for (const name of ["example.com", "a.example.com", "*.example.com", "localhost", "x@example.com"]) {
      expect(allowsName(name, none, DOMAINS)).toBe(false);
    }
  });

  it("does not take a Kelvin sign for a k, nor another letter that folds", () => {
    const bare = role({ allow_bare_domains: true });
    expect(allowsName("kite.test", bare, ["KITE.test"])).toBe(true);
    for (const name of ["\u212Aite.test", "\uFF2Bite.test", "k\u0131te.test"]) {
      expect(allowsName(name, bare, ["kite.test"])).toBe(false);
      expect(allowsName(name, { ...bare, enforce_hostnames: false }, ["kite.test"])).toBe(false);
    }
  });

  it("takes no wildcard where they are forbidden, whatever else it allows", () => {
    const plain = { allow_wildcard_certificates: false };
    expect(allowsName("*.example.com", role({ ...plain, allow_any_name: true }), [])).toBe(false);
    expect(allowsName("*.example.com", role({ ...plain, allow_subdomains: true }), DOMAINS)).toBe(false);
    expect(allowsName("a*b", role({ ...plain, allow_any_name: true, enforce_hostnames: false }), [])).toBe(false);
  });

  it("reads a star in a domain as a pattern only where it says so", () => {
    const glob = role({ allow_glob_domains: true });
    expect(allowsName("web-1.example.com", glob, ["web-*.example.com"])).toBe(true);
    expect(allowsName("db-1.example.com", glob, ["web-*.example.com"])).toBe(false);
    expect(allowsName("web-1.example.com", SUB, ["web-*.example.com"])).toBe(false);
    expect(allowsName("example.com", glob, ["example.com"])).toBe(false);
  });

  it("takes an address for a host only if it may be in a certificate as an address", () => {
    expect(allowsName("10.0.0.1", ANY, [])).toBe(true);
    expect(allowsName("10.0.0.1", { ...ANY, allow_ip_sans: false }, [])).toBe(false);
    expect(allowsName("10.0.0.1.", { ...ANY, allow_ip_sans: false }, [])).toBe(false);
    const ranged = { ...ANY, allowed_ip_sans_cidr: ["10.0.0.0/8"] };
    expect(allowsName("10.0.0.1", ranged, [])).toBe(true);
    expect(allowsName("192.0.2.1", ranged, [])).toBe(false);
    expect(allowsName("x@192.0.2.1", ranged, [])).toBe(false);
  });

  it("takes text that is not a host only where host names are not enforced", () => {
    const free = { ...ANY, enforce_hostnames: false };
    expect(allowsName("not a host", ANY, [])).toBe(false);
    expect(allowsName("not a host", free, [])).toBe(true);
    expect(allowsName("not\u0007a host", free, [])).toBe(false);
  });

  it("takes a common name for what its validations say", () => {
    const emails = { ...ANY, cn_validations: ["email"] };
    const hosts = { ...ANY, cn_validations: ["hostname"] };
    const texts = role({ cn_validations: ["disabled"] });
    expect([emails, hosts].map((one) => allowsCommonName("x@example.com", one, []))).toEqual([true, false]);
    expect([emails, hosts].map((one) => allowsCommonName("a.example.com", one, []))).toEqual([false, true]);
    expect(allowsCommonName("Anything Here", texts, [])).toBe(true);
    expect(allowsCommonName("Anything\u0000Here", texts, [])).toBe(false);
  });
});

describe("names outside a role in every disguise", () => {
  const domain = fc.constantFrom("example.com", "a.example.com", "local", "*.example.com", "w*.example.com", "*", "");
  const piece = fc.oneof(
    fc.constantFrom(
      "example.com",
      ".example.com",
      "EXAMPLE.com",
      "localhost",
      ".localdomain",
      "10.0.0.1",
      "*",
      "*.",
      "@",
    ),
    fc.constantFrom("a", "b-", "-", "_", " ", ".", "..", "\u0000", "\n", "/", ":", "evil.org", "w1", "com", "example"),
    fc.string({ unit: fc.constantFrom(..."abzAZ09-.*@_ "), maxLength: 6 }),
  );
  const name = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(""));
  const flags = fc.record({
    bare: fc.boolean(),
    sub: fc.boolean(),
    glob: fc.boolean(),
    wildcards: fc.boolean(),
    any: fc.boolean(),
    hosts: fc.boolean(),
    localhost: fc.boolean(),
    addresses: fc.boolean(),
  });

  it("are refused exactly as a second, naive reading of the rules refuses them", () => {
    fc.assert(
      fc.property(fc.array(domain, { maxLength: 3 }), flags, name, (domains, given, text) => {
        const judged: NameRole = role({
          allow_bare_domains: given.bare,
          allow_subdomains: given.sub,
          allow_glob_domains: given.glob,
          allow_wildcard_certificates: given.wildcards,
          allow_any_name: given.any,
          enforce_hostnames: given.hosts,
          allow_localhost: given.localhost,
          allow_ip_sans: given.addresses,
        });
        expect(allowsName(text, judged, domains)).toBe(naiveAllows(text, { domains, ...given }));
      }),
      { numRuns: 4000 },
    );
  });
});
