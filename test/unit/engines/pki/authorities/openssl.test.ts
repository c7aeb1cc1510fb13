import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { createPkiMount, NOW } from "./support/mount.ts";

/** OpenSSL reads the authorities made here, and follows their chains. */

const folder = mkdtempSync(join(tmpdir(), "pki-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const text = (pem: string): string =>
  execFileSync("openssl", ["x509", "-noout", "-text"], { input: pem, encoding: "utf8" });

const verified = (root: string, between: string, last: string): string =>
  execFileSync(
    "openssl",
    [
      "verify",
      "-x509_strict",
      "-attime",
      String(NOW / 1000 + 60),
      "-CAfile",
      file("root.pem", root),
      "-untrusted",
      file("between.pem", between),
      file("last.pem", last),
    ],
    { encoding: "utf8" },
  );

const KINDS = [
  ["rsa", 2048, {}],
  ["rsa", 2048, { use_pss: true, signature_bits: 384 }],
  ["ec", 224, {}],
  ["ec", 384, {}],
  ["ec", 521, {}],
  ["ed25519", 0, {}],
] as const;

describe("OpenSSL", () => {
  it.each(KINDS)("follows a chain under a root of %s, %s bits, %o", async (key_type, key_bits, options) => {
    const mount = createPkiMount();
    const below = createPkiMount();
    const root = await mount.data("root/generate/internal", {
      common_name: "Root",
      key_type,
      key_bits,
      ttl: "700h",
      ...options,
    });
    const { csr } = await below.data("intermediate/generate/internal", { common_name: "Between", key_type: "ec" });
    const between = await mount.data("root/sign-intermediate", { csr: String(csr), ttl: "600h", ...options });
    await below.data("intermediate/set-signed", {
      certificate: [between["certificate"], root["certificate"]].map(String).join("\n"),
    });
    await below.data("roles/any", { allow_any_name: true, key_type: "ec" });
    const leaf = await below.data("issue/any", { common_name: "a.example.com", ttl: "1h" });

    expect(verified(String(root["certificate"]), String(between["certificate"]), String(leaf["certificate"]))).toMatch(
      /: OK\n$/,
    );
    expect(leaf["ca_chain"]).toEqual([between["certificate"], root["certificate"]]);
  });

  it.each([
    ["ec", 256, 384, "ecdsa-with-SHA384"],
    ["ec", 256, 512, "ecdsa-with-SHA512"],
    ["ec", 384, 256, "ecdsa-with-SHA384"],
    ["ec", 521, 384, "ecdsa-with-SHA512"],
    ["ed25519", 0, 512, "ED25519"],
  ])("reads a signature of an issuer of %s, %i bits, asked for %i, as %s", async (key_type, key_bits, bits, name) => {
    const mount = createPkiMount();
    await mount.data("root/generate/internal", { common_name: "Root", key_type, key_bits, ttl: "700h" });
    const { csr } = await mount.data("intermediate/generate/internal", { common_name: "Below", key_type: "ec" });
    const asked = { csr: String(csr), signature_bits: bits, ttl: "1h" };

    for (const path of ["root/sign-intermediate", "sign-verbatim"]) {
      expect(text(String((await mount.data(path, asked))["certificate"]))).toContain(`Signature Algorithm: ${name}`);
    }
  });

  it("follows a chain over a certificate that another root cross-signed", async () => {
    const [one, two] = [createPkiMount(), createPkiMount()];
    const old = await one.data("root/generate/internal", { common_name: "Old", key_type: "ec", ttl: "700h" });
    const young = await two.data("root/generate/internal", { common_name: "Young", key_type: "ec", ttl: "700h" });
    const { csr } = await two.data("intermediate/cross-sign", { common_name: "Young" });
    const cross = await one.data("root/sign-intermediate", { csr: String(csr), ttl: "600h", use_csr_values: true });
    await two.data("roles/any", { allow_any_name: true, key_type: "ec" });
    const leaf = await two.data("issue/any", { common_name: "a.example.com", ttl: "1h" });

    expect(verified(String(old["certificate"]), String(cross["certificate"]), String(leaf["certificate"]))).toMatch(
      /: OK\n$/,
    );
    const over = await one.data("root/sign-self-issued", { certificate: String(young["certificate"]) });
    expect(verified(String(old["certificate"]), String(over["certificate"]), String(leaf["certificate"]))).toMatch(
      /: OK\n$/,
    );
  });

  it("reads path length, constraints of names, addresses and usages", async () => {
    const mount = createPkiMount();
    await mount.data("config/urls", {
      issuing_certificates: "http://pki.example.com/ca",
      crl_distribution_points: "http://pki.example.com/crl",
      ocsp_servers: "http://pki.example.com/ocsp",
    });
    const { certificate } = await mount.data("root/generate/internal", {
      common_name: "Bound",
      key_type: "ec",
      max_path_length: 1,
      key_usage: "DigitalSignature",
      permitted_dns_domains: "example.com",
      excluded_dns_domains: "bad.example.com",
      permitted_ip_ranges: "10.0.0.0/8,fd00::/8",
      excluded_email_addresses: "example.org",
      permitted_uri_domains: ".example.com",
    });

    const read = text(String(certificate));
    expect(read).toContain("CA:TRUE, pathlen:1");
    expect(read).toContain("Digital Signature, Certificate Sign, CRL Sign");
    expect(read).toContain("CA Issuers - URI:http://pki.example.com/ca");
    expect(read).toContain("URI:http://pki.example.com/crl");
    expect(read.replace(/\s+/g, " ")).toContain(
      "Permitted: DNS:example.com IP:10.0.0.0/255.0.0.0 IP:FD00:0:0:0:0:0:0:0/FF00:0:0:0:0:0:0:0 URI:.example.com Excluded: DNS:bad.example.com email:example.org",
    );
  });
});
