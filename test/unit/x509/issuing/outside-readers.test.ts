import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { beforeAll, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  authorityKeyId,
  basicConstraints,
  changesSince,
  type ExtensionPlan,
  extendedKeyUsage,
  freshestLists,
  keyIdOf,
  keyUsage,
  listNumber,
  makeRequest,
  present,
  type RevokedCertificate,
  type Signer,
  signCertificate,
  signerByName,
  signerFor,
  signOcspResponse,
  signRevocationList,
  subjectDerOf,
  subjectKeyId,
  subjectName,
} from "../../../../src/x509/issuing/index.ts";
import { PURPOSES, planOf, type Saying, saying, serialBytes } from "../../../support/certificate-plans.ts";
import { type Reading, readByOthers, type Signed, withOutsideReaders } from "../../../support/outside-readers.ts";
import { isLongRun } from "../../../support/runs.ts";

/** OpenSSL, Go and zlint accept what is signed, and Go reads what was planned. */

const NOW = Date.parse("2030-01-01T00:00:00Z");
const DAY = 86_400_000;

const rsa = (bits: number): KeyObject => generateKeyPairSync("rsa", { modulusLength: bits }).privateKey;
const ec = (curve: string): KeyObject => generateKeyPairSync("ec", { namedCurve: curve }).privateKey;

const SIGNERS: readonly Signer[] = [
  ...[256, 384, 512].flatMap((bits) => [false, true].map((pss) => signerFor(rsa(2048), { bits, pss }))),
  ...["P-224", "P-256", "P-384", "P-521"].map((curve) => signerFor(ec(curve))),
  signerFor(generateKeyPairSync("ed25519").privateKey),
];

interface Authority {
  readonly signer: Signer;
  readonly der: Buffer;
  readonly subject: Uint8Array;
  readonly keyId: Buffer;
}

const authorityOf = (signer: Signer): Authority => {
  const publicKey = createPublicKey(signer.key);
  const keyId = keyIdOf(publicKey);
  const name = subjectName({ countries: ["NO"], organizations: ["Golden"], commonName: "authority" });
  const der = signCertificate(
    {
      serial: serialBytes(2n ** 158n + 1n),
      subject: name,
      issuer: name,
      notBefore: NOW,
      notAfter: NOW + 3650 * DAY,
      publicKey,
      extensions: present(
        basicConstraints({}),
        keyUsage(["CertSign", "CRLSign"]),
        subjectKeyId(publicKey),
        authorityKeyId(keyId),
      ),
    },
    signer,
  );
  return { signer, der, subject: subjectDerOf(der), keyId };
};

const problemsOf = (readings: readonly Reading[]): readonly string[] => readings.flatMap(({ problems }) => problems);

const leafUnder = ({ signer, subject, keyId }: Authority, holder: KeyObject): Buffer => {
  const publicKey = createPublicKey(holder);
  return signCertificate(
    {
      serial: serialBytes(2n ** 157n + 3n),
      subject: subjectName({ commonName: "app.example.com" }),
      issuer: subject,
      notBefore: NOW,
      notAfter: NOW + 30 * DAY,
      publicKey,
      extensions: present(
        keyUsage(["DigitalSignature"]),
        extendedKeyUsage(["ServerAuth", "ClientAuth"]),
        subjectKeyId(publicKey),
        authorityKeyId(keyId),
      ),
    },
    signer,
  );
};

const list = (
  { signer, subject, keyId }: Authority,
  revoked: Iterable<RevokedCertificate>,
  ...more: readonly ExtensionPlan[]
): Buffer =>
  signRevocationList(
    {
      issuer: subject,
      thisUpdate: NOW,
      nextUpdate: NOW + DAY,
      revoked,
      extensions: present(authorityKeyId(keyId), listNumber(9), ...more),
    },
    signer,
  );

const second = (ms: number): string => new Date(ms).toISOString().replace(".000", "");

