import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { isIPv6 } from "node:net";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  type AlternativeName,
  encodedName,
  keyBits,
  makeRequest,
  type NamePart,
  type NamePlan,
  readRequest,
  signCertificate,
  signerFor,
  subjectName,
  subjectOf,
} from "../../../../src/x509/issuing/index.ts";
import { nameOf } from "../../../golden/der.ts";
import { USAGES } from "../../../golden/extensions.ts";
import { READERS } from "../../../golden/signed.ts";
import { KEY_USAGES, PURPOSES, planOf, type Saying, saying } from "../../../support/certificate-plans.ts";
import { runs } from "../../../support/runs.ts";

/** What is signed is read back as it was planned, by the readers of `test/golden`, which share nothing with the writer. */

const AUTHORITY = generateKeyPairSync("ec", { namedCurve: "P-256" });
const HOLDER = generateKeyPairSync("ed25519");
const ISSUER = subjectName({ commonName: "authority" });

const READ_PURPOSES = [
  "any",
  "serverAuth",
  "clientAuth",
  "codeSigning",
  "emailProtection",
  "timeStamping",
  "OCSPSigning",
];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** In the order of DER: first what is shorter. */
const inSetOrder = (parts: readonly NamePart[]): readonly NamePart[] => {
  const key = ({ value }: NamePart): Buffer => {
    const bytes = Buffer.from(value, "utf8");
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    const tag = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value) ? 0x13 : 0x0c;
    return Buffer.concat([length, Buffer.of(tag), bytes]);
  };
  return [...parts].sort((a, b) => Buffer.compare(key(a), key(b)));
};

const shownName = (name: NamePlan): string =>
  name
    .map((parts) =>
      inSetOrder(parts)
        .map(({ type, value }) => `${nameOf(type)}=${value}`)
        .join("+"),
    )
    .join(", ");

/** The bytes of an address, written out; IPv4 within IPv6 is IPv4. */
const bytesOf = (address: string): Buffer => {
  if (!isIPv6(address)) return Buffer.from(address.split(".").map(Number));
  const [left = "", right = ""] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (text: string): string[] =>
    text.split(":").flatMap((one) => (one === "" ? [] : [one.padStart(4, "0")]));
  const [before, after] = [groups(left), groups(right)];
  const whole = [...before, ...Array<string>(8 - before.length - after.length).fill("0000"), ...after].join("");
  const bytes = Buffer.from(whole, "hex");
  return whole.startsWith(`${"0".repeat(20)}ffff`) ? bytes.subarray(12) : bytes;
};

const shownAddress = (bytes: Buffer): string =>
  bytes.length === 4 ? [...bytes].join(".") : hex(bytes).replace(/(....)(?=.)/g, "$1:");

const shownRange = (value: string): string => {
  const [address = "", bits = "0"] = value.split("/");
  const mask = ((2n ** BigInt(bits) - 1n) << (32n - BigInt(bits))).toString(16).padStart(8, "0");
  return `IP:${shownAddress(bytesOf(address))}/${shownAddress(Buffer.from(mask, "hex"))}`;
};

const shown = (name: AlternativeName): string => {
  switch (name.kind) {
    case "dns":
      return `DNS:${name.value}`;
    case "email":
      return `email:${name.value}`;
    case "uri":
      return `URI:${name.value}`;
    case "ip":
      return name.value.includes("/") ? shownRange(name.value) : `IP:${shownAddress(bytesOf(name.value))}`;
    case "other":
      return `other:${name.type}=${name.value}`;
  }
};

const unless = (absent: boolean, name: string, value: unknown): Readonly<Record<string, unknown>> =>
  absent ? {} : { [name]: value };

const among = (names: readonly string[], all: readonly string[], read: readonly string[]): readonly string[] =>
  all.flatMap((name, index) => (names.includes(name) ? [read[index] ?? ""] : []));

const shownPolicy = ({ oid, cps = "", notice = "" }: Saying["policies"][number]): string =>
  [
    oid,
    ...(cps === "" ? [] : [`1.3.6.1.5.5.7.2.1:${cps}`]),
    ...(notice === "" ? [] : [`1.3.6.1.5.5.7.2.2:${notice}`]),
  ].join(" ");

