import { createPublicKey, sign } from "node:crypto";
import { element, integer, oid, sequence } from "../../../src/x509/issuing/der.ts";
import { contextTag, TAGS } from "../../../src/x509/tags.ts";
import { bits, KEY, NULL, noise, OTHER_KEY, UNFIT_KEYS } from "./keys.ts";

/**
 * Certificate requests as they should not be: each is well-formed and rightly signed but for one thing. Always the same
 * bytes, so that a failure has a name.
 */

/** What becomes of it: read; or refused, whatever the words. */
type Outcome = "read" | "refused";

export interface Malformed {
  readonly name: string;
  readonly der: Buffer;
  readonly outcome: Outcome;
}

const ED25519 = sequence(oid("1.3.101.112"));
const SPKI = createPublicKey(KEY).export({ type: "spki", format: "der" });
const EXTENSION_REQUEST = oid("1.2.840.113549.1.9.14");
const SAN = "2.5.29.17";

const set = (...parts: readonly Uint8Array[]): Buffer => element(TAGS.set, ...parts);
const utf8 = (text: string): Buffer => element(TAGS.utf8, Buffer.from(text, "utf8"));
const printable = (text: string): Buffer => element(TAGS.printable, Buffer.from(text, "latin1"));

const nameOf = (...values: readonly Uint8Array[]): Buffer =>
  sequence(...values.map((value) => set(sequence(oid("2.5.4.3"), value))));
const NAME = nameOf(utf8("app.example.com"));

const extension = (type: string, value: Uint8Array, ...critical: readonly Uint8Array[]): Buffer =>
  sequence(oid(type), ...critical, element(TAGS.octets, value));
const asking = (...extensions: readonly Uint8Array[]): Buffer =>
  element(contextTag(0), sequence(EXTENSION_REQUEST, set(sequence(...extensions))));
const NOTHING = element(contextTag(0));

interface Parts {
  readonly version?: Buffer;
  readonly name?: Buffer;
  readonly key?: Buffer;
  readonly attributes?: readonly Buffer[];
}

const bodyOf = ({ version = integer(0), name = NAME, key = SPKI, attributes = [NOTHING] }: Parts): Buffer =>
  sequence(version, name, key, ...attributes);

const signed = (body: Buffer, algorithm: Buffer = ED25519, key = KEY): Buffer =>
  sequence(body, algorithm, bits(sign(null, body, key)));

const requestOf = (parts: Parts): Buffer => signed(bodyOf(parts));
const named = (...values: readonly Uint8Array[]): Buffer => requestOf({ name: nameOf(...values) });
const asks = (...extensions: readonly Uint8Array[]): Buffer => requestOf({ attributes: [asking(...extensions)] });
const names = (...list: readonly Uint8Array[]): Buffer => asks(extension(SAN, sequence(...list)));

/** One that nothing is wrong with. */
export const GOOD = asks(
  extension(SAN, sequence(element(0x82, Buffer.from("app.example.com")), element(0x87, Buffer.of(192, 0, 2, 1)))),
  extension("2.5.29.19", sequence(), Buffer.of(1, 1, 0xff)),
);

/** The length of the outermost sequence in another form; `GOOD` has more than 255 bytes or fewer, never mind which. */
const withLength = (...length: readonly number[]): Buffer => {
  const size = (GOOD[1] ?? 0) < 0x80 ? 0 : (GOOD[1] ?? 0) & 0x7f;
  return Buffer.concat([GOOD.subarray(0, 1), Buffer.from(length), GOOD.subarray(2 + size)]);
};

/** `depth` sequences, one in the other. */
const nested = (depth: number): Buffer => {
  let inner: Buffer = NULL;
  for (let level = 0; level < depth; level += 1) inner = sequence(inner);
  return inner;
};

const refused = (list: Readonly<Record<string, Buffer>>): readonly Malformed[] =>
  Object.entries(list).map(([name, der]) => ({ name, der, outcome: "refused" }));
const read = (list: Readonly<Record<string, Buffer>>): readonly Malformed[] =>
  Object.entries(list).map(([name, der]) => ({ name, der, outcome: "read" }));

