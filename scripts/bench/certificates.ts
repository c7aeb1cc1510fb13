import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { systemRandom } from "../../src/std/random.ts";
import {
  alternativeNamesExtension,
  authorityKeyId,
  encodedName,
  extendedKeyUsage,
  keyIdOf,
  keyUsage,
  listNumber,
  makeRequest,
  present,
  randomSerial,
  readRequest,
  type Signer,
  signCertificate,
  signerFor,
  signRevocationList,
  subjectKeyId,
  subjectName,
} from "../../src/x509/issuing/index.ts";
import { type Figure, figure } from "./figures.ts";
import { peculiarLeaf, peculiarList } from "./peculiar.ts";
import { inTurn, microsecondsOf } from "./samples.ts";

/** What is signed by a process that is warm, next to the bare signature over as many bytes and to `@peculiar/x509`. */

const NOW = Date.parse("2030-01-01T00:00:00Z");
const DAY = 86_400_000;

const KEYS: readonly (readonly [string, KeyObject])[] = [
  ["RSA 2048", generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey],
  ["P-256", generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey],
  ["Ed25519", generateKeyPairSync("ed25519").privateKey],
];

const issuer = encodedName(subjectName({ commonName: "authority" }));
const subject = subjectName({ commonName: "app.example.com" });
const names = present(alternativeNamesExtension([{ kind: "dns", value: "app.example.com" }]));

const leafFor = (request: Uint8Array, authorityKey: Buffer, signer: Signer): Buffer => {
  const { publicKey } = readRequest(request);
  return signCertificate(
    {
      serial: randomSerial(systemRandom),
      subject,
      issuer,
      notBefore: NOW,
      notAfter: NOW + DAY,
      publicKey,
      extensions: present(
        keyUsage(["DigitalSignature"]),
        extendedKeyUsage(["ServerAuth", "ClientAuth"]),
        subjectKeyId(publicKey),
        authorityKeyId(authorityKey),
        ...names,
      ),
    },
    signer,
  );
};

const signing = async (name: string, key: KeyObject, samples: number): Promise<readonly Figure[]> => {
  const signer = signerFor(key);
  const hash = name === "Ed25519" ? null : signer.hash;
  const publicKey = createPublicKey(key);
  const authorityKey = keyIdOf(publicKey);
  const request = makeRequest({ subject, extensions: names }, signer);
  const certificate = leafFor(request, authorityKey, signer);
  const signature = sign(hash, certificate, key);
  const took = (work: () => unknown): number => microsecondsOf(() => void work(), samples, 20);
  const [theirs = Number.NaN] = await inTurn(samples, [await peculiarLeaf(request, key)]);
  return [
    figure(
      `request read, certificate signed, ${name}`,
      took(() => leafFor(request, authorityKey, signer)),
      "us",
    ),
    figure(
      `  of it the request, ${name}`,
      took(() => readRequest(request)),
      "us",
    ),
    figure(
      `  the bare signature, ${name}`,
      took(() => sign(hash, certificate, key)),
      "us",
    ),
    figure(
      `  the bare check of one, ${name}`,
      took(() => verify(hash, certificate, publicKey, signature)),
      "us",
    ),
    figure(`  all of it by @peculiar/x509, ${name}`, theirs, "us"),
  ];
};

/** The library's time grows faster than the list: with more of them the benchmark would take seconds. */
const MOST_THEIRS = 1000;

const listing = async (count: number, signer: Signer): Promise<readonly Figure[]> => {
  const revoked = Array.from({ length: count }, (_, index) => ({
    serial: randomSerial(systemRandom),
    revoked: NOW - index * 1000,
    reason: index % 2,
  }));
  const plan = { issuer, thisUpdate: NOW, nextUpdate: NOW + DAY, revoked, extensions: [listNumber(1)] };
  const took = microsecondsOf(() => void signRevocationList(plan, signer), 5, 1);
  const ours = figure(`list of ${count} revoked signed, P-256`, took / 1000, "ms");
  if (count > MOST_THEIRS) return [ours];
  const serials = revoked.map(({ serial }) => Buffer.from(serial).toString("hex"));
  const [theirs = Number.NaN] = await inTurn(1, [await peculiarList(serials, signer.key)]);
  return [ours, figure(`  by @peculiar/x509, ${count}`, theirs / 1000, "ms")];
};

export const measureCertificates = async (samples: number): Promise<readonly Figure[]> => {
  const figures: Figure[] = [];
  for (const [name, key] of KEYS) figures.push(...(await signing(name, key, samples)));
  for (const count of [100, 1000, 10_000, 100_000]) {
    const signer = signerFor(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
    figures.push(...(await listing(count, signer)));
  }
  return figures;
};
