import { X509Certificate } from "node:crypto";
import { expect, it } from "@jest/globals";
import { makeServer } from "../../../../support/make-server.ts";
import { type Reading, readByOthers, type Signed, withOutsideReaders } from "../../../../support/outside-readers.ts";
import { patience } from "../../../../support/runs.ts";
import { naiveAllows } from "./naive-names.ts";
import { csrOf, type Fields, good, mountPki } from "./support/mount.ts";

/**
 * Certificates of roles with many options, over roots of every kind, and what OpenSSL, Go and zlint say of them: that
 * they are sound, and in Go's reading within their roles.
 */

/** What a role asks for and zlint objects to: Vault's usual key usages, which are those of RSA, on keys of curves. */
const ASKED_FOR: readonly RegExp[] = [/^zlint: e_ecdsa_allowed_ku .*KeyUsageKeyEncipherment$/];

const ROLES: Readonly<Record<string, Fields>> = {
  plain: { allowed_domains: "example.com", allow_subdomains: true, allow_bare_domains: true, key_type: "any" },
  full: {
    allow_any_name: true,
    key_type: "any",
    allowed_uri_sans: "*",
    allowed_other_sans: "*",
    allowed_serial_numbers: "*",
    allowed_user_ids: "*",
    organization: "Örg,Second",
    ou: "Unit",
    country: "NO",
    locality: "Oslo",
    province: "Viken",
    street_address: "Gata 1",
    postal_code: "0001",
    key_usage: "DigitalSignature,KeyAgreement",
    ext_key_usage_oids: "1.2.3.4",
    code_signing_flag: true,
    email_protection_flag: true,
    policy_identifiers:
      '[{"oid":"1.2.3.4","cps":"https://cps.example.com","notice":"Lies mich: ü"},{"oid":"2.5.29.32.0"}]',
    basic_constraints_valid_for_non_ca: true,
    use_pss: true,
    signature_bits: 0,
  },
  nameless: { allow_any_name: true, require_cn: false, key_type: "any" },
};

const NAMES: readonly (readonly [role: string, body: Fields])[] = [
  [
    "plain",
    {
      common_name: "a.example.com",
      alt_names: "b.example.com,*.c.example.com,x@example.com",
      ip_sans: "10.0.0.1,2001:db8::1",
    },
  ],
  ["plain", { common_name: "bücher.example.com" }],
  [
    "full",
    {
      common_name: "a.test",
      alt_names: "bob@bücher.test",
      uri_sans: "spiffe://cluster.test/ns/web,urn:x:y",
      other_sans: "1.3.6.1.4.1.311.20.2.3;utf8:bøb@a.test",
      serial_number: "S-1",
      user_ids: "bob,åse",
    },
  ],
  ["nameless", { alt_names: "a.test" }],
];

const problemsOf = (readings: readonly Reading[]): readonly string[] =>
  readings.flatMap(({ problems }) => problems).filter((problem) => !ASKED_FOR.some((asked) => asked.test(problem)));

withOutsideReaders("certificates under roles", () => {
  it(
    "are sound to OpenSSL, Go and zlint, and hold no name outside their role in Go's reading",
    async () => {
      const server = await makeServer();
      try {
        const pki = await mountPki(server);
        await pki.post("pki/config/urls", {
          issuing_certificates: "http://pki.example.com/ca",
          crl_distribution_points: "http://pki.example.com/crl",
          ocsp_servers: "http://pki.example.com/ocsp",
        });
        for (const [name, fields] of Object.entries(ROLES)) await pki.role(name, fields);
        const things: (Signed & { readonly role: string })[] = [];
        for (const key_type of ["ec", "rsa", "ed25519"]) {
          const root = { common_name: "Root", key_type, issuer_name: `r-${key_type}`, ttl: "8760h" };
          good(await pki.post("pki/root/generate/internal", root));
          for (const [role, body] of NAMES) {
            const issued = await pki.post(`pki/issuer/r-${key_type}/issue/${role}`, {
              ...body,
              ttl: "1h",
              key_type: "ec",
            });
            const names = [{ kind: "dns", value: "a.example.com" } as const];
            const csr = csrOf({ commonName: "a.example.com", names });
            const answers = [issued, await pki.post(`pki/issuer/r-${key_type}/sign/${role}`, { csr, ttl: "1h" })];
            for (const { data } of answers.map(good)) {
              const der = new X509Certificate(String(data["certificate"])).raw;
              things.push({
                kind: "certificate",
                der,
                issuer: new X509Certificate(String(data["issuing_ca"])).raw,
                role,
              });
            }
          }
        }
        const readings = await readByOthers(things);

        expect(problemsOf(readings)).toEqual([]);
        const outside = readings.flatMap(({ fields }, index) => {
          if (things[index]?.role !== "plain") return [];
          const names = [...((fields["dns"] ?? []) as string[]), ...((fields["emails"] ?? []) as string[])];
          const role = {
            domains: ["example.com"],
            bare: true,
            sub: true,
            glob: false,
            wildcards: true,
            any: false,
            hosts: true,
            localhost: true,
            addresses: true,
          };
          expect(names.length).toBeGreaterThan(0);
          return names.filter((name) => !naiveAllows(name, role));
        });
        expect(outside).toEqual([]);
      } finally {
        await server.dynamo.close();
      }
    },
    patience,
  );
});
