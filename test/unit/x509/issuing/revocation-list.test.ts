import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { readCertificate, readRevocationList } from "../../../../src/x509/index.ts";
import {
  authorityKeyId,
  basicConstraints,
  entriesOf,
  keyIdOf,
  keyUsage,
  listNumber,
  present,
  type RevokedCertificate,
  signCertificate,
  signerFor,
  signRevocationList,
  subjectDerOf,
  subjectName,
} from "../../../../src/x509/issuing/index.ts";
import { encodedEntries } from "../../../../src/x509/issuing/revocation-list.ts";

const NOW = Date.parse("2030-01-01T00:00:00Z");
const DAY = 86_400_000;

const { privateKey } = generateKeyPairSync("ed25519");
const publicKey = createPublicKey(privateKey);
const signer = signerFor(privateKey);
const name = subjectName({ commonName: "authority" });
const authority = readCertificate(
  signCertificate(
    {
      serial: Buffer.of(1),
      subject: name,
      issuer: name,
      notBefore: NOW,
      notAfter: NOW + DAY,
      publicKey,
      extensions: present(basicConstraints({}), keyUsage(["CRLSign"])),
    },
    signer,
  ),
);

const listOf = (revoked: Iterable<RevokedCertificate>, earlier?: Uint8Array): Buffer =>
  signRevocationList(
    {
      issuer: subjectDerOf(authority.der),
      thisUpdate: NOW,
      nextUpdate: NOW + DAY,
      earlier,
      revoked,
      extensions: present(authorityKeyId(keyIdOf(publicKey)), listNumber(7)),
    },
    signer,
  );

const revokedFrom = (first: number, count: number): readonly RevokedCertificate[] =>
  Array.from({ length: count }, (_, index) => {
    const serial = Buffer.alloc(3);
    serial.writeUIntBE(first + index, 0, 3);
    return { serial, revoked: NOW - index * 100, reason: index % 11 };
  });

describe("a list of the revoked", () => {
  it("holds the numbers, and is signed by its issuer", () => {
    const read = readRevocationList(listOf(revokedFrom(0x7f_ff_ff, 3)));

    expect(read).toMatchObject({ issuer: authority.name, thisUpdate: NOW, nextUpdate: NOW + DAY });
    expect(read.serials).toEqual(new Set([0x7f_ff_ffn, 0x80_00_00n, 0x80_00_01n]));
    expect(read.isSignedBy(authority)).toBe(true);
  });

  it("may be empty", () => {
    expect(readRevocationList(listOf([])).serials.size).toBe(0);
    expect(entriesOf(listOf([])).length).toBe(0);
  });

  it("goes on from the entries of an earlier one as if all were new", () => {
    const [old, fresh] = [revokedFrom(1, 50), revokedFrom(100, 5)];

    const earlier = entriesOf(listOf(old));

    expect(Buffer.from(earlier)).toEqual(encodedEntries(old));
    expect(listOf(fresh, earlier)).toEqual(listOf([...old, ...fresh]));
  });

  it.each([
    [39, 0],
    [53, 1],
  ])("takes %i bytes for a number of 20 bytes with reason %i", (bytes, reason) => {
    expect(encodedEntries([{ serial: Buffer.alloc(20, 0x7f), revoked: NOW, reason }])).toHaveLength(bytes);
  });

  it("may have 100,000 entries, which come one by one", () => {
    const some = function* (): Generator<RevokedCertificate> {
      for (let first = 0; first < 100_000; first += 1000) yield* revokedFrom(first, 1000);
    };

    const entries = entriesOf(listOf(some()));

    expect(createHash("sha256").update(entries).digest()).toEqual(
      createHash("sha256").update(encodedEntries(some())).digest(),
    );
  });
});
