import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { systemRandom } from "../../../../src/std/random.ts";
import { readCertificate } from "../../../../src/x509/index.ts";
import {
  alternativeNamesExtension,
  authorityKeyId,
  basicConstraints,
  keyIdOf,
  keyUsage,
  makeRequest,
  present,
  randomSerial,
  readRequest,
  signCertificate,
  signerFor,
  subjectKeyId,
  subjectName,
} from "../../../../src/x509/issuing/index.ts";

/** One key of each kind that signs. */
const KEYS: readonly (readonly [string, KeyObject, boolean])[] = [
  ["RSA", generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey, false],
  ["RSA-PSS", generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey, true],
  ...["P-224", "P-256", "P-384", "P-521"].map(
    (namedCurve) => [namedCurve, generateKeyPairSync("ec", { namedCurve }).privateKey, false] as const,
  ),
  ["Ed25519", generateKeyPairSync("ed25519").privateKey, false],
];

const SUBJECT = subjectName({ countries: ["NO"], organizations: ["Golden", "Ælve & co"], commonName: "root" });
const NOW = Date.parse("2030-01-01T00:00:00Z");

describe.each(KEYS)("a key of %s", (_name, key, pss) => {
  it("signs a certificate that Node reads and verifies", () => {
    const signer = signerFor(key, { pss });
    const { publicKey } = readRequest(makeRequest({ subject: [], extensions: [] }, signer));

    const der = signCertificate(
      {
        serial: randomSerial(systemRandom),
        subject: SUBJECT,
        issuer: SUBJECT,
        notBefore: NOW,
        notAfter: Date.parse("9999-12-31T23:59:59Z"),
        publicKey,
        extensions: present(
          basicConstraints({ pathLength: 1 }),
          keyUsage(["CertSign", "CRLSign"]),
          subjectKeyId(publicKey),
          authorityKeyId(keyIdOf(publicKey)),
        ),
      },
      signer,
    );

    const read = readCertificate(der);
    expect(read.x509.verify(publicKey)).toBe(true);
    expect(read).toMatchObject({
      subject: { commonName: "root", organizations: ["Golden", "Ælve & co"] },
      notBefore: NOW,
      notAfter: Date.parse("9999-12-31T23:59:59Z"),
      authority: { pathLength: 1 },
      signsCertificates: true,
      signsLists: true,
      subjectKeyId: read.authorityKeyId,
    });
  });

  it("signs a request whose names and extensions are read again", () => {
    const alternative = [
      { kind: "other", type: "1.3.6.1.4.1.311.20.2.3", value: "møøse@example.com" },
      { kind: "dns", value: "a.example.com" },
      { kind: "email", value: "a@example.com" },
      { kind: "ip", value: "2001:db8::1" },
      { kind: "uri", value: "spiffe://a/b" },
    ] as const;

    const read = readRequest(
      makeRequest(
        { subject: SUBJECT, extensions: present(alternativeNamesExtension(alternative)) },
        signerFor(key, { pss }),
      ),
    );

    expect(read).toMatchObject({ subject: SUBJECT, alternative, unknownAlternative: false });
    expect(read.extensions).toEqual(present(alternativeNamesExtension(alternative)));
  });
});
