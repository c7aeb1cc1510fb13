import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { extensionsFor, subjectFor } from "../../../../../src/engines/pki/issuing/certificate-plan.ts";
import { type NameInput, namesFor } from "../../../../../src/engines/pki/issuing/requested-names.ts";
import { NEW_ROLE, type Role } from "../../../../../src/engines/pki/issuing/role.ts";
import type { SigningIssuer } from "../../../../../src/engines/pki/model.ts";
import { VaultError } from "../../../../../src/framework/index.ts";
import { inCidrs } from "../../../../../src/std/cidr.ts";
import { readCertificate } from "../../../../../src/x509/index.ts";
import { readRequest, signCertificate, signerFor } from "../../../../../src/x509/issuing/index.ts";
import type { AlternativeName } from "../../../../../src/x509/issuing/plans.ts";
import { runs } from "../../../../support/runs.ts";
import { naiveAllows } from "./naive-names.ts";
import { csrOf } from "./support/mount.ts";

/**
 * Whatever a role lets through, by fields or by a CSR, is signed and read again by OpenSSL (which Node's
 * `X509Certificate` is): each name that OpenSSL sees must be within the role, by a reading of the rules that shares no
 * code with the product.
 */

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const signer = signerFor(privateKey);
const name = [[{ type: "2.5.4.3", value: "Root" }]];
const plan = { serial: Uint8Array.of(1), issuer: name, notBefore: 0, notAfter: 4e12, publicKey };
const root = readCertificate(signCertificate({ ...plan, subject: name, extensions: [] }, signer));
const urls = { issuing: [], crl: [], deltaCrl: [], ocsp: [], templating: false };
const issuer: SigningIssuer = {
  stored: {
    id: "",
    certificate: "",
    manualChain: [],
    usage: [],
    outlives: "err",
    revocationSignature: "",
    urls,
    revoked: 0,
  },
  name: "",
  keyId: "",
  certificate: root,
  signer,
  chain: [],
  urls,
};

const DOMAINS = ["example.com", "w*.b.example.com"];
const RANGES = ["10.0.0.0/8", "2001:db8::/32"];
const URIS = ["spiffe://example/*", "urn:exact"];

const ROLES = fc.record({
  allow_bare_domains: fc.boolean(),
  allow_subdomains: fc.boolean(),
  allow_glob_domains: fc.boolean(),
  allow_wildcard_certificates: fc.boolean(),
  allow_any_name: fc.constant(false),
  enforce_hostnames: fc.boolean(),
  allow_localhost: fc.boolean(),
  use_csr_sans: fc.boolean(),
  use_csr_common_name: fc.boolean(),
});

const hosts = fc.oneof(
  fc.constantFrom(
    "a.example.com",
    "example.com",
    "EXAMPLE.com",
    "*.example.com",
    "web.b.example.com",
    "localhost",
    "bücher.example.com",
    "xn--bcher-kva.example.com",
    "x@example.com",
    "x@bücher.example.com",
  ),
  fc.constantFrom(
    "evil.test",
    "a.example.com.",
    "a.example.com\u0000.evil.test",
    "a.example.com,evil.test",
    "DNS:evil.test, DNS:a.example.com",
    "evil.test\n.example.com",
    "*.*.example.com",
    "10.0.0.1",
    "192.0.2.1",
    "\uFF41.example.com",
    "evil\u3002example.com",
    "xn--example-.example.com",
    "x@evil.test@example.com",
    "evil.test .example.com",
    "",
  ),
  fc.string({ unit: fc.constantFrom(..."ab.*@-_ ,:Zé"), maxLength: 12 }).map((text) => `${text}.example.com`),
);
const addresses = fc.constantFrom("10.0.0.1", "192.0.2.1", "::ffff:10.0.0.2", "2001:db8::1", "2001:db9::1", "::1");
const uris = fc.constantFrom(
  "spiffe://example/a",
  "spiffe://evil/a",
  "urn:exact",
  "urn:exactly",
  "spiffe://example/\u00e9",
);