const frames = refused({
  nothing: Buffer.alloc(0),
  "one byte": Buffer.of(0x30),
  "an empty sequence": sequence(),
  "another type": integer(5),
  noise: noise(500),
  "one byte more": Buffer.concat([GOOD, Buffer.of(0)]),
  "two of them": Buffer.concat([GOOD, GOOD]),
  "an end too early": GOOD.subarray(0, -1),
  "a length that is too small": withLength(0x20),
  "a length that is too large": withLength(0x82, 0x7f, 0xff),
  "a huge length": withLength(0x84, 0xff, 0xff, 0xff, 0xff),
  "a length of 8 bytes": withLength(0x88, 0, 0, 0, 0, 0, 0, 0, 0xd0),
  "a length of 126 bytes": withLength(0xfe),
  "a length that is reserved": withLength(0xff),
  "an unknown length": Buffer.concat([withLength(0x80), Buffer.of(0, 0)]),
  "a length with zeros in front": withLength(0x84, 0, 0, 0, GOOD.length - 3),
  "a tag of two bytes": Buffer.concat([Buffer.of(0x3f, 0x81), GOOD.subarray(1)]),
  "sequences 1,000 deep": sequence(nested(1000)),
  "20,000 elements": sequence(sequence(...Array<Buffer>(20_000).fill(NULL))),
  "a megabyte": sequence(element(TAGS.octets, Buffer.alloc(1_000_000))),
});

const bodies = refused({
  "no body": sequence(ED25519, bits(noise(64))),
  "no algorithm": sequence(bodyOf({}), bits(noise(64))),
  "no signature": sequence(bodyOf({}), ED25519),
  "an algorithm under another tag": sequence(
    bodyOf({}),
    Buffer.concat([Buffer.of(0xb0), ED25519.subarray(1)]),
    bits(sign(null, bodyOf({}), KEY)),
  ),
  "a fourth member": sequence(bodyOf({}), ED25519, bits(sign(null, bodyOf({}), KEY)), NULL),
  "a body that is a set": signed(set(integer(0), NAME, SPKI, NOTHING)),
  "a version that is text": requestOf({ version: utf8("0") }),
  "a version with a zero in front": requestOf({ version: element(TAGS.integer, Buffer.of(0, 1)) }),
  "a version of no bytes": requestOf({ version: element(TAGS.integer) }),
  "no version": signed(sequence(NAME, SPKI, NOTHING)),
  "no name": signed(sequence(integer(0), SPKI, NOTHING)),
  "no key": signed(sequence(integer(0), NAME, NOTHING)),
  "attributes under another tag": requestOf({ attributes: [element(contextTag(1))] }),
  "attributes twice": requestOf({ attributes: [NOTHING, NOTHING] }),
  "attributes that are a text": requestOf({ attributes: [element(0x80, Buffer.from("no"))] }),
  "an attribute without values": requestOf({ attributes: [element(contextTag(0), sequence(EXTENSION_REQUEST))] }),
  "extensions asked for twice": requestOf({
    attributes: [element(contextTag(0), sequence(EXTENSION_REQUEST, set(sequence(), sequence())))],
  }),
});

const signatures = refused({
  "a signature by another key": signed(bodyOf({}), ED25519, OTHER_KEY),
  "a signature of no bytes": sequence(bodyOf({}), ED25519, bits(Buffer.alloc(0))),
  "a signature in pieces of bytes": sequence(bodyOf({}), ED25519, bits(sign(null, bodyOf({}), KEY), 3)),
  "a signature over another body": sequence(bodyOf({ name: sequence() }), ED25519, bits(sign(null, bodyOf({}), KEY))),
  "an algorithm for another key": signed(bodyOf({}), sequence(oid("1.2.840.10045.4.3.2"))),
  "an algorithm with parameters": signed(bodyOf({}), sequence(oid("1.3.101.112"), NULL)),
  "an algorithm that nobody knows": signed(bodyOf({}), sequence(oid("1.2.3"))),
  "an algorithm by MD5": signed(bodyOf({}), sequence(oid("1.2.840.113549.1.1.4"), NULL)),
  "an algorithm that is empty": signed(bodyOf({}), sequence()),
  "an algorithm that is a number": signed(bodyOf({}), integer(7)),
  "an identifier that ends early": signed(bodyOf({}), sequence(element(TAGS.oid, Buffer.of(0x2a, 0x86)))),
});

const texts = [
  ...refused({
    "NUL in a name": named(utf8("app.example.com\0.evil.example")),
    "a line break in a name": named(utf8("app\nevil")),
    "a separator of lines in a name": named(utf8("app\u2028evil")),
    "broken UTF-8 in a name": named(element(TAGS.utf8, Buffer.of(0x61, 0xff, 0xfe))),
    "half of a pair in a name": named(element(TAGS.utf8, Buffer.of(0xed, 0xa0, 0x80))),
    "a PrintableString of Latin letters": named(printable("bj\xf8rn")),
    "an IA5String of Latin letters": named(element(TAGS.ia5, Buffer.of(0x61, 0xe6))),
    "NUL in a PrintableString": named(printable("app\0")),
    "NUL in a BMPString": named(element(0x1e, Buffer.from("006100000062", "hex"))),
    "a name that is a number": named(integer(5)),
    "a name that is a sequence": named(sequence()),
    "a part without attributes": requestOf({ name: sequence(set()) }),
    "an attribute without a value": requestOf({ name: sequence(set(sequence(oid("2.5.4.3")))) }),
    "an attribute of three members": requestOf({ name: sequence(set(sequence(oid("2.5.4.3"), utf8("a"), NULL))) }),
    "a name that is a set": requestOf({ name: set(set(sequence(oid("2.5.4.3"), utf8("a")))) }),
  }),
  ...read({
    "no name of the subject": requestOf({ name: sequence() }),
    "a BMPString": named(element(0x1e, Buffer.from("0061006200630153", "hex"))),
    "a T61String": named(element(0x14, Buffer.from("bj\xf8rn", "latin1"))),
    "several common names": named(utf8("first"), printable("second")),
    "an empty common name": named(utf8("")),
    "letters that PrintableString lacks": named(printable("a_b@example.com")),
  }),
];

