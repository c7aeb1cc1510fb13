import { X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { type AttributeTypeAndValue, Certificate, type Name } from "@peculiar/asn1-x509";
import { z } from "zod";
import { wholeRfc3339 } from "../../../std/time.ts";
import { CURVE_BITS } from "../authorities/key-material.ts";

/** What a listing tells of a certificate besides its number. */

export const Details = z.object({
  common_name: z.string(),
  issuer: z.string(),
  key_type: z.string(),
  key_bits: z.number(),
  not_before: z.string(),
  not_after: z.string(),
  dns_names: z.array(z.string()).nullable().describe("the first five; null: none"),
});
export type Details = z.output<typeof Details>;

const MOST_NAMES = 5;

/** Attributes that have a place of their own in Go's text of a name, in the order of the text. */
const PLACES: readonly (readonly [type: string, name: string])[] = [
  ["2.5.4.5", "SERIALNUMBER"],
  ["2.5.4.3", "CN"],
  ["2.5.4.17", "POSTALCODE"],
  ["2.5.4.9", "STREET"],
  ["2.5.4.8", "ST"],
  ["2.5.4.7", "L"],
  ["2.5.4.11", "OU"],
  ["2.5.4.10", "O"],
  ["2.5.4.6", "C"],
];
/** Of these Go keeps the last alone. */
const SINGLE: readonly string[] = ["2.5.4.3", "2.5.4.5"];

const escaped = (text: string): string =>
  text
    .replace(/[,+"\\<>;]/g, "\\$&")
    .replace(/^[ #]/, "\\$&")
    .replace(/ $/, "\\ ");

const textOf = ({ value }: AttributeTypeAndValue): string =>
  value.utf8String ?? value.printableString ?? value.ia5String ?? value.bmpString ?? value.teletexString ?? "";

const rest = ({ type, value }: AttributeTypeAndValue): string =>
  `${type}=#${Buffer.from(AsnConvert.serialize(value)).toString("hex")}`;

/** A name as Go prints it: RFC 2253, sorted by kind. */
export const nameText = (name: Name): string => {
  const parts = [...name].flatMap((relative) => [...relative]);
  const placed = PLACES.map(([type, label]) => {
    const own = parts.filter((part) => part.type === type).slice(SINGLE.includes(type) ? -1 : 0);
    return own.map((part) => `${label}=${escaped(textOf(part))}`).join("+");
  });
  const others = parts.filter(({ type }) => !PLACES.some(([known]) => known === type)).map(rest);
  return [...placed, ...others.reverse()].filter((text) => text !== "").join(",");
};

const keyOf = ({ publicKey }: X509Certificate): Pick<Details, "key_type" | "key_bits"> => {
  const { modulusLength = 0, namedCurve = "" } = publicKey.asymmetricKeyDetails ?? {};
  switch (publicKey.asymmetricKeyType) {
    case "rsa":
      return { key_type: "rsa", key_bits: modulusLength };
    case "ec":
      return { key_type: "ec", key_bits: CURVE_BITS[namedCurve] ?? 0 };
    case "ed25519":
      return { key_type: "ed25519", key_bits: 256 };
    default:
      return { key_type: "unknown", key_bits: 0 };
  }
};

const DNS = /^DNS:/;

/** The names of hosts, as OpenSSL prints them: `DNS:a, DNS:b`. What is in quotes is left out. */
const hosts = ({ subjectAltName = "" }: X509Certificate): readonly string[] =>
  subjectAltName
    .split(", ")
    .filter((text) => DNS.test(text))
    .map((text) => text.replace(DNS, ""));

export const detailsOf = (der: Uint8Array): Details => {
  const x509 = new X509Certificate(der);
  const { subject, issuer } = AsnConvert.parse(der, Certificate).tbsCertificate;
  const common = [...subject].flatMap((part) => [...part]).filter(({ type }) => type === "2.5.4.3");
  const names = hosts(x509).slice(0, MOST_NAMES);
  const last = common.at(-1);
  return {
    common_name: last ? textOf(last) : "",
    issuer: nameText(issuer),
    ...keyOf(x509),
    not_before: wholeRfc3339(Date.parse(x509.validFrom)),
    not_after: wholeRfc3339(Date.parse(x509.validTo)),
    dns_names: names.length > 0 ? names : null,
  };
};