const expectedExtensions = (said: Saying, key: KeyObject, isNameless: boolean): Readonly<Record<string, unknown>> => {
  const keyId = said.keyId ?? createHash("sha1").update(keyBits(key)).digest();
  const purposes = [...among(said.purposes, PURPOSES, READ_PURPOSES), ...said.purposeOids];
  const { permitted, excluded } = said;
  return {
    subjectKeyIdentifier: hex(keyId),
    ...unless(!said.keyId, "authorityKeyIdentifier", hex(said.keyId ?? Buffer.of())),
    ...unless(said.usages.length === 0, "!keyUsage", among(said.usages, KEY_USAGES, USAGES)),
    ...unless(purposes.length === 0, "extKeyUsage", purposes),
    ...unless(!said.isAuthority, "!basicConstraints", {
      ca: true,
      ...unless(said.pathLength === undefined, "pathLength", said.pathLength),
    }),
    ...unless(said.names.length === 0, isNameless ? "!subjectAltName" : "subjectAltName", said.names.map(shown).sort()),
    ...unless(said.ocsp.length + said.issuers.length === 0, "authorityInfoAccess", [
      ...said.ocsp.map((url) => `OCSP URI:${url}`),
      ...said.issuers.map((url) => `caIssuers URI:${url}`),
    ]),
    ...unless(
      said.lists.length === 0,
      "crlDistributionPoints",
      said.lists.map((url) => `URI:${url}`),
    ),
    ...unless(said.deltas.length === 0, "2.5.29.46", expect.any(String)),
    ...unless(said.policies.length === 0, "certificatePolicies", said.policies.map(shownPolicy)),
    ...unless(permitted.length + excluded.length === 0, "!nameConstraints", {
      ...unless(permitted.length === 0, "permitted", permitted.map(shown)),
      ...unless(excluded.length === 0, "excluded", excluded.map(shown)),
    }),
  };
};

const second = (ms: number): string => new Date(ms).toISOString().replace(".000", "");

describe("a certificate", () => {
  it("says all that was planned, and nothing else", () => {
    fc.assert(
      fc.property(saying, (said) => {
        const plan = planOf(said, HOLDER.publicKey, ISSUER);
        const authority = signCertificate(
          { ...plan, subject: ISSUER, publicKey: AUTHORITY.publicKey },
          signerFor(AUTHORITY.privateKey),
        );

        const der = signCertificate(plan, signerFor(AUTHORITY.privateKey));

        const by = `-----BEGIN CERTIFICATE-----\n${authority.toString("base64")}\n-----END CERTIFICATE-----`;
        const subject = subjectName(said.subject);
        const number = said.serial.toString(16);
        expect(READERS.get("$x509")?.(der, by)).toEqual({
          version: 3,
          serial: (number.length % 2 === 0 ? number : `0${number}`).replace(/(..)(?=.)/g, "$1:"),
          signature: "ecdsa-sha256",
          issuer: "CN=authority",
          subject: shownName(subject),
          notBefore: second(said.notBefore),
          notAfter: second(said.notAfter),
          ttl: (said.notAfter - said.notBefore) / 1000,
          key: "ed25519",
          extensions: expectedExtensions(said, HOLDER.publicKey, subject.length === 0),
          signed: true,
        });
      }),
      { numRuns: runs(60, 20_000) },
    );
  });
});

describe("a request", () => {
  it("is read as it was planned", () => {
    fc.assert(
      fc.property(saying, (said) => {
        const { subject, extensions } = planOf(said, HOLDER.publicKey, ISSUER);
        const plan = { subject: subjectName(said.subject), extensions };

        const read = readRequest(makeRequest(plan, signerFor(HOLDER.privateKey)));

        const kinds = ["other", "dns", "email", "ip", "uri"];
        expect(read.subjectDer).toEqual(encodedName(subject));
        expect(read.subject).toEqual(plan.subject.map(inSetOrder));
        expect(read.publicKey.equals(HOLDER.publicKey)).toBe(true);
        expect(read.extensions).toEqual(extensions);
        expect(read.alternative.map(shown)).toEqual(
          kinds.flatMap((kind) => said.names.filter((name) => name.kind === kind)).map(shown),
        );
        expect(read.unknownAlternative).toBe(false);
      }),
      { numRuns: runs(60, 20_000) },
    );
  });

  it("names its subject in parts that are told apart again", () => {
    fc.assert(
      fc.property(saying, ({ subject }) => {
        expect(subjectOf(subjectName(subject))).toEqual(subject);
      }),
      { numRuns: runs(60, 20_000) },
    );
  });
});