withOutsideReaders("the outside readers", () => {
  let authorities: readonly Authority[];
  let one: Authority;
  beforeAll(() => {
    authorities = SIGNERS.map(authorityOf);
    one = authorityOf(signerFor(ec("P-256")));
  });

  it("accept authorities and leaves of every kind of key, each under each", async () => {
    const things = authorities.flatMap((authority): Signed[] => [
      { kind: "certificate", der: authority.der, issuer: authority.der },
      ...SIGNERS.map(({ key }) => ({
        kind: "certificate" as const,
        der: leafUnder(authority, key),
        issuer: authority.der,
      })),
    ]);

    expect(problemsOf(await readByOthers(things))).toEqual([]);
  });

  it("accept requests signed by every kind of key", async () => {
    const things = SIGNERS.map((signer): Signed => {
      const subject = subjectName({ commonName: "request" });
      return { kind: "request", der: makeRequest({ subject, extensions: present(basicConstraints({})) }, signer) };
    });

    expect(problemsOf(await readByOthers(things))).toEqual([]);
  });

  it("accept an algorithm by each of Go's names, and call it so", async () => {
    const names = ["SHA256", "SHA384", "SHA512"].flatMap((hash) => [
      [`${hash}WithRSA`, `${hash}-RSA`, rsa(2048)] as const,
      [`${hash}WithRSAPSS`, `${hash}-RSAPSS`, rsa(2048)] as const,
      [`ECDSAWith${hash}`, `ECDSA-${hash}`, ec("P-384")] as const,
    ]);
    const things = names.map(([name, , key]): Signed => {
      const signer = signerByName(key, name);
      if (!signer) throw new Error(`${name} does not fit its key`);
      const { der } = authorityOf(signer);
      return { kind: "certificate", der, issuer: der };
    });

    const readings = await readByOthers(things);

    expect(problemsOf(readings)).toEqual([]);
    expect(readings.map(({ fields }) => fields["signatureAlgorithm"])).toEqual(names.map(([, shown]) => shown));
    expect(signerByName(rsa(2048), "ECDSAWithSHA256")).toBeUndefined();
  });

  it("read every field of a certificate as it was planned", async () => {
    const plans = fc.sample(saying, { numRuns: isLongRun ? 2000 : 150, seed: 1 });
    const holder = createPublicKey(ec("P-256"));
    const things = plans.map((said): Signed => {
      const der = signCertificate(planOf(said, holder, one.subject, one.keyId), one.signer);
      return { kind: "certificate", der, issuer: one.der };
    });

    const readings = await readByOthers(things);

    // What callers choose may break rules of zlint: only what they cannot choose is held to them above.
    expect(problemsOf(readings).filter((problem) => !problem.startsWith("zlint"))).toEqual([]);
    expect(readings.map(({ fields }) => fields)).toMatchObject(plans.map(asGoReadsIt));
  });

  it("accept lists of the revoked: complete ones, and of changes, by every kind of key", async () => {
    const revoked = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10].map((reason) => ({
      serial: serialBytes(2n ** 158n + BigInt(reason)),
      revoked: NOW - reason * 1000,
      reason,
    }));
    const things = authorities.flatMap((authority): Signed[] =>
      [
        list(authority, []),
        list(authority, revoked, ...present(freshestLists(["http://lists.example.com/changes"]))),
        list(authority, revoked, changesSince(8)),
      ].map((der) => ({ kind: "list", der, issuer: authority.der })),
    );

    const readings = await readByOthers(things);

    expect(problemsOf(readings)).toEqual([]);
    const entries = revoked.map(({ serial, revoked: at, reason }) => ({
      serial: serial.toString("hex"),
      revoked: second(at),
      reason,
    }));
    expect(readings[1]?.fields).toMatchObject({
      number: "9",
      entries,
      thisUpdate: second(NOW),
      nextUpdate: second(NOW + DAY),
      authorityKeyId: authorities[0]?.keyId.toString("hex"),
    });
  });

  it("accept a list of 100,000", async () => {
    const revoked = Array.from({ length: 100_000 }, (_, index) => ({
      serial: serialBytes(2n ** 158n + BigInt(index)),
      revoked: NOW - index * 1000,
      reason: index % 2,
    }));

    const [reading] = await readByOthers([{ kind: "list", der: list(one, revoked), issuer: one.der }]);

    expect(reading?.problems).toEqual([]);
    expect(reading?.fields["entries"]).toHaveLength(100_000);
  });

  it("accept answers by OCSP, of every kind of key that its clients know", async () => {
    const asked = { der: Buffer.from(ASKED, "hex") };
    const things = authorities.map(
      (authority): Signed => ({
        kind: "ocsp",
        der: signOcspResponse(
          {
            responder: { subject: authority.subject },
            producedAt: Date.now(),
            answers: [
              {
                asked,
                status: { kind: "revoked", at: NOW - DAY, reason: 4 },
                thisUpdate: Date.now(),
                nextUpdate: Date.now() + DAY,
              },
            ],
          },
          authority.signer,
        ),
        issuer: authority.der,
      }),
    );

    const readings = await readByOthers(things);

    // Go's client of OCSP knows RSA and ECDSA alone.
    const known = readings.filter((_, index) => SIGNERS[index]?.key.asymmetricKeyType !== "ed25519");
    expect(problemsOf(known)).toEqual([]);
    expect(known.map(({ fields }) => fields)).toMatchObject(
      known.map(() => ({ status: 1, serial: "102", revoked: second(NOW - DAY), reason: 4 })),
    );
    const others = problemsOf(readings.filter((reading) => !known.includes(reading)));
    expect(others.filter((problem) => problem.startsWith("OpenSSL"))).toEqual([]);
  });
});

