import { AsnConvert } from "@peculiar/asn1-schema";
import { AttributeValue, type GeneralName, type Name, SubjectAlternativeName } from "@peculiar/asn1-x509";
import { Unreadable } from "./errors.ts";

/**
 * Names in certificates. A name that decides who somebody is must be text that reads the same to everybody: one with
 * control characters, or of a type that is not text, makes the whole certificate unreadable. Names are never cut.
 */

const COMMON_NAME = "2.5.4.3";
const ORGANIZATION = "2.5.4.10";
const ORGANIZATIONAL_UNIT = "2.5.4.11";

export interface SubjectNames {
  /** The last of several, as Go takes it; `""` where there is none. */
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly organizationalUnits: readonly string[];
}

export interface AlternativeNames {
  readonly dns: readonly string[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
  readonly addresses: readonly string[];
  /** Whether there are names of other kinds: directory names, and what applications define. */
  readonly others: boolean;
}

/** Control characters, separators of lines, halves of surrogate pairs, and what a decoder puts for broken text. */
export const UNFIT = /[\p{Cc}\p{Cs}\u2028\u2029\ufffd]/u;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** Throws `Unreadable` for what is not text, and for characters that no name may hold. */
export const textOf = (value: AttributeValue): string => {
  const text = value.utf8String ?? value.printableString ?? value.bmpString ?? value.teletexString ?? value.ia5String;
  if (text === undefined) throw new Unreadable("a name is not text");
  if (UNFIT.test(text)) throw new Unreadable("a name holds characters that no name may hold");
  return text;
};

const valuesOf = (name: Name, type: string): readonly string[] =>
  [...name].flatMap((part) => [...part].filter((one) => one.type === type).map((one) => textOf(one.value)));

export const subjectNames = (name: Name): SubjectNames => ({
  commonName: valuesOf(name, COMMON_NAME).at(-1) ?? "",
  organizations: valuesOf(name, ORGANIZATION),
  organizationalUnits: valuesOf(name, ORGANIZATIONAL_UNIT),
});

const comparable = (value: AttributeValue): string => {
  const text =
    value.utf8String ??
    value.printableString ??
    value.bmpString ??
    value.teletexString ??
    value.ia5String ??
    value.universalString;
  if (text === undefined) return Buffer.from(value.anyValue ?? new ArrayBuffer(0)).toString("hex");
  return text.normalize("NFKC").toLowerCase().trim().replace(/\s+/g, " ");
};

/**
 * A name as one text that is the same for every way to write it: case, white space and types of text do not count.
 * Source: RFC 5280, section 7.1.
 */
export const canonicalName = (name: Name): string =>
  JSON.stringify([...name].map((part) => [...part].map((one) => `${one.type}=${comparable(one.value)}`).sort()));

/** Throws `Unreadable` for anything but printable ASCII. */
export const ascii = (text: string): string => {
  if (!PRINTABLE_ASCII.test(text)) throw new Unreadable("an alternative name holds characters that no name may hold");
  return text;
};

const NO_NAMES: AlternativeNames = { dns: [], emails: [], uris: [], addresses: [], others: false };

const of = (
  names: readonly GeneralName[],
  kind: "dNSName" | "rfc822Name" | "uniformResourceIdentifier" | "iPAddress",
) => names.map((name) => name[kind]).filter((text): text is string => text !== undefined);

/** `value`: of the extension, DER; `undefined`: no such extension. */
export const alternativeNames = (value: ArrayBuffer | undefined): AlternativeNames => {
  if (value === undefined) return NO_NAMES;
  const names = [...AsnConvert.parse(value, SubjectAlternativeName)];
  const found = {
    dns: of(names, "dNSName").map(ascii),
    emails: of(names, "rfc822Name").map(ascii),
    uris: of(names, "uniformResourceIdentifier").map(ascii),
    addresses: of(names, "iPAddress"),
  };
  return { ...found, others: Object.values(found).flat().length < names.length };
};

/** An extension's value as the text it holds; `""` where that is not a text, or more than one. */
export const extensionText = (value: ArrayBuffer): string => {
  try {
    const parsed = AsnConvert.parse(value, AttributeValue);
    const whole = AsnConvert.serialize(parsed).byteLength === value.byteLength;
    return parsed.anyValue === undefined && whole ? textOf(parsed) : "";
  } catch {
    return "";
  }
};
