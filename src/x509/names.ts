import { AsnConvert } from "@peculiar/asn1-schema";
import { type GeneralName, SubjectAlternativeName } from "@peculiar/asn1-x509";
import { utf8Text } from "../std/utf8.ts";
import { Unreadable } from "./errors.ts";
import { elementOf, type Member, membersUnder, oidOf, requireDer } from "./strict-der.ts";
import { TAGS } from "./tags.ts";

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

const unfit = (): never => {
  throw new Unreadable("a name holds characters that no name may hold");
};

const ascii8 = (content: Uint8Array): string => {
  const text = Buffer.from(content).toString("latin1");
  // Whoever reads more into a type that knows ASCII alone would not agree with others on what.
  return PRINTABLE_ASCII.test(text) ? text : unfit();
};

const SURROGATE = /[\ud800-\udfff]/;

const fromBmp = (content: Uint8Array): string => {
  if (content.length % 2 !== 0) return unfit();
  const text = Buffer.from(content).swap16().toString("utf16le");
  return SURROGATE.test(text) ? unfit() : text;
};

/** By tag. What T.61 calls its letters is taken for Latin-1, as everybody does. */
const DECODERS: Readonly<Record<number, (content: Uint8Array) => string>> = {
  [TAGS.utf8]: (content) => utf8Text(content) ?? unfit(),
  [TAGS.numeric]: ascii8,
  [TAGS.printable]: ascii8,
  [TAGS.teletex]: (content) => Buffer.from(content).toString("latin1"),
  [TAGS.ia5]: ascii8,
  [TAGS.bmp]: fromBmp,
};

/** Throws `Unreadable` for what is not text, and for characters that no name may hold. */
export const textOf = ({ tag, content }: Member): string => {
  const decode = DECODERS[tag];
  if (decode === undefined) throw new Unreadable("a name is not text");
  const text = decode(content);
  return UNFIT.test(text) ? unfit() : text;
};

interface Attribute {
  readonly type: string;
  readonly value: Member;
}

const attributeOf = ({ der }: Member): Attribute => {
  const [type, value, ...more] = membersUnder(TAGS.sequence, der);
  if (!value || more.length > 0) throw new Unreadable("a name cannot be read");
  return { type: oidOf(type), value };
};

/** The parts of a name, DER, in order, each of one attribute or several. */
export const partsOf = (name: Uint8Array): readonly (readonly Attribute[])[] =>
  membersUnder(TAGS.sequence, name).map(({ der }) => membersUnder(TAGS.set, der).map(attributeOf));

const valuesOf = (parts: readonly (readonly Attribute[])[], type: string): readonly string[] =>
  parts.flat().flatMap((one) => (one.type === type ? [textOf(one.value)] : []));

/** `name`: DER. */
export const subjectNames = (name: Uint8Array): SubjectNames => {
  const parts = partsOf(name);
  return {
    commonName: valuesOf(parts, COMMON_NAME).at(-1) ?? "",
    organizations: valuesOf(parts, ORGANIZATION),
    organizationalUnits: valuesOf(parts, ORGANIZATIONAL_UNIT),
  };
};

/** What is not text is compared by its bytes. */
const comparable = ({ der, tag, content }: Member): string => {
  try {
    const text = DECODERS[tag]?.(content);
    if (text !== undefined) return text.normalize("NFKC").toLowerCase().trim().replace(/\s+/g, " ");
  } catch {
    // As bytes.
  }
  return Buffer.from(der).toString("hex");
};

/**
 * A name as one text that is the same for every way to write it: case, white space and types of text do not count.
 * Source: RFC 5280, section 7.1.
 */
export const canonicalName = (name: Uint8Array): string =>
  JSON.stringify(partsOf(name).map((part) => part.map((one) => `${one.type}=${comparable(one.value)}`).sort()));

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
  const bytes = new Uint8Array(value);
  try {
    requireDer(bytes);
    return textOf(elementOf(bytes));
  } catch {
    return "";
  }
};