const INPUTS = fc.record(
  {
    common_name: hosts,
    alt_names: fc.array(hosts, { maxLength: 3 }).map((all) => all.join(",")),
    ip_sans: fc.array(addresses, { maxLength: 2 }),
    uri_sans: fc.array(uris, { maxLength: 2 }),
    exclude_cn_from_sans: fc.boolean(),
  },
  { requiredKeys: [] },
);

const isAscii = (text: string): boolean => [...text].every((char) => char >= " " && char <= "~");
const asked = fc.oneof(
  hosts
    .filter((text) => isAscii(text))
    .map((value): AlternativeName => ({ kind: value.includes("@") ? "email" : "dns", value })),
  addresses.map((value): AlternativeName => ({ kind: "ip", value })),
  uris.filter((text) => isAscii(text)).map((value): AlternativeName => ({ kind: "uri", value })),
);
const REQUESTS = fc.option(fc.record({ commonName: hosts, names: fc.array(asked, { maxLength: 3 }) }), {
  nil: undefined,
});

/** The names of a certificate by kind, as OpenSSL prints them. */
const namesIn = (certificate: X509Certificate): readonly (readonly [kind: string, value: string])[] =>
  (certificate.subjectAltName ?? "")
    .split(", ")
    .filter((text) => text !== "")
    .map((text) => [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)]);

const isWithin = ([kind, value]: readonly [string, string], role: Role): boolean => {
  switch (kind) {
    case "DNS":
    case "email":
      return naiveAllows(value, {
        domains: DOMAINS,
        bare: role.allow_bare_domains,
        sub: role.allow_subdomains,
        glob: role.allow_glob_domains,
        wildcards: role.allow_wildcard_certificates,
        any: false,
        hosts: role.enforce_hostnames,
        localhost: role.allow_localhost,
        addresses: true,
      });
    case "IP Address":
      return inCidrs(value, RANGES);
    case "URI":
      return value.startsWith("spiffe://example/") || value === "urn:exact";
    default:
      return false;
  }
};

const made = (
  role: Role,
  input: NameInput,
  request: { readonly commonName: string; readonly names: readonly AlternativeName[] } | undefined,
) => {
  try {
    const csr = request && readRequest(csrOf(request));
    const names = namesFor(input, role, { domains: role.allowed_domains, uris: role.allowed_uri_sans }, csr);
    const subject = subjectFor(role, names);
    const extensions = extensionsFor({ role, issuer, publicKey, names, subject });
    return new X509Certificate(signCertificate({ ...plan, subject, extensions }, signer));
  } catch (cause) {
    if (cause instanceof VaultError && cause.code === "invalid_request") return undefined;
    if (cause instanceof Error && cause.name === "Unreadable") return undefined;
    throw cause;
  }
};

describe("a certificate that a role lets through", () => {
  it("holds no name outside the role when OpenSSL reads it", () => {
    const seen = { certificates: 0, names: 0 };
    fc.assert(
      fc.property(ROLES, INPUTS, REQUESTS, (flags, input, request) => {
        const role: Role = {
          ...NEW_ROLE,
          ...flags,
          cn_validations: ["email", "hostname"],
          require_cn: false,
          allowed_domains: DOMAINS,
          allowed_ip_sans_cidr: RANGES,
          allowed_uri_sans: URIS,
        };
        const certificate = made(role, input, request);
        if (!certificate) return;
        const names = namesIn(certificate);
        seen.certificates += 1;
        seen.names += names.length;
        expect(names.filter((one) => !isWithin(one, role))).toEqual([]);
        const commonName = /^CN=(.*)$/m.exec(certificate.subject)?.[1];
        if (commonName === undefined) return;
        // Letters that have an A-label of their own count as letters.
        const ascii = commonName.replaceAll(/[üé]/g, "b");
        expect(isWithin([commonName.includes("@") ? "email" : "DNS", ascii], role)).toBe(true);
      }),
      { numRuns: runs(2000, 100_000) },
    );
    expect(seen.certificates).toBeGreaterThan(30);
    expect(seen.names).toBeGreaterThan(30);
  });
});
