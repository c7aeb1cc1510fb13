import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../../support/make-server.ts";
import { type Fields, good, mountPki, type Pki, refusal } from "./support/mount.ts";

let server: TestServer;
let pki: Pki;
beforeAll(async () => {
  server = await makeServer();
  pki = await mountPki(server);
});
afterAll(() => server.dynamo.close());

const patch = (name: string, body: Fields) =>
  server.call("PATCH", `pki/roles/${name}`, { body, headers: { "content-type": "application/merge-patch+json" } });

describe("a role", () => {
  it("answers what it became: zeros with their meaning, ranges without host bits, policies as entries", async () => {
    const { data } = await pki.role("shown", {
      key_type: "rsa",
      allowed_ip_sans_cidr: "10.1.2.3/8,::ffff:192.0.2.1/120,2001:DB8:0:0::1/32",
      policy_identifiers: '[{"oid":"1.2.3","notice":"n","cps":"https://cps.test"},{"oid":"2.5.29.32.0"}]',
      cn_validations: "EMAIL",
    });

    expect(data).toMatchObject({
      key_bits: 2048,
      signature_bits: 256,
      allow_token_displayname: false,
      allowed_ip_sans_cidr: ["10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32"],
      policy_identifiers: ['{"oid":"1.2.3","cps":"https://cps.test","notice":"n"}', '{"oid":"2.5.29.32.0"}'],
      cn_validations: ["email"],
      serial_number_source: "json-csr",
      no_store_metadata: false,
    });
  });

  it("is patched field by field, under the rules of a write", async () => {
    await pki.role("patched", { allowed_domains: "a.test", max_ttl: "2h", generate_lease: true });
    expect(refusal(await patch("patched", { ttl: "3h" }))).toBe('400 "ttl" value must be less than "max_ttl" value');
    expect(refusal(await patch("patched", { key_type: "rsa", key_bits: 256 }))).toBe(
      "400 RSA keys < 2048 bits are unsafe and not supported: got 256",
    );
    const { data, body } = good(await patch("patched", { no_store: true, allowed_domains: [] }));
    expect(data).toMatchObject({ allowed_domains: [], max_ttl: 7200, no_store: true, generate_lease: false });
    expect(body["warnings"]).toEqual([
      "mutually exclusive values no_store=true and generate_lease=true were both specified; no_store=true takes priority",
    ]);
    expect(refusal(await patch("nobody", { ttl: "1h" }))).toBe("400 Unable to fetch role entry to patch");
  });

  it("tells that its leases burden the server, and that its issuer is not there", async () => {
    const { body } = await pki.role("told", { generate_lease: true, issuer_ref: "nobody" });
    expect(body["warnings"]).toEqual([
      "Issuing Certificate was set to nobody but no issuing certificate currently has that name",
      "it is encouraged to disable generate_lease and rely on PKI's native capabilities when possible; this option can cause instance-wide issues with large numbers of issued certificates",
    ]);
  });

  it("is listed a page at a time", async () => {
    for (const name of ["page-a", "page-b", "page-c"]) await pki.role(name);
    const { data } = await server.call("GET", "pki/roles?list=true&after=page-a&limit=1");
    expect(data["keys"]).toEqual(["page-b"]);
  });

  it("is deleted, and asked for again is unknown", async () => {
    await pki.role("gone", { allow_any_name: true });
    await server.call("DELETE", "pki/roles/gone");
    expect(refusal(await pki.issue("gone", { common_name: "a.test" }))).toBe("400 unknown role: gone");
  });

  it.each<[fields: Fields, text: RegExp]>([
    [{ key_type: "dsa" }, /^400 unknown key type dsa$/],
    [{ key_type: "rsa", key_bits: 2500 }, /^400 unsupported bit length for RSA key: 2500$/],
    [{ key_type: "ec", key_bits: 100 }, /^400 unsupported bit length for EC key: 100$/],
    [{ key_type: "any", key_bits: -1 }, /^400 unsupported bit length: -1$/],
    [{ key_type: "rsa", signature_bits: 100 }, /^400 unsupported hash signature algorithm: 100$/],
    [{ cn_validations: "email,email" }, /cn_validations value incorrect: `email` specified multiple times/],
    [{ cn_validations: "disabled,email" }, /cannot specify `disabled` along with `email` or `hostname`/],
    [{ cn_validations: "nonsense" }, /unknown type: `nonsense`/],
    [
      { ext_key_usage_oids: "nonsense" },
      /^400 "nonsense" could not be parsed as a valid oid for an extended key usage$/,
    ],
    [{ ext_key_usage_oids: "9.9" }, /could not be parsed as a valid oid/],
    [{ policy_identifiers: "nonsense" }, /policy identifier "nonsense" is neither a valid OID nor/],
    [{ policy_identifiers: [{ oid: "x" }] }, /is neither a valid OID nor/],
    [{ policy_identifiers: '[{"oid":"1.2.3","cps":"ä"}]' }, /the cps of policy 1\.2\.3 is not an ASCII text/],
    [{ policy_identifiers: 7 }, /is neither a valid OID nor/],
    [
      { allowed_other_sans: "nonsense" },
      /^400 error parsing allowed_other_sans: expected a semicolon in other SAN "nonsense"$/,
    ],
    [{ allowed_other_sans: "1.2.3;ia5:x" }, /only utf8 other SANs are supported/],
    [
      { allowed_ip_sans_cidr: "10.0.0.1" },
      /^400 error parsing allowed_ip_sans_cidr: invalid CIDR address: 10\.0\.0\.1$/,
    ],
    [{ not_after_bound: "x" }, /^400 Unknown value for field `not_after_bound`\./],
    [{ not_before_bound: "x" }, /^400 Unknown value for field `not_before_bound`\./],
    [{ serial_number_source: "x" }, /serial_number_source/],
    [{ ttl: "2h", max_ttl: "1h" }, /^400 "ttl" value must be less than "max_ttl" value$/],
    [{ ttl: "-1h" }, /cannot provide negative value/],
  ])("refuses %j", async (fields, text) => {
    expect(refusal(await pki.post("pki/roles/bad", { key_type: "ec", ...fields }))).toMatch(text);
    expect((await server.call("GET", "pki/roles/bad")).status).toBe(404);
  });
});
