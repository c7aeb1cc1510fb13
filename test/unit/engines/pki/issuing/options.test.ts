import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { makeServer, type TestServer } from "../../../../support/make-server.ts";
import { patience, runs } from "../../../../support/runs.ts";
import { csrOf, type Fields, mountPki, type Pki } from "./support/mount.ts";

/**
 * V74: roles and requests of options that mean something to this engine, in combinations that nobody would think of. The
 * suite of all engines tries values by their type; these are values of the options themselves.
 */

let server: TestServer;
let pki: Pki;
beforeAll(async () => {
  server = await makeServer();
  pki = await mountPki(server, { issuer_name: "root" });
  for (const [name, fields] of [
    ["rsa", { key_type: "rsa" }],
    ["ed", { key_type: "ed25519" }],
    ["curve", { key_type: "ec", key_bits: 521 }],
  ] as const) {
    await pki.post("pki/root/generate/internal", { common_name: name, issuer_name: name, ttl: "8760h", ...fields });
  }
  for (const [issuer, leaf_not_after_behavior] of [
    ["ed", "truncate"],
    ["curve", "permit"],
  ]) {
    await pki.post(`pki/issuer/${issuer}`, { issuer_name: issuer, leaf_not_after_behavior });
  }
}, patience);
afterAll(() => server.dynamo.close());