/** A certificate asked about: SHA-1, two digests, number 258. */
const ASKED = `303b300906052b0e03021a05000414${"11".repeat(20)}0414${"22".repeat(20)}02020102`;

const EKU: Readonly<Record<string, number>> = {
  Any: 0,
  ServerAuth: 1,
  ClientAuth: 2,
  CodeSigning: 3,
  EmailProtection: 4,
  TimeStamping: 8,
  OCSPSigning: 9,
};

/** What Go is to read; of members whose text Go forms itself only how many there are. */
const asGoReadsIt = (said: Saying): Readonly<Record<string, unknown>> => {
  const of = (kind: string): readonly string[] =>
    said.names.flatMap((name) => (name.kind === kind ? [name.value] : []));
  const listed = (texts: readonly string[]): readonly string[] | undefined => (texts.length > 0 ? texts : undefined);
  return {
    serial: said.serial.toString(16),
    notBefore: second(said.notBefore),
    notAfter: second(said.notAfter),
    dns: of("dns"),
    emails: of("email"),
    addresses: of("ip").map(() => expect.any(String)),
    uris: of("uri").map(() => expect.any(String)),
    ...(said.isAuthority ? { basicConstraints: `true ${said.pathLength ?? -1}` } : {}),
    ...(said.purposes.length > 0
      ? { extendedKeyUsage: PURPOSES.filter((one) => said.purposes.includes(one)).map((one) => EKU[one]) }
      : {}),
    ...(said.purposeOids.length > 0 ? { unknownUsages: said.purposeOids } : {}),
    ...(said.keyId ? { subjectKeyId: Buffer.from(said.keyId).toString("hex") } : {}),
    ...(listed(said.ocsp) ? { ocsp: said.ocsp } : {}),
    ...(listed(said.issuers) ? { issuers: said.issuers } : {}),
    ...(listed(said.lists) ? { lists: said.lists } : {}),
    ...(said.policies.length > 0 ? { policies: said.policies.map(({ oid }) => oid) } : {}),
    ...(said.permitted.some(({ kind }) => kind === "dns")
      ? { permittedDns: said.permitted.filter(({ kind }) => kind === "dns").map(({ value }) => value) }
      : {}),
  };
};
