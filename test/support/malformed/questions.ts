import { element, integer, oid, sequence } from "../../../src/x509/issuing/der.ts";
import { contextTag, TAGS } from "../../../src/x509/tags.ts";
import { NULL, noise } from "./keys.ts";
import type { Malformed } from "./requests.ts";

/** Questions by OCSP as they should not be, always the same. */

const SHA1 = sequence(oid("1.3.14.3.2.26"), NULL);
const digest = element(TAGS.octets, noise(20));

const idOf = (algorithm: Buffer = SHA1, number: Buffer = integer(258)): Buffer =>
  sequence(algorithm, digest, digest, number);
const askingFor = (...ids: readonly Buffer[]): Buffer => sequence(...ids.map((id) => sequence(id)));
const question = (...members: readonly Buffer[]): Buffer => sequence(sequence(...members));

const NONCE = oid("1.3.6.1.5.5.7.48.1.2");
const nonceOf = (value: Buffer): Buffer =>
  element(contextTag(2), sequence(sequence(NONCE, element(TAGS.octets, value))));

/** One that nothing is wrong with. */
export const GOOD_QUESTION = question(askingFor(idOf()), nonceOf(element(TAGS.octets, noise(16))));

const refused = (list: Readonly<Record<string, Buffer>>): readonly Malformed[] =>
  Object.entries(list).map(([name, der]) => ({ name, der, outcome: "refused" }));
const read = (list: Readonly<Record<string, Buffer>>): readonly Malformed[] =>
  Object.entries(list).map(([name, der]) => ({ name, der, outcome: "read" }));

export const MALFORMED_QUESTIONS: readonly Malformed[] = [
  ...refused({
    nothing: Buffer.alloc(0),
    "an empty sequence": sequence(),
    "an empty body": question(),
    noise: noise(300),
    "a byte more": Buffer.concat([GOOD_QUESTION, Buffer.of(0)]),
    "an end too early": GOOD_QUESTION.subarray(0, -1),
    "a huge length": Buffer.from("3084ffffffff", "hex"),
    "an unknown length": Buffer.from("3080308000000000", "hex"),
    "a list of nothing": question(sequence()),
    "a question of nothing": question(sequence(sequence())),
    "no list": question(nonceOf(element(TAGS.octets, noise(16)))),
    "two lists": question(askingFor(idOf()), askingFor(idOf())),
    "extensions before the list": question(nonceOf(element(TAGS.octets, noise(16))), askingFor(idOf())),
    "an algorithm that nobody knows": question(askingFor(idOf(sequence(oid("1.2.3"))))),
    "an algorithm by MD5": question(askingFor(idOf(sequence(oid("1.2.840.113549.2.5"), NULL)))),
    "a negative number": question(askingFor(idOf(SHA1, element(TAGS.integer, Buffer.of(0x81))))),
    "a number with zeros in front": question(askingFor(idOf(SHA1, element(TAGS.integer, Buffer.of(0, 0, 1))))),
    "a number of no bytes": question(askingFor(idOf(SHA1, element(TAGS.integer)))),
    "a number that is a text": question(askingFor(idOf(SHA1, element(TAGS.utf8, Buffer.from("1"))))),
    "a digest that is a number": question(askingFor(sequence(SHA1, integer(1), digest, integer(1)))),
    "a number of 100 bytes": question(
      askingFor(idOf(SHA1, element(TAGS.integer, Buffer.concat([Buffer.of(1), noise(99)])))),
    ),
    "an algorithm with a text to sign": question(
      askingFor(idOf(sequence(oid("1.3.14.3.2.26"), element(TAGS.utf8, Buffer.from("sign this"))))),
    ),
    "an algorithm of three members": question(askingFor(idOf(sequence(oid("1.3.14.3.2.26"), NULL, NULL)))),
    "a digest of another length": question(
      askingFor(sequence(SHA1, digest, element(TAGS.octets, noise(32)), integer(1))),
    ),
    "a fifth member": question(askingFor(sequence(SHA1, digest, digest, integer(1), NULL))),
    "three members": question(askingFor(sequence(SHA1, digest, integer(1)))),
    "a nonce of no bytes": question(askingFor(idOf()), nonceOf(Buffer.alloc(0))),
    "a nonce of 200 bytes": question(askingFor(idOf()), nonceOf(element(TAGS.octets, noise(200)))),
    "a nonce twice": question(
      askingFor(idOf()),
      element(contextTag(2), sequence(...[1, 2].map(() => sequence(NONCE, element(TAGS.octets, noise(8)))))),
    ),
    "a signature under another tag": sequence(sequence(askingFor(idOf())), element(contextTag(1), NULL)),
    "a third member": sequence(sequence(askingFor(idOf())), element(contextTag(0), sequence()), NULL),
  }),
  ...read({
    "a version": question(element(contextTag(0), integer(0)), askingFor(idOf())),
    "who asks": question(element(contextTag(1), element(0x81, Buffer.from("a@b"))), askingFor(idOf())),
    "a signature that nobody checks": sequence(sequence(askingFor(idOf())), element(contextTag(0), sequence())),
    "the same certificate twice": question(askingFor(idOf(), idOf())),
    "an algorithm without its NULL": question(askingFor(idOf(sequence(oid("1.3.14.3.2.26"))))),
    "a nonce that is not wrapped": question(askingFor(idOf()), nonceOf(noise(16))),
    "the number 0": question(askingFor(idOf(SHA1, integer(0)))),
    "a number of 40 bytes": question(
      askingFor(idOf(SHA1, element(TAGS.integer, Buffer.concat([Buffer.of(1), noise(39)])))),
    ),
  }),
];