const extensions = [
  ...refused({
    "an extension twice": asks(
      extension("2.5.29.15", bits(Buffer.of(0x80))),
      extension("2.5.29.15", bits(Buffer.of(0x80))),
    ),
    "an extension in each of two attributes": requestOf({
      attributes: [
        element(
          contextTag(0),
          ...[1, 2].map(() => sequence(EXTENSION_REQUEST, set(sequence(extension("2.5.29.19", sequence()))))),
        ),
      ],
    }),
    "an extension without a value": asks(sequence(oid(SAN))),
    "an extension whose value is a text": asks(sequence(oid(SAN), utf8("DNS:a"))),
    "a boolean of 1": asks(extension("2.5.29.19", sequence(), Buffer.of(1, 1, 1))),
    "a boolean of two bytes": asks(extension("2.5.29.19", sequence(), Buffer.of(1, 2, 0xff, 0xff))),
    "a list of extensions that is a set": requestOf({
      attributes: [element(contextTag(0), sequence(EXTENSION_REQUEST, set(set())))],
    }),
    "alternative names that are not in a list": asks(extension(SAN, element(0x82, Buffer.from("a.example.com")))),
    "alternative names with a byte behind": asks(extension(SAN, Buffer.concat([sequence(), Buffer.of(0)]))),
    "alternative names of no bytes": asks(extension(SAN, Buffer.alloc(0))),
    "alternative names of an unknown length": asks(extension(SAN, Buffer.from("30800000", "hex"))),
    "NUL in the name of a host": names(element(0x82, Buffer.from("a.example.com\0.evil.example"))),
    "Latin letters in the name of a host": names(element(0x82, Buffer.of(0x61, 0xe6))),
    "a line break in an address": names(element(0x81, Buffer.from("a@b\r\nc"))),
    "an address of 5 bytes": names(element(0x87, Buffer.of(1, 2, 3, 4, 5))),
    "an address with its mask": names(element(0x87, Buffer.of(10, 0, 0, 0, 255, 0, 0, 0))),
    "an address of no bytes": names(element(0x87)),
    "another name without a value": names(element(contextTag(0), oid("1.2.3"))),
    "another name without a type": names(element(contextTag(0), element(contextTag(0), utf8("a")))),
    "broken UTF-8 in another name": names(
      element(contextTag(0), oid("1.2.3"), element(contextTag(0), element(TAGS.utf8, Buffer.of(0xff)))),
    ),
  }),
  ...read({
    "no alternative names in their list": names(),
    "the name of a directory": names(element(contextTag(4), NAME)),
    "a name of X.400": names(element(contextTag(3), sequence())),
    "a party of EDI": names(element(contextTag(5), element(contextTag(1), utf8("party")))),
    "a registered identifier": names(element(0x88, Buffer.of(0x2a, 3))),
    "a kind of name that nobody knows": names(element(0x8e, noise(4))),
    "another name in IA5": names(
      element(contextTag(0), oid("1.2.3"), element(contextTag(0), element(TAGS.ia5, Buffer.from("a")))),
    ),
    "a FALSE that need not be there": asks(extension("2.5.29.19", sequence(), Buffer.of(1, 1, 0))),
    "an extension that nobody knows": asks(extension("1.2.3.4", noise(20), Buffer.of(1, 1, 0xff))),
    "a password for its revocation": requestOf({
      attributes: [element(contextTag(0), sequence(oid("1.2.840.113549.1.9.7"), set(utf8("secret"))))],
    }),
    "no attributes": requestOf({ attributes: [] }),
    "300 alternative names": names(
      ...Array.from({ length: 300 }, (_, index) => element(0x82, Buffer.from(`host-${index}.example.com`))),
    ),
  }),
];

const keys: readonly Malformed[] = UNFIT_KEYS.map(([name, key]) => ({
  name,
  der: requestOf({ key }),
  outcome: "refused",
}));

export const MALFORMED_REQUESTS: readonly Malformed[] = [
  ...frames,
  ...bodies,
  ...signatures,
  ...texts,
  ...extensions,
  ...keys,
];
