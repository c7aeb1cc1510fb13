import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { CONSTRAINTS, type Constraints, type Judged, unmet } from "../../../../src/auth/cert/constraints.ts";
import { derText } from "../../../support/certificates.ts";

/** V11 over generated certificates and roles: what violates one constraint alone is refused for that one. */

const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "."), minLength: 1, maxLength: 8 });
const words = fc.array(word, { minLength: 1, maxLength: 3 });

const certificates: fc.Arbitrary<Judged> = fc
  .record({
    commonName: word,
    organizations: words,
    organizationalUnits: words,
    dns: words,
    emails: words,
    uris: words,
  })
  .map(({ commonName, organizations, organizationalUnits, dns, emails, uris }) => ({
    subject: { commonName, organizations, organizationalUnits },
    alternative: { dns, emails, uris, addresses: [], others: false },
    extensions: new Map([["1.2.3", new Uint8Array(derText("gold")).buffer]]),
  }));

type Name = keyof Constraints;
const NAMES: readonly Name[] = [...CONSTRAINTS, "required_extensions"];

/** A pattern that matches a text: some of it replaced by a star. */
const patternOf = (text: string, from: number, to: number): string => {
  const [start, end] = [Math.min(from, to), Math.max(from, to)].map((at) => at % (text.length + 1)) as [number, number];
  return start <= end ? `${text.slice(0, start)}*${text.slice(end)}` : `${text.slice(0, end)}*${text.slice(start)}`;
};

const fits = ({ subject, alternative }: Judged, from: number, to: number): Constraints => {
  const one = (text = "") => ["nothing like it!", patternOf(text, from, to)];
  return {
    allowed_names: one(alternative.dns[0]),
    allowed_common_names: one(subject.commonName),
    allowed_dns_sans: one(alternative.dns.at(-1)),
    allowed_email_sans: one(alternative.emails[0]),
    allowed_uri_sans: one(alternative.uris[0]),
    allowed_organizational_units: one(subject.organizationalUnits.at(-1)),
    allowed_organizations: one(subject.organizations[0]),
    required_extensions: ["1.2.3:g*d", "hex:1.2.3:0c04*"],
  };
};

describe("V11 the constraints of a role", () => {
  const cases = fc.tuple(certificates, fc.nat(20), fc.nat(20), fc.constantFrom(...NAMES));

  it("are met by what they were made from, and all but one violated are refused for that one", () => {
    fc.assert(
      fc.property(cases, ([certificate, from, to, name]) => {
        const role = fits(certificate, from, to);
        expect(unmet(role, certificate)).toBeUndefined();
        const violated = name === "required_extensions" ? ["1.2.3:g*d", "1.2.4:*"] : ["x*", "*!", "A"];
        expect(unmet({ ...role, [name]: violated }, certificate)).toBe(name);
      }),
    );
  });

  it("that were never set, or set to nothing, ask for nothing", () => {
    fc.assert(
      fc.property(cases, ([certificate, from, to, name]) => {
        const role = fits(certificate, from, to);
        expect(unmet({ ...role, [name]: null }, certificate)).toBeUndefined();
        expect(unmet({ ...role, [name]: [] }, certificate)).toBeUndefined();
      }),
    );
  });

  it("are not met by a certificate without names", () => {
    const nameless: Judged = {
      subject: { commonName: "", organizations: [], organizationalUnits: [] },
      alternative: { dns: [], emails: [], uris: [], addresses: [], others: false },
      extensions: new Map(),
    };
    const nothing: Constraints = {
      allowed_names: null,
      allowed_common_names: null,
      allowed_dns_sans: null,
      allowed_email_sans: null,
      allowed_uri_sans: null,
      allowed_organizational_units: null,
      allowed_organizations: null,
      required_extensions: null,
    };
    for (const name of NAMES) expect(unmet({ ...nothing, [name]: ["a*", "1.2.3:*"] }, nameless)).toBe(name);
  });
});
