import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "@jest/globals";
import { readCertificate, Unreadable } from "../../../src/x509/index.ts";
import { element, oid, sequence } from "../../../src/x509/issuing/der.ts";
import { signCertificate, signerFor } from "../../../src/x509/issuing/index.ts";
import { TAGS } from "../../../src/x509/tags.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");

const certificateOf = (tag: number, bytes: string): Buffer => {
  const value = element(tag, Buffer.from(bytes, "hex"));
  const name = sequence(element(TAGS.set, sequence(oid("2.5.4.3"), value)));
  const plan = { serial: Buffer.of(1), subject: name, issuer: name, notBefore: 0, notAfter: 1e12, publicKey };
  return signCertificate({ ...plan, extensions: [] }, signerFor(privateKey));
};

it.each([
  [0x0c, "61c3a6", "aæ"],
  [0x13, "6162", "ab"],
  [0x14, "61e6", "aæ"],
  [0x16, "6162", "ab"],
  [0x1e, "006100e6", "aæ"],
])("a common name of type %i, %s, is read", (tag, bytes, text) => {
  expect(readCertificate(certificateOf(tag, bytes)).subject.commonName).toBe(text);
});

it.each([
  [0x0c, "61ff", "broken UTF-8"],
  [0x0c, "eda080", "half of a pair"],
  [0x13, "61e6", "Latin letters in a type of ASCII"],
  [0x16, "c3a6", "UTF-8 in a type of ASCII"],
  [0x1e, "0061d800", "half of a pair in a BMPString"],
  [0x0c, "610062", "NUL"],
])("a common name of type %i, %s, makes a certificate unreadable: %s", (tag, bytes) => {
  expect(() => readCertificate(certificateOf(tag, bytes))).toThrow(Unreadable);
});
