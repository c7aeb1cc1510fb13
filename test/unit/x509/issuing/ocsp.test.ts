import { execFileSync, spawnSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Unreadable } from "../../../../src/x509/index.ts";
import {
  basicConstraints,
  type CertificateStatus,
  isIssuerOf,
  keyBits,
  keyIdOf,
  keyUsage,
  type OcspRequest,
  ocspFailure,
  present,
  readOcspRequest,
  signCertificate,
  signerFor,
  signOcspResponse,
  subjectDerOf,
  subjectName,
} from "../../../../src/x509/issuing/index.ts";

/** The client is OpenSSL's: it asks, and judges the answers. */

const NOW = Date.now();
const HOUR = 3_600_000;

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const publicKey = createPublicKey(privateKey);
const signer = signerFor(privateKey);
const name = subjectName({ commonName: "authority" });
const SERIALS = { first: Buffer.from("7f01", "hex"), second: Buffer.from("ff02", "hex") };

const certificateOf = (serial: Uint8Array, commonName: string): Buffer =>
  signCertificate(
    {
      serial,
      subject: subjectName({ commonName }),
      issuer: name,
      notBefore: NOW - HOUR,
      notAfter: NOW + HOUR,
      publicKey,
      extensions: commonName === "authority" ? present(basicConstraints({}), keyUsage(["CertSign", "CRLSign"])) : [],
    },
    signer,
  );
const authority = certificateOf(Buffer.of(1), "authority");
const issuer = { subject: subjectDerOf(authority), keyBits: keyBits(publicKey) };

let folder = "";
const at = (file: string): string => join(folder, file);
const openssl = (...args: readonly string[]): string =>
  execFileSync("openssl", [...args], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ocsp-"));
  for (const [file, der] of [
    ["ca.pem", authority],
    ["first.pem", certificateOf(SERIALS.first, "first")],
    ["second.pem", certificateOf(SERIALS.second, "second")],
  ] as const)
    writeFileSync(at(file), new X509Certificate(der).toString());
});
afterAll(() => rmSync(folder, { recursive: true }));

const ask = (...options: readonly string[]): OcspRequest => {
  openssl("ocsp", "-issuer", "ca.pem", ...options, "-reqout", "request.der");
  return readOcspRequest(readFileSync(at("request.der")));
};

const judge = (...options: readonly string[]): string =>
  openssl("ocsp", "-issuer", "ca.pem", "-CAfile", "ca.pem", "-respin", "response.der", ...options);

const GOOD: CertificateStatus = { kind: "good" };

const answer = (request: OcspRequest, responder: "name" | "key", statuses: readonly CertificateStatus[]): void =>
  writeFileSync(
    at("response.der"),
    signOcspResponse(
      {
        responder: responder === "name" ? { subject: issuer.subject } : { keyId: keyIdOf(publicKey) },
        producedAt: NOW,
        answers: request.asked.map((asked, index) => ({
          asked,
          status: statuses[index] ?? GOOD,
          thisUpdate: NOW,
          nextUpdate: NOW + HOUR,
        })),
        nonce: request.nonce,
        certificates: [authority],
      },
      signer,
    ),
  );

describe("a question by OCSP", () => {
  it.each(["sha1", "sha256", "sha384", "sha512"])("names certificates and their issuer by %s", (hash) => {
    const { asked, nonce } = ask(`-${hash}`, "-cert", "first.pem", "-cert", "second.pem", "-no_nonce");

    expect(nonce).toBeUndefined();
    expect(asked.map(({ serial }) => Buffer.from(serial))).toEqual([SERIALS.first, SERIALS.second]);
    expect(asked.every((one) => isIssuerOf(one, issuer))).toBe(true);
    expect(asked.some((one) => isIssuerOf(one, { ...issuer, subject: Buffer.of(0x30, 0) }))).toBe(false);
  });

  it.each(["", "00", "3000", "30023000", "3003020100"])("that is %s is unreadable", (hex) => {
    expect(() => readOcspRequest(Buffer.from(hex, "hex"))).toThrow(Unreadable);
  });
});

describe("an answer by OCSP", () => {
  it.each(["name", "key"] as const)("is believed by OpenSSL, from a responder told by its %s", (responder) => {
    const request = ask("-cert", "first.pem", "-cert", "second.pem");

    expect(request.nonce).toBeDefined();
    answer(request, responder, [GOOD, { kind: "revoked", at: NOW - 1000, reason: 1 }]);

    // With the question it is the nonce that is compared, with certificates their status.
    judge("-reqin", "request.der");
    const verdict = judge("-no_nonce", "-cert", "first.pem", "-cert", "second.pem");
    expect(verdict).toMatch(/first\.pem: good/);
    expect(verdict).toMatch(/second\.pem: revoked.*Reason: keyCompromise/s);
  });

  it("says that it does not know a certificate, and gives no reason where none was told", () => {
    const request = ask("-cert", "first.pem", "-cert", "second.pem", "-no_nonce");

    answer(request, "name", [{ kind: "unknown" }, { kind: "revoked", at: NOW - 1000, reason: 0 }]);

    const verdict = judge("-no_nonce", "-cert", "first.pem", "-cert", "second.pem");
    expect(verdict).toMatch(/first\.pem: unknown/);
    expect(verdict).toMatch(/second\.pem: revoked/);
    expect(verdict).not.toMatch(/Reason/);
  });

  it.each([
    ["malformedRequest", "malformedrequest (1)"],
    ["internalError", "internalerror (2)"],
    ["tryLater", "trylater (3)"],
    ["sigRequired", "sigrequired (5)"],
    ["unauthorized", "unauthorized (6)"],
  ] as const)("may be %s alone, unsigned", (failure, shown) => {
    writeFileSync(at("response.der"), ocspFailure(failure));

    // It ends with an error, as it should.
    const { stdout } = spawnSync("openssl", ["ocsp", "-respin", at("response.der"), "-resp_text", "-noverify"]);
    expect(stdout.toString()).toContain(shown);
  });
});