/** A body of usual fields, of which some are others. */
const mostly = (usual: Fields, fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Fields> => {
  const seldom = Object.entries(fields).map(
    ([name, values]) =>
      [name, fc.oneof({ weight: 6, arbitrary: fc.constant(usual[name]) }, { weight: 1, arbitrary: values })] as const,
  );
  return fc.record(Object.fromEntries(seldom)).map((given) => ({ ...usual, ...given }));
};

const flag = fc.constantFrom(true, false);
const TIMES = ["", "2030-01-01T01:00:00Z", "2031-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1950-01-01T00:00:00Z", "x"];
const DURATIONS = [0, 1, "1h", "87600h", 9_223_372_036];

/** RSA keys take long to make, so roles that make them are left to other suites; requests of RSA keys are signed. */
const ROLES = mostly(
  {
    key_type: "any",
    allow_any_name: true,
    allowed_uri_sans: "*",
    allowed_other_sans: "*",
    allowed_serial_numbers: "*",
    allowed_user_ids: "*",
  },
  {
    issuer_ref: fc.constantFrom("root", "rsa", "ed", "curve", "nobody", ""),
    ttl: fc.constantFrom(...DURATIONS),
    max_ttl: fc.constantFrom(...DURATIONS),
    not_before_duration: fc.constantFrom(...DURATIONS),
    not_before: fc.constantFrom(...TIMES),
    not_before_bound: fc.constantFrom("permit", "duration", "forbid"),
    not_after: fc.constantFrom(...TIMES),
    not_after_bound: fc.constantFrom("permit", "ttl-limited", "forbid", "2030-06-01T00:00:00Z"),
    allowed_domains: fc.constantFrom([], ["example.com"], ["*"], ["{{identity.entity.name}}"], ["{{"], ["a,b", ""]),
    allowed_domains_template: flag,
    allow_globs_in_identity_templates: flag,
    allow_bare_domains: flag,
    allow_subdomains: flag,
    allow_glob_domains: flag,
    allow_wildcard_certificates: flag,
    allow_any_name: flag,
    enforce_hostnames: flag,
    cn_validations: fc.constantFrom("email", "hostname", "email,hostname", "disabled", ""),
    require_cn: flag,
    allow_ip_sans: flag,
    allowed_ip_sans_cidr: fc.constantFrom("", "0.0.0.0/0", "::/0", "10.0.0.0/8,2001:db8::/32"),
    allowed_uri_sans: fc.constantFrom("", "*", "spiffe://*", "{{identity.entity.id}}"),
    allowed_uri_sans_template: flag,
    allowed_other_sans: fc.constantFrom("", "*", "1.2.3;utf8:*", "x;utf8:y"),
    allowed_serial_numbers: fc.constantFrom("", "*", "S-*"),
    serial_number_source: fc.constantFrom("json", "json-csr"),
    allowed_user_ids: fc.constantFrom("", "*", "bob"),
    use_csr_common_name: flag,
    use_csr_sans: flag,
    key_type: fc.constantFrom("ec", "ed25519", "any"),
    key_bits: fc.constantFrom(0, 224, 256, 384, 521),
    signature_bits: fc.constantFrom(0, 256, 384, 512, 7),
    use_pss: flag,
    key_usage: fc.constantFrom("", "CertSign,CRLSign", "nonsense", "EncipherOnly,DecipherOnly"),
    ext_key_usage: fc.constantFrom("", "Any", "OCSPSigning,TimeStamping", "nonsense"),
    ext_key_usage_oids: fc.constantFrom("", "1.2.3", "2.5.29.37.0", "2.999999999999999.1"),
    policy_identifiers: fc.constantFrom("", "1.2.3,1.2.3", '[{"oid":"1.2.3","cps":"http://x","notice":"ü"}]', "[]"),
    basic_constraints_valid_for_non_ca: flag,
    organization: fc.constantFrom("", "ü", "a,a", "x".repeat(500)),
    country: fc.constantFrom("", "NOR", "\u0000"),
    generate_lease: flag,
    no_store: flag,
    no_store_metadata: flag,
  },
);

const csrs = [
  csrOf({ commonName: "a.example.com", names: [{ kind: "dns", value: "b.example.com" }] }),
  csrOf({
    commonName: "x@example.com",
    key: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
    names: [
      { kind: "email", value: "x@example.com" },
      { kind: "ip", value: "2001:db8::1" },
      { kind: "uri", value: "spiffe://x/y" },
      { kind: "other", type: "1.2.3", value: "é" },
    ],
  }),
  csrOf({ key: generateKeyPairSync("ed25519").privateKey, subject: [[{ type: "2.5.4.5", value: "S-1" }]] }),
  "",
  "x",
];

const REQUESTS = mostly(
  { common_name: "a.example.com", csr: csrs[0], key_type: "ec" },
  {
    common_name: fc.constantFrom(
      "a.example.com",
      "",
      "*.example.com",
      "x@example.com",
      "10.0.0.1",
      "bücher.test",
      "a b",
      "\u0000",
    ),
    alt_names: fc.constantFrom("", "b.example.com,x@example.com", ",", "é@é", "a..b"),
    ip_sans: fc.constantFrom("", "10.0.0.1,2001:db8::1", "::ffff:10.0.0.1", "x"),
    uri_sans: fc.constantFrom("", "spiffe://x/y", "x", "urn:é"),
    other_sans: fc.constantFrom("", "1.2.3;utf8:é", "1.2.3;x:y", "*", "x;utf8:y"),
    serial_number: fc.constantFrom("", "S-1", "é", "\u0000"),
    user_ids: fc.constantFrom("", "bob", "é,é"),
    exclude_cn_from_sans: flag,
    ttl: fc.constantFrom(...DURATIONS),
    not_before: fc.constantFrom(...TIMES),
    not_after: fc.constantFrom(...TIMES),
    format: fc.constantFrom("pem", "der", "pem_bundle", "jpeg"),
    private_key_format: fc.constantFrom("", "der", "pkcs8", "x"),
    remove_roots_from_chain: flag,
    cert_metadata: fc.constantFrom("", "YQ==", "%"),
    issuer_ref: fc.constantFrom("", "root", "ed", "nobody"),
    role: fc.constantFrom("", "paired", "nobody"),
    key_type: fc.constantFrom("ec", "ed25519", "any", "", "des"),
    key_bits: fc.constantFrom(0, 224, 521, 7),
    csr: fc.constantFrom(...csrs),
    key_usage: fc.constantFrom("", "CertSign"),
    ext_key_usage_oids: fc.constantFrom("", "1.2.3", "x"),
    signature_bits: fc.constantFrom(0, 384, 7),
    use_pss: flag,
    basic_constraints_valid_for_non_ca: flag,
  },
);

const PATHS = [
  "pki/issue/paired",
  "pki/sign/paired",
  "pki/sign-verbatim",
  "pki/sign-verbatim/paired",
  "pki/issuer/ed/issue/paired",
  "pki/issuer/curve/sign/paired",
  "pki/issuer/rsa/sign-verbatim",
];

describe("V74: roles and requests in any combination of their options", () => {
  it(
    "are served or refused with a 4xx that says why",
    async () => {
      const wrong: string[] = [];
      const statuses: Record<string, number> = {};
      const ask = async (path: string, body: Fields): Promise<number> => {
        const { status, text } = await pki.post(path, body);
        const errors = status < 300 ? [] : JSON.parse(text).errors;
        if (status >= 500 || (status >= 300 && errors.length === 0))
          wrong.push(`${path} ${JSON.stringify(body)}: ${text}`);
        const kind = `${path.split("/").includes("roles") ? "role" : "request"} ${status}`;
        statuses[kind] = (statuses[kind] ?? 0) + 1;
        return status;
      };
      await fc.assert(
        fc.asyncProperty(
          ROLES,
          fc.array(REQUESTS, { minLength: 4, maxLength: 4 }),
          fc.nat(),
          async (role, requests, from) => {
            await ask("pki/roles/paired", role);
            for (const [index, request] of requests.entries())
              await ask(PATHS[(from + index) % PATHS.length] ?? "", request);
          },
        ),
        { numRuns: runs(60, 20_000) },
      );
      expect(wrong).toEqual([]);
      for (const kind of ["role 200", "request 200", "request 400"]) {
        expect([kind, (statuses[kind] ?? 0) > 10]).toEqual([kind, true]);
      }
    },
    patience,
  );
});
