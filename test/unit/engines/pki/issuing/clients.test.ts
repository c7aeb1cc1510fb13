import { createPrivateKey, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../../support/make-server.ts";
import { certificateOf, csrOf, good, mountPki, type Pki } from "./support/mount.ts";

/** Requests as clients send them, letter by letter, and what those clients do with the answer. */

let server: TestServer;
let pki: Pki;
beforeAll(async () => {
  server = await makeServer();
  pki = await mountPki(server);
  good(
    await pki
      .post("pki/intermediate/generate/internal", { common_name: "Intermediate", key_type: "ec" })
      .then(async (made) => {
        const { csr } = good(made).data;
        const signed = good(
          await pki.post("pki/root/sign-intermediate", { csr, common_name: "Intermediate", ttl: "4000h" }),
        );
        const imported = good(
          await pki.post("pki/intermediate/set-signed", { certificate: signed.data["certificate"] }),
        );
        const [issuer] = imported.data["imported_issuers"] as readonly string[];
        return pki.post("pki/config/issuers", { default: issuer });
      }),
  );
  await pki.role("web", {
    allowed_domains: "example.com",
    allow_subdomains: true,
    allowed_uri_sans: "spiffe://cluster/*",
    key_type: "any",
  });
});
afterAll(() => server.dynamo.close());

/** Sources: cert-manager `internal/vault/vault.go`, `Sign`; HashiCorp `sdk/helper/certutil`, `ParsePKIMap`. */
describe("cert-manager", () => {
  const request = {
    common_name: "",
    alt_names: "app.example.com,www.example.com",
    ip_sans: "10.0.0.1",
    uri_sans: "spiffe://cluster/ns/web",
    ttl: "2160h0m0s",
    exclude_cn_from_sans: "true",
  };

  it("has a request without a common name signed by a role that requires none", async () => {
    await pki.role("cm", {
      allowed_domains: "example.com",
      allow_subdomains: true,
      allowed_uri_sans: "*",
      key_type: "any",
      require_cn: false,
    });
    const csr = csrOf({
      names: [
        { kind: "dns", value: "app.example.com" },
        { kind: "dns", value: "www.example.com" },
        { kind: "ip", value: "10.0.0.1" },
        { kind: "uri", value: "spiffe://cluster/ns/web" },
      ],
    });
    const answer = good(
      await server.call("POST", "pki/sign/cm", { body: { ...request, csr }, headers: { "x-vault-request": "true" } }),
    );
    const certificate = certificateOf(answer);
    const { data, body } = answer;

    expect(certificate.subjectAltName).toBe(
      "DNS:app.example.com, DNS:www.example.com, IP Address:10.0.0.1, URI:spiffe://cluster/ns/web",
    );
    expect(body["warnings"]).toEqual([
      'the alt_names field was provided but the role is set with "use_csr_sans" set to true',
      'TTL "2160h0m0s" is longer than permitted maxTTL "768h0m0s", so maxTTL is being used',
    ]);
    // What it puts into the secret: the certificate with its chain, and the last certificate of the chain as the root.
    const chain = (data["ca_chain"] as readonly string[]).map((pem) => new X509Certificate(pem));
    expect(chain.map(({ subject }) => subject)).toEqual(["CN=Intermediate", "CN=Root"]);
    const path = [certificate, ...chain];
    expect(chain.every((above, index) => path[index]?.verify(above.publicKey))).toBe(true);
    expect(data["issuing_ca"]).toBe((data["ca_chain"] as readonly string[])[0]);
  });

  it("has a request with a common name signed, which is then no alternative name", async () => {
    const csr = csrOf({ commonName: "app.example.com", names: [{ kind: "dns", value: "www.example.com" }] });
    const answer = good(
      await pki.post("pki/sign/web", { ...request, common_name: "app.example.com", uri_sans: "", ip_sans: "", csr }),
    );
    expect(certificateOf(answer)).toMatchObject({
      subject: "CN=app.example.com",
      subjectAltName: "DNS:www.example.com",
    });
  });

  it("names an issuer in its path as well", async () => {
    const csr = csrOf({ commonName: "app.example.com" });
    const answer = good(
      await pki.post("pki/issuer/default/sign/web", {
        ...request,
        common_name: "app.example.com",
        uri_sans: "",
        ip_sans: "",
        alt_names: "",
        csr,
        ttl: "1h0m0s",
      }),
    );
    expect(certificateOf(answer).issuer).toBe("CN=Intermediate");
  });
});

/** Source: hashicorp/vault-action `src/pki.js`: what it asks, and which members it writes into outputs. */
describe("vault-action", () => {
  it("is issued a certificate, and finds certificate, key, issuer and chain", async () => {
    await pki.role("action", { allowed_domains: "example.com", allow_subdomains: true });
    const headers = { "x-vault-namespace": "", "content-type": "application/json" };
    const { data, status } = await server.call("POST", "pki/issue/action", {
      body: { common_name: "role.example.com", ttl: "1h" },
      headers,
    });

    expect(status).toBe(200);
    const certificate = new X509Certificate(String(data["certificate"]));
    expect(certificate.checkPrivateKey(createPrivateKey(String(data["private_key"])))).toBe(true);
    expect(data["ca_chain"]).toEqual([data["issuing_ca"], expect.stringContaining("BEGIN CERTIFICATE")]);
  });
});

/** Sources: HashiCorp `terraform-provider-vault`, `vault_pki_secret_backend_role`; Vault Agent's `pkiCert`. */
describe("Terraform and agents", () => {
  it("write a role with every field they know, and read it back as they wrote it", async () => {
    const role = {
      issuer_ref: "default",
      ttl: "3600",
      max_ttl: "7200",
      allow_localhost: true,
      allowed_domains: ["example.com"],
      allowed_domains_template: false,
      allow_bare_domains: false,
      allow_subdomains: true,
      allow_glob_domains: false,
      allow_any_name: false,
      enforce_hostnames: true,
      allow_ip_sans: true,
      allowed_uri_sans: ["spiffe://x"],
      allowed_other_sans: ["1.2.3;UTF8:*"],
      allowed_serial_numbers: ["*"],
      server_flag: true,
      client_flag: true,
      code_signing_flag: false,
      email_protection_flag: false,
      key_type: "ec",
      key_bits: 256,
      key_usage: ["DigitalSignature"],
      ext_key_usage: [],
      use_csr_common_name: true,
      use_csr_sans: true,
      ou: ["u"],
      organization: ["o"],
      country: ["c"],
      locality: ["l"],
      province: ["p"],
      street_address: ["s"],
      postal_code: ["1"],
      generate_lease: false,
      no_store: false,
      require_cn: true,
      policy_identifiers: ["1.2.3"],
      basic_constraints_valid_for_non_ca: false,
      not_before_duration: "45s",
      allow_wildcard_certificates: true,
      cn_validations: ["email", "hostname"],
      allowed_user_ids: ["u"],
    };
    expect((await pki.role("tf", role)).body["warnings"]).toBeNull();
    const { data } = await server.call("GET", "pki/roles/tf");
    expect(data).toMatchObject({ ...role, ttl: 3600, max_ttl: 7200, not_before_duration: 45 });
  });

  it("ask for certificates with fields left empty", async () => {
    const empty = {
      alt_names: "",
      ip_sans: "",
      uri_sans: "",
      other_sans: "",
      ttl: "",
      format: "pem",
      private_key_format: "der",
      exclude_cn_from_sans: false,
      user_ids: [],
      not_after: "",
    };
    const { status } = await pki.post("pki/issue/action", { common_name: "a.example.com", ...empty });
    expect(status).toBe(200);
  });
});
